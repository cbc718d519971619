/** Idle 30 minutes, gone 7 days, waiting for a person: on the real server, whose clock skips what nobody works in (D6). */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { defaultPayloadConverter, toPayloads } from "@temporalio/common";
import { sessionSettings } from "../../src/api/gateway.ts";
import { openRecord } from "../../src/memory/record.ts";
import type { Chat } from "../support/chat.ts";
import { eventually } from "../support/eventually.ts";
import { expectNumbered } from "../support/messages.ts";
import { skipOn, skipping } from "../support/skipping.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";

const MINUTE_S = 60;
const DAY_S = 86_400;

let system: TestSystem;

beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system?.close());

const payloads = (value: unknown) => ({ payloads: toPayloads(defaultPayloadConverter, value) ?? [] });

/** A customer's first message, as the API's gateway sends it, into a workflow whose clock skips. */
async function firstMessage(chat: Chat, text: string, forwardS: number | null): Promise<void> {
  const session = await system.store.sessions.findOne({ _id: chat.sessionId });
  if (!session) throw new Error("no such session");
  const { tenant, customerId, locale, channel } = session;
  const identity = { tenant, sessionId: chat.sessionId, customerId, locale, channel };
  await system.client.workflowService.signalWithStartWorkflowExecution({
    namespace: system.config.TEMPORAL_NAMESPACE,
    workflowId: chat.sessionId,
    workflowType: { name: "sessionWorkflow" },
    taskQueue: { name: system.config.TEMPORAL_TASK_QUEUE },
    input: payloads({ ...identity, ...sessionSettings(system.config) }),
    signalName: "customerMessage",
    signalInput: payloads({ messageId: randomUUID(), text, at: Date.now() }),
    requestId: randomUUID(),
    timeSkippingConfig: skipping(forwardS),
  });
}

const statusOf = async (chat: Chat) => (await system.client.workflow.getHandle(chat.sessionId).describe()).status.name;
const orderRequests = async (id: string) =>
  (await system.store.orders.findOne({ tenant: system.tenant, id }))?.requests ?? [];

async function cancel(chat: Chat, orderId: string): Promise<void> {
  await chat.say(`取消订单${orderId}`);
  if ((await chat.view()).state === "COLLECT") await chat.say("跳过");
  expect(await chat.say("确认")).toMatch(/已取消/);
}

describe("a customer who falls silent", () => {
  test("30 minutes: INIT, warm copy, request put aside; they go on; 7 days: complete; they come back: same numbers", async () => {
    const chat = await system.chats.open("c-lin");
    await firstMessage(chat, "我想退掉护眼台灯，一直闪", 31 * MINUTE_S);
    const paused = await chat.until("the pause is told", (messages) => messages.length === 3);
    expect(paused.map(({ role }) => role)).toEqual(["customer", "assistant", "assistant"]);
    expect(paused[1]?.text).toContain("GL-491891");
    expect(paused[2]?.text).toMatch(/放一放/);
    expect(await chat.view()).toMatchObject({ state: "INIT", missing: [], requests: [] });
    expect(await orderRequests("GL-491891")).toEqual([]);
    const warm = await eventually("the warm copy", () => system.store.warm.findOne({ _id: chat.sessionId }));
    expect(warm).toMatchObject({ tenant: system.tenant, customerId: "c-lin" });
    const record = await openRecord(system.keyring, warm.body.buffer);
    expect(record).toMatchObject({ turn: 1, intent: "return", focus: [{ orderId: "GL-491891" }] });
    expect(JSON.stringify(record.window)).toContain("台灯");
    expect(await statusOf(chat)).toBe("RUNNING");

    // A yes to what was put aside executes nothing; a new request does.
    await chat.say("确认");
    expect(await orderRequests("GL-491891")).toEqual([]);
    await cancel(chat, "GL-504202");
    expect(await orderRequests("GL-504202")).toEqual([
      expect.objectContaining({ idempotencyKey: `${chat.sessionId}:1` }),
    ]);

    await skipOn(system.client, system.config, chat.sessionId, null);
    await eventually("the workflow completes", async () => (await statusOf(chat)) === "COMPLETED");
    const { startTime, closeTime } = await system.client.workflow.getHandle(chat.sessionId).describe();
    expect(((closeTime?.getTime() ?? 0) - startTime.getTime()) / 1_000).toBeGreaterThan(7 * DAY_S);
    const before = await chat.messages();
    expectNumbered(before);

    await chat.say("我要退护眼台灯，一直闪");
    if ((await chat.view()).state === "COLLECT") await chat.say("跳过");
    expect(await chat.say("确认")).toMatch(/退货已提交/);
    // The actions' numbers go on as well: a key used twice could be taken for a repetition.
    expect(await orderRequests("GL-491891")).toEqual([
      expect.objectContaining({ idempotencyKey: `${chat.sessionId}:2` }),
    ]);
    const after = await chat.messages();
    expect(after.slice(0, before.length)).toEqual(before);
    expectNumbered(after);
  });

  test("nothing open: no word is said, neither after 30 minutes nor after 7 days", async () => {
    const chat = await system.chats.open("c-huang");
    await firstMessage(chat, "谁出退货运费？", null);
    await eventually("the workflow completes", async () => (await statusOf(chat)) === "COMPLETED");
    expect((await chat.messages()).map(({ role }) => role)).toEqual(["customer", "assistant"]);
    expect((await chat.view()).state).toBe("INIT");
    expect(await chat.say("会员有什么好处")).toMatch(/会员/);
    expectNumbered(await chat.messages());
  });
});

describe("a customer who waits for a person", () => {
  test("is reassured, then offered a call-back, stays claimable, and is never dropped", async () => {
    const chat = await system.chats.open("c-wang");
    await firstMessage(chat, "转人工", null);
    const told = await chat.until(
      "the call-back is offered",
      (messages) => messages.at(-1)?.text.includes("留言") === true,
    );
    expect(told.map(({ role }) => role)).toEqual(["customer", "assistant", "system", "system", "system"]);
    expect(told[2]?.text).toMatch(/排队位置/);
    expect(told[3]?.text).toBe(told[2]?.text);

    const token = await system.chats.token({ role: "agent", sub: "a-mei", name: "小梅" });
    const { body } = await system.chats.call<{ handoffs: Array<{ id: string; sessionId: string }> }>(
      "GET",
      "/v1/handoffs?status=callback",
      { token },
    );
    const waiting = body.handoffs.find(({ sessionId }) => sessionId === chat.sessionId);
    expect(waiting).toBeDefined();
    // The person may come back any time: the session isn't completed under them.
    expect(await statusOf(chat)).toBe("RUNNING");
    const claimed = await system.chats.call("POST", `/v1/handoffs/${waiting?.id}/claim`, { token });
    expect(claimed).toMatchObject({ status: 200, body: { status: "active" } });
    await chat.until("the agent has joined", (messages) => /小梅/.test(messages.at(-1)?.text ?? ""));
    const returned = await system.chats.call("POST", `/v1/handoffs/${waiting?.id}/return`, {
      token,
      body: { summary: "已说明" },
    });
    expect(returned.status).toBe(200);
    await chat.until("the bot is back", (messages) => /已说明/.test(messages.at(-1)?.text ?? ""));
    // Then the clock goes on, and ends what nobody uses any more.
    await eventually("the workflow completes", async () => (await statusOf(chat)) === "COMPLETED");
    expectNumbered(await chat.messages());
  });
});
