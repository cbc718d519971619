/** What models do wrong, on a real worker: the next tier answers, or a person is fetched with a holding message; never silence (D7, M2). */
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
const MODEL_TIMEOUT_MS = 1_600;
const ANSWERS_TIMEOUT_MS = 20_000;

const returnOfLamp: Prediction = {
  steps: "They want to return something.",
  acts: [{ intent: "return", product: null, order_id: null, reason: null, wanted: null }],
  answer: null,
  confidence: 0.95,
};
const good: VendorReply = { kind: "json", value: returnOfLamp };
const ASKS_WHAT_TO_RETURN = /Which one would you like to return|您想退货哪一件/;

let local: VendorServer;
let cloud: VendorServer;

beforeAll(async () => {
  [local, cloud] = await Promise.all([startVendorServer([good]), startVendorServer([good])]);
});
afterAll(async () => {
  await Promise.all([local?.close(), cloud?.close()]);
});

/** Short where a tier hangs; where tiers answer, a busy machine must not look like one that hangs. */
const startWithTiers = (cloudToo: boolean, modelTimeoutMs = MODEL_TIMEOUT_MS): Promise<TestSystem> =>
  startSystem({
    env: {
      LOCAL_LLM_BASE_URL: local.openaiBaseURL,
      MODEL_TIMEOUT_MS: String(modelTimeoutMs),
      ...(cloudToo ? { OPENAI_API_KEY: "sk-test", OPENAI_BASE_URL: cloud.openaiBaseURL } : {}),
    },
  });

/** In an order in which no tier is passed over: three failures in a row, or a 429, would close it for a while. */
const FAILURES: Array<[string, VendorReply[]]> = [
  ["hangs", [{ kind: "hang" }]],
  ["answers prose", [{ kind: "text", text: "Sure! I would be happy to help you with that." }]],
  ["answers 500", [{ kind: "status", status: 500 }]],
  ["answers broken JSON", [{ kind: "text", text: '{"acts": [{"intent": "refund_everything"' }]],
  ["cuts the connection", [{ kind: "cut", after: '{"acts": [{"intent": "ret' }]],
  ["answers wrong types", [{ kind: "json", value: { acts: "return", confidence: "very" } }]],
  ["answers something that isn't its protocol", [{ kind: "raw", body: "<html>Bad gateway</html>" }]],
  ["answers nothing", [{ kind: "text", text: "" }]],
  ["refuses", [{ kind: "refusal" }]],
  ["answers 429", [{ kind: "status", status: 429, headers: { "retry-after": "1" } }]],
];

describe("the first tier fails, the next one answers", () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startWithTiers(true);
  });
  afterAll(() => system?.close());

  test.each(FAILURES)("it %s", async (_what, replies) => {
    local.script(replies);
    cloud.script([good]);
    const chat = await system.chats.open("c-lin", "en");
    expect(await chat.say(UNSETTLED)).toMatch(ASKS_WHAT_TO_RETURN);
    expect(local.calls.length).toBeGreaterThan(0);
    expect(cloud.calls.length).toBe(1);
    expect((await chat.view()).state).toBe("COLLECT");
    expect((await chat.messages()).map(({ role }) => role)).toEqual(["customer", "assistant"]);
  });
});

describe("every tier fails: a person is fetched", () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startWithTiers(false);
  });
  afterAll(() => system?.close());

  test.each(FAILURES)("the only one %s", async (_what, replies) => {
    local.script(replies);
    const chat = await system.chats.open("c-lin", "en");
    const reply = await chat.say(UNSETTLED);
    expect(reply).toMatch(/connecting you to a person/);
    // No inside of ours in what a customer reads.
    expect(reply).not.toMatch(/error|model|timeout|undefined|Unavailable/i);
    expect(local.calls.length).toBeGreaterThan(0);
    expect((await chat.view()).state).toBe("HANDOFF");
    const token = await system.chats.token({ role: "agent", sub: "a-1" });
    const waiting = await eventually("the desk sees it", async () => {
      const path = "/v1/handoffs?status=waiting";
      const { body } = await system.chats.call<{ handoffs: Array<{ sessionId: string; reason: string }> }>(
        "GET",
        path,
        { token },
      );
      return body.handoffs.find(({ sessionId }) => sessionId === chat.sessionId);
    });
    expect(waiting.reason).toBe("failure");
  });
});

describe("a model that answers", () => {
  let system: TestSystem;
  let chat: Chat;
  beforeAll(async () => {
    system = await startWithTiers(true, ANSWERS_TIMEOUT_MS);
  });
  afterAll(() => system?.close());
  beforeEach(async () => {
    local.script([good]);
    cloud.script([good]);
    chat = await system.chats.open("c-lin", "en");
  });

  test("isn't asked at all for what patterns settle", async () => {
    await chat.say("I want to cancel order GL-504202");
    await chat.say("no");
    expect(local.calls.length + cloud.calls.length).toBe(0);
  });

  test("is asked again when it was wrong, with what was wrong", async () => {
    local.script([{ kind: "text", text: "Hmm." }, good]);
    expect(await chat.say(UNSETTLED)).toMatch(ASKS_WHAT_TO_RETURN);
    expect(local.calls.length).toBe(2);
    expect(cloud.calls.length).toBe(0);
  });

  test("changes nothing by saying yes for the customer, or by inventing an order", async () => {
    const act = { intent: "cancel" as const, product: null, order_id: "GL-504202", reason: null, wanted: null };
    const eager: Prediction = { acts: [act], answer: "yes", confidence: 1 };
    const inventing: Prediction = { ...eager, acts: [{ ...act, order_id: "GL-501547" }] };
    for (const value of [eager, eager, inventing, inventing]) {
      local.script([{ kind: "json", value }]);
      await chat.say(UNSETTLED);
      expect(local.calls.length).toBeGreaterThan(0);
    }
    const requested = { tenant: system.tenant, "requests.0": { $exists: true } };
    expect(await system.store.orders.countDocuments(requested)).toBe(0);
  });

  test("is cancelled when a newer message overtakes it; one reply answers both (beyond-list 2)", async () => {
    local.script([{ kind: "hang" }, good]);
    await chat.post(UNSETTLED);
    await eventually("the model is asked", () => local.calls.length === 1);
    const second = await chat.post("I want to cancel order GL-504202", { waitMs: 20_000 });
    expect(second.body.replies).toHaveLength(1);
    await eventually("the first call is given up", () => local.aborted >= 1);
    expect((await chat.messages()).map(({ role }) => role)).toEqual(["customer", "customer", "assistant"]);
  });
});
