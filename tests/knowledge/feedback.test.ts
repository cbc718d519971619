/** Whether an answer helped: the customer's own judgement, of their own answers only. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Chat } from "../support/chat.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";

let system: TestSystem;
let chat: Chat;
let seq: number;

beforeAll(async () => {
  system = await startSystem();
  chat = await system.chats.open("c-lin");
  await chat.say("你好");
  await chat.say("谁出退货运费？");
  seq = (await chat.messages()).findLast(({ role }) => role === "assistant")?.seq ?? 0;
});
afterAll(() => system?.close());

const judge = (at: number | string, body: unknown, token = chat.token, sessionId = chat.sessionId) =>
  system.chats.call("POST", `/v1/sessions/${sessionId}/messages/${at}/feedback`, { token, body });
const shown = async () => (await chat.messages()).map(({ seq: at, helpful }) => [at, helpful]);

test("only answers to questions are asked about, and the last judgement counts", async () => {
  expect((await shown()).filter(([, helpful]) => helpful !== undefined)).toEqual([[seq, null]]);
  expect(await judge(seq, { helpful: true })).toMatchObject({ status: 200, body: { seq, helpful: true } });
  expect((await judge(seq, { helpful: false })).status).toBe(200);
  expect((await shown()).filter(([, helpful]) => helpful !== undefined)).toEqual([[seq, false]]);
  const kept = await system.store.feedback.find({ tenant: system.tenant }).toArray();
  expect(kept).toMatchObject([{ _id: `${chat.sessionId}:${seq}`, helpful: false }]);
});

test("a stream that is opened later tells it too", async () => {
  await judge(seq, { helpful: false });
  const events = await chat.events(seq - 1);
  const deadline = Date.now() + 10_000;
  while (events.events.length === 0 && Date.now() < deadline) await new Promise((done) => setTimeout(done, 20));
  events.close();
  expect(events.events.find(({ event }) => event === "message")?.data).toMatchObject({ seq, helpful: false });
});

test.each([
  ["a greeting", () => judge(2, { helpful: true }), 404],
  ["their own message", () => judge(1, { helpful: true }), 404],
  ["a message that isn't there", () => judge(999, { helpful: true }), 404],
  ["no number", () => judge("x", { helpful: true }), 400],
  ["no judgement", () => judge(seq, {}), 400],
  ["something else beside it", () => judge(seq, { helpful: true, stars: 5 }), 400],
])("%s is refused", async (_what, ask, status) => {
  expect((await ask()).status).toBe(status);
});

test("somebody else's answer doesn't exist", async () => {
  const [other, agent] = await Promise.all([
    system.chats.token({ sub: "c-wang" }),
    system.chats.token({ role: "agent", sub: "a-mei" }),
  ]);
  expect((await judge(seq, { helpful: true }, other)).status).toBe(404);
  expect((await judge(seq, { helpful: true }, agent)).status).toBe(403);
  const visitor = await system.chats.open(null);
  expect((await judge(seq, { helpful: true }, visitor.token)).status).toBe(404);
});
