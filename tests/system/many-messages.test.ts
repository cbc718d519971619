/** Bursts, doubles, floods across continue-as-new, and what a turn costs (beyond-list 2, 3). */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createChats } from "../support/chat.ts";
import { eventually } from "../support/eventually.ts";
import type { Gate } from "../support/gate.ts";
import { mongoCommand, startGate } from "../support/gate.ts";
import { expectNumbered, roles } from "../support/messages.ts";
import { testServers } from "../support/servers.ts";
import type { TestSystem } from "../support/system.ts";
import { startApi, startSystem } from "../support/system.ts";

/** Long enough for three posts on a busy machine, short enough to wait for. */
const BURST_QUIET_MS = 400;
const MAX_HISTORY_EVENTS = 120;
const FLOOD_MESSAGES = 300;
const PARALLEL_MESSAGES = 120;
const FLOOD_TEXT = "我的快递到哪了";

let system: TestSystem;
/** Between the worker and MongoDB. */
let gate: Gate;

beforeAll(async () => {
  const mongo = new URL(testServers().mongodbUri);
  gate = await startGate(mongo.host);
  system = await startSystem({
    env: { BURST_QUIET_MS: String(BURST_QUIET_MS), MAX_HISTORY_EVENTS: String(MAX_HISTORY_EVENTS) },
    changeWorker: (config) => ({
      ...config,
      MONGODB_URI: (config.MONGODB_URI ?? "").replace(mongo.host, gate.address),
    }),
  });
});
afterAll(async () => {
  await system?.close();
  await gate?.close();
});

describe("bursts", () => {
  test("several short messages are answered once, in the order they were said (D5)", async () => {
    const chat = await system.chats.open("c-lin");
    await Promise.all(["我想退货", "那个护眼台灯", "一直闪"].map((text) => chat.post(text)));
    const all = await chat.until("the reply", (messages) => messages.at(-1)?.role === "assistant");
    expect(roles(all)).toEqual(["customer", "customer", "customer", "assistant"]);
    expect(all.at(-1)?.text).toContain("护眼台灯");
    expect((await chat.view()).turn).toBe(1);
    // What was said first was not answered before the rest was heard.
    expect(await chat.view()).toMatchObject({ state: "CONFIRM", slots: { order_id: "GL-491891" } });
  });

  test("two requests in one burst are both taken up", async () => {
    const chat = await system.chats.open("c-wang");
    await Promise.all(["取消订单GL-501547", "退掉夹式折叠台灯，坏了"].map((text) => chat.post(text)));
    const all = await chat.until("the reply", (messages) => messages.at(-1)?.role === "assistant");
    expect(roles(all)).toEqual(["customer", "customer", "assistant"]);
    expect((await chat.view()).requests.map(({ kind }) => kind).sort()).toEqual(["cancel", "return"]);
  });
});

test("the same message posted 20 times at once is one message, one turn, one reply", async () => {
  const chat = await system.chats.open("c-chen");
  const messageId = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => chat.post("谁出退货运费？", { messageId, waitMs: 20_000 })),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
  expect(answers.filter(({ body }) => !body.duplicate)).toHaveLength(1);
  // Every one of them gets the reply.
  for (const { body } of answers) expect(body.replies).toEqual(answers[0]?.body.replies);
  expect(answers[0]?.body.replies).toHaveLength(1);
  expect(roles(await chat.messages())).toEqual(["customer", "assistant"]);
  expect((await chat.view()).turn).toBe(1);
});

test("the same message at two API processes at once is one turn", async () => {
  const others = await startApi(system);
  try {
    const elsewhere = createChats({ url: others.url, tokens: others.tokens, tenant: system.tenant });
    const chat = await system.chats.open("c-chen");
    const same = elsewhere.attach(chat.sessionId, chat.token);
    const messageId = randomUUID();
    await Promise.all(
      [chat, same, chat, same].map((each) => each.post("谁出退货运费？", { messageId, waitMs: 20_000 })),
    );
    expect(await same.say("会员有什么好处")).toMatch(/会员/);
    expect(roles(await chat.messages())).toEqual(["customer", "assistant", "customer", "assistant"]);
  } finally {
    await others.close();
  }
});

describe("messages as fast as they are accepted, across continue-as-new", () => {
  test("300 one after the other: none lost, none doubled, order kept; a late double is still one", async () => {
    const chat = await system.chats.open("c-lin");
    const ids: string[] = [];
    for (let index = 0; index < FLOOD_MESSAGES; index++) {
      const { status, body } = await chat.post(FLOOD_TEXT);
      expect(status).toBe(202);
      ids.push(body.messageId);
    }
    const stored = await chat.until(
      "all of them",
      (messages) => messages.filter(({ messageId }) => messageId).length >= ids.length,
      60_000,
    );
    expect(stored.flatMap(({ messageId }) => messageId ?? [])).toEqual(ids);
    const quiet = await chat.until("the last is answered", (messages) => messages.at(-1)?.role === "assistant");
    expectNumbered(quiet);
    expect((await chat.view()).state).toBe("INIT");
    const runs = new Set<string>();
    for await (const run of system.client.workflow.list({ query: `WorkflowId = '${chat.sessionId}'` }))
      runs.add(run.runId);
    expect(runs.size).toBeGreaterThan(1);

    // Of another API process and older than what the workflow remembers: the store knows it.
    const others = await startApi(system);
    try {
      const elsewhere = createChats({ url: others.url, tokens: others.tokens, tenant: system.tenant });
      const late = await elsewhere
        .attach(chat.sessionId, chat.token)
        .post(FLOOD_TEXT, { messageId: ids[0] ?? "", waitMs: 10_000 });
      expect(late.body.duplicate).toBe(true);
      await chat.say("谁出退货运费？");
      expect(await chat.messages()).toHaveLength(quiet.length + 2);
    } finally {
      await others.close();
    }
  }, 120_000);

  test("ten at a time: none lost, none doubled", async () => {
    const chat = await system.chats.open("c-zhao");
    const ids = Array.from({ length: PARALLEL_MESSAGES }, (): string => randomUUID());
    const left = [...ids];
    const sender = async (): Promise<void> => {
      for (let messageId = left.shift(); messageId !== undefined; messageId = left.shift()) {
        expect((await chat.post(FLOOD_TEXT, { messageId })).status).toBe(202);
      }
    };
    await Promise.all(Array.from({ length: 10 }, sender));
    const stored = await chat.until(
      "all of them",
      (messages) => messages.filter(({ messageId }) => messageId).length >= ids.length,
      60_000,
    );
    expect(stored.flatMap(({ messageId }) => messageId ?? []).sort()).toEqual([...ids].sort());
    expectNumbered(stored);
  }, 120_000);
});

describe("what a turn costs", () => {
  test("slot filling that patterns settle: at most 2 activities, 14 events, 3 KB and one insert", async () => {
    const chat = await system.chats.open("c-patel", "en");
    await chat.say("I'd like to return something");
    expect(await chat.view()).toMatchObject({ state: "COLLECT", missing: expect.arrayContaining(["items"]) });
    const handle = system.client.workflow.getHandle(chat.sessionId);
    // The last workflow task of a turn ends after its reply can be read.
    const settled = () =>
      eventually("the turn's task is complete", async () => {
        const history = await handle.fetchHistory();
        const last = history.events?.at(-1);
        return last?.workflowTaskCompletedEventAttributes ||
          last?.timerStartedEventAttributes ||
          last?.markerRecordedEventAttributes
          ? { events: history.events ?? [], bytes: (await handle.describe()).historySize ?? 0 }
          : null;
      });
    const before = await settled();
    const inserts = gate.counter(mongoCommand("insert", "messages"));
    const reply = await chat.say("the headphones");
    expect(reply).toContain("GL-492065");
    const after = await settled();
    const added = after.events.slice(before.events.length);
    const activities = added.filter(
      ({ activityTaskScheduledEventAttributes: scheduled, markerRecordedEventAttributes: marker }) =>
        scheduled || marker?.markerName === "core_local_activity",
    );
    expect(activities.length).toBeGreaterThan(0);
    expect(activities.length).toBeLessThanOrEqual(2);
    expect(added.length).toBeLessThanOrEqual(14);
    expect(after.bytes - before.bytes).toBeGreaterThan(0);
    expect(after.bytes - before.bytes).toBeLessThanOrEqual(3 * 1_024);
    expect(inserts()).toBe(1);
  });
});
