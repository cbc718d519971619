/** One conversation on a real worker, through a quota that runs out, a vendor's outage, a 429 and recovery (M5, beyond 10). */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Prediction } from "../../src/models/types.ts";
import { eventually } from "../support/eventually.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";
import type { VendorReply, VendorServer } from "../support/vendor-server.ts";
import { startVendorServer } from "../support/vendor-server.ts";

/** Patterns and examples make nothing of it, so that a model is asked. */
const UNSETTLED = "qwxz 24680 vbrt";
const act = { intent: "cancel" as const, product: null, order_id: "GL-504202", reason: null, wanted: null };
const wish: Prediction = { steps: "They want to cancel an order.", acts: [act], answer: null, confidence: 0.95 };
/** More than one prompt, less than two: a tier with this quota answers once a minute. */
const ONE_CALL_TOKENS = 3_500;

let vendor: VendorServer;
let system: TestSystem;
let folder: string;
let playing: Record<string, VendorReply> = {};

beforeAll(async () => {
  vendor = await startVendorServer(
    (call) => playing[call.model] ?? { kind: "json", value: wish, usage: [ONE_CALL_TOKENS, 60] },
  );
  folder = await mkdtemp(join(tmpdir(), "colloquy-tiers-"));
  const server = { protocol: "openai", baseUrl: vendor.openaiBaseURL, tasks: ["predict"] };
  const tiers = [
    {
      ...server,
      id: "metered",
      model: "gpt-3.5-turbo",
      where: "cloud",
      tokensPerMinute: ONE_CALL_TOKENS,
      apiKeyEnv: "SHOP_KEY",
    },
    {
      ...server,
      id: "flaky",
      model: "claude",
      where: "cloud",
      protocol: "anthropic",
      baseUrl: vendor.anthropicBaseURL,
    },
    { ...server, id: "local", model: "chatglm3-6b", where: "local-network" },
  ];
  const path = join(folder, "tiers.json");
  const route = { tiers: ["metered", "flaky", "local"] };
  await writeFile(path, JSON.stringify({ tiers, routes: { normal: route, money: route } }));
  system = await startSystem({ env: { TIERS_FILE: path, SHOP_KEY: "sk-shop" } });
});
afterAll(async () => {
  await system?.close();
  await vendor?.close();
  await rm(folder, { recursive: true, force: true });
});

test("every turn is answered, by whoever can; who was away is asked again", async () => {
  const chat = await system.chats.open("c-lin", "en");
  /** Says something only a model makes sense of; which models were asked for it, the last one having answered. */
  const turn = async (): Promise<string[]> => {
    const before = vendor.calls.length;
    expect(await chat.say(UNSETTLED)).toMatch(/GL-504202|cancel/i);
    return vendor.calls.slice(before).map(({ model }) => model);
  };

  expect(await turn()).toEqual(["gpt-3.5-turbo"]);
  expect(vendor.calls[0]?.headers.authorization).toBe("Bearer sk-shop");
  // Its quota for this minute is used up.
  expect(await turn()).toEqual(["claude"]);
  playing.claude = { kind: "status", status: 529, code: "overloaded_error" };
  expect(await turn()).toEqual(["claude", "chatglm3-6b"]);
  playing.claude = { kind: "status", status: 429, code: "rate_limit_error", headers: { "retry-after": "1" } };
  expect(await turn()).toEqual(["claude", "chatglm3-6b"]);
  playing = {};
  await eventually("the tier that asked for a second is asked again", async () => (await turn()).at(-1) === "claude");

  const messages = await chat.messages();
  expect(messages.filter(({ role }) => role === "assistant")).toHaveLength(
    messages.filter(({ role }) => role === "customer").length,
  );
  expect((await chat.view()).state).not.toBe("HANDOFF");
});
