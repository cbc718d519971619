/** Models that take long, and tiers that write, on a real worker: told, streamed, and taken back when overtaken (beyond-list 2, 10). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Prediction } from "../../src/models/types.ts";
import type { Chat } from "../support/chat.ts";
import { eventually } from "../support/eventually.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";
import type { VendorReply, VendorServer } from "../support/vendor-server.ts";
import { startVendorServer } from "../support/vendor-server.ts";

/** Patterns and examples make nothing of it, so that a model is asked. */
const UNSETTLED = "qwxz 24680 vbrt";
const returns: Prediction = {
  steps: "They want to return something.",
  acts: [{ intent: "return", product: null, order_id: null, reason: null, wanted: null }],
  answer: null,
  confidence: 0.95,
};
const good: VendorReply = { kind: "json", value: returns };
const rolesOf = (messages: Array<{ role: string }>): string[] => messages.map(({ role }) => role);

let vendor: VendorServer;
let system: TestSystem;
let chat: Chat;

beforeAll(async () => {
  vendor = await startVendorServer([good]);
  system = await startSystem({
    env: { LOCAL_LLM_BASE_URL: vendor.openaiBaseURL, MODEL_TIMEOUT_MS: "20000", SLOW_NOTICE_MS: "200" },
  });
});
afterAll(async () => {
  await system?.close();
  await vendor?.close();
});
beforeEach(async () => {
  vendor.script([good]);
  chat = await system.chats.open("c-lin", "en");
});

describe("a model that takes long", () => {
  /** Answers only when told to. */
  function slowModel(): () => void {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    vendor.script(async () => {
      await released;
      return good;
    });
    return release;
  }

  test("the customer is told so, once, and then answered", async () => {
    const release = slowModel();
    const answered = chat.post(UNSETTLED, { waitMs: 20_000 });
    const told = await chat.until("the notice", (messages) => messages.length === 2);
    expect(told[1]?.text).toMatch(/^One moment please/);
    release();
    // Who waits for replies gets the reply, not the notice alone.
    expect(rolesOf((await answered).body.replies ?? [])).toEqual(["system", "assistant"]);
    const messages = await chat.messages();
    expect(rolesOf(messages)).toEqual(["customer", "system", "assistant"]);
    expect(messages.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect((await chat.view()).turn).toBe(1);
  });

  test("a message that overtakes it after the notice is stored once, and both are answered once", async () => {
    const release = slowModel();
    await chat.post(UNSETTLED);
    await chat.until("the notice", (messages) => messages.length === 2);
    const second = await chat.post("I want to cancel order GL-504202", { waitMs: 20_000 });
    expect(rolesOf(second.body.replies ?? [])).toEqual(["assistant"]);
    expect(rolesOf(await chat.messages())).toEqual(["customer", "system", "customer", "assistant"]);
    await eventually("the first call is given up", () => vendor.aborted >= 1);
    release();
  });
});

describe("a tier that writes", () => {
  const QUESTION = "Who pays for the postage if I return something?";
  const WORDED = "We pay the postage when the goods are faulty; otherwise it is yours to pay.";

  test("words the answer, streamed as drafts before the message", async () => {
    vendor.script([{ kind: "text", text: WORDED }]);
    const stream = await chat.events();
    expect(await chat.say(QUESTION)).toContain(WORDED);
    await eventually("the message on the stream", () => stream.seqs().includes(2));
    stream.close();
    const drafts = stream.events
      .filter(({ event }) => event === "delta")
      .map(({ data }) => data as { text: string; turn: number });
    expect(drafts.length).toBeGreaterThan(1);
    expect(drafts.every(({ text, turn }) => WORDED.startsWith(text.trim()) && turn === 1)).toBe(true);
  });

  // Other questions than above, each of them: a worded answer is remembered.
  test.each<[string, string, VendorReply, RegExp]>([
    ["fails", "How long is the warranty?", { kind: "status", status: 500 }, /12 months/],
    ["refuses", "Which courier do you use?", { kind: "refusal" }, /SF Express/],
  ])("and %s: the knowledge answers as it stands, and is cited", async (_what, question, reply, passage) => {
    vendor.script([reply]);
    expect(await chat.say(question)).toMatch(passage);
    expect((await chat.messages()).at(-1)?.citations).toHaveLength(1);
  });

  test("and says what no passage does: neither a draft nor the message shows it", async () => {
    const invented = "You can pay with Visa and Mastercard. You also get a voucher of 50 yuan. Gladly.";
    vendor.script([{ kind: "text", text: invented }]);
    const stream = await chat.events();
    expect(await chat.say("Which payment methods do you accept?")).toMatch(/UnionPay/);
    await eventually("the message on the stream", () => stream.seqs().includes(2));
    stream.close();
    expect(JSON.stringify(stream.events)).not.toContain("voucher");
  });

  test("is cancelled when the customer goes on writing; one reply answers both", async () => {
    vendor.script([
      // Drafts come sentence by sentence.
      { kind: "stall", after: "We deliver to every province of mainland China. But " },
      { kind: "text", text: WORDED },
    ]);
    const stream = await chat.events();
    // Another question than above: a worded answer is remembered.
    await chat.post("Do you ship to Hong Kong?");
    await eventually("the draft begins", () => stream.events.some(({ event }) => event === "delta"));
    const second = await chat.post("and how long do refunds take?", { waitMs: 20_000 });
    expect(rolesOf(second.body.replies ?? [])).toEqual(["assistant"]);
    expect(rolesOf(await chat.messages())).toEqual(["customer", "customer", "assistant"]);
    await eventually("the first writing is given up", () => vendor.aborted >= 1);
    stream.close();
    const drafts = stream.events.flatMap(({ event, data }) =>
      event === "delta" ? [(data as { text: string }).text] : [],
    );
    expect(drafts).toContain("");
  });
});
