/** kill -9 in the middle: one reply a message, orders changed once, nothing accepted is lost (beyond-list 3-5). */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { createTokens } from "../../src/api/auth.ts";
import type { Message } from "../../src/api/schemas.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { startTemporal } from "../../src/embedded/temporal.ts";
import type { Chats } from "../support/chat.ts";
import { createChats } from "../support/chat.ts";
import { createCleanUp } from "../support/cleanup.ts";
import { eventually } from "../support/eventually.ts";
import { mongoCommand, startGate } from "../support/gate.ts";
import { expectNumbered, proposeToCancel, roles } from "../support/messages.ts";
import { startProcess } from "../support/processes.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner, testServers } from "../support/servers.ts";
import { startApi, startSystem, startTestWorker } from "../support/system.ts";
import { startVendorServer } from "../support/vendor-server.ts";

/** The server notices a dead worker by its time-outs: 10 s for a workflow task, 15 s for a changed order. */
const RECOVERY_MS = 60_000;
/** Patterns make nothing of it, so that a model is asked. */
const UNSETTLED = "qwxz 24680 vbrt";
const asksWhatToReturn = {
  acts: [{ intent: "return", product: null, order_id: null, reason: null, wanted: null }],
  answer: null,
  confidence: 0.95,
};

const cleanUp = createCleanUp();

const requestsOf = async ({ store, tenant }: Corner, id: string) =>
  (await store.orders.findOne({ tenant, id }))?.requests ?? [];
const answered = (messages: Message[]) => messages.at(-1)?.role === "assistant";
const cancelled = (messages: Message[]) => /已取消/.test(messages.at(-1)?.text ?? "");

interface Waiting {
  id: string;
  sessionId: string;
}

async function waitingAtTheDesk(chats: Chats, token: string): Promise<Waiting[]> {
  return eventually(
    "somebody waits at the desk",
    async () => {
      const path = "/v1/handoffs?status=waiting";
      const { body } = await chats.call<{ handoffs: Waiting[] }>("GET", path, { token });
      return body.handoffs.length > 0 && body.handoffs;
    },
    RECOVERY_MS,
  );
}

/** A worker process that reaches MongoDB through a gate and a model server that hangs. */
async function gatedWorker() {
  const vendor = await startVendorServer([{ kind: "hang" }]);
  cleanUp(() => vendor.close());
  const mongo = new URL(testServers().mongodbUri);
  const gate = await startGate(mongo.host);
  cleanUp(() => gate.close());
  const corner = await openCorner({ LOCAL_LLM_BASE_URL: vendor.openaiBaseURL });
  cleanUp(() => corner.close());
  const env = { ...corner.env, MONGODB_URI: (corner.env.MONGODB_URI ?? "").replace(mongo.host, gate.address) };
  const start = async () => {
    const worker = await startProcess("worker.ts", env);
    cleanUp(() => worker.kill());
    return worker;
  };
  const api = await startApi(corner);
  cleanUp(() => api.close());
  const chats = createChats({ url: api.url, tokens: api.tokens, tenant: corner.tenant });
  return { vendor, gate, corner, chats, start };
}

test(
  "the worker dies while a model thinks, an order changes, a reply is stored and a person is fetched: everything once",
  async () => {
    const { vendor, gate, corner, chats, start } = await gatedWorker();
    const worker = await start();
    const thinking = await chats.open("c-lin");
    const acting = await chats.open("c-wang");
    const replying = await chats.open("c-liu");
    const leaving = await chats.open("c-huang");
    await proposeToCancel(acting, "GL-501547");

    const held = [
      gate.holdAnswerTo("$push"),
      gate.holdAnswerTo("parcel-4711"),
      gate.holdAnswerTo(mongoCommand("update", "handoffs")),
      eventually("the model is asked", () => vendor.calls.length === 1),
    ];
    await thinking.post(UNSETTLED);
    await acting.post("确认");
    // Its words are sealed on the way to MongoDB, its id isn't.
    await replying.post("where is my parcel?", { messageId: "parcel-4711" });
    await leaving.post("转人工");
    await Promise.all(held);
    await eventually("the order has changed", async () => (await requestsOf(corner, "GL-501547")).length === 1);
    await worker.kill();

    vendor.script(({ text }) =>
      text.includes(UNSETTLED) ? { kind: "json", value: asksWhatToReturn } : { kind: "refusal" },
    );
    await start();
    const [thought, said, left, done] = await Promise.all([
      thinking.until("the model's turn is answered", answered, RECOVERY_MS),
      replying.until("the reply is there", answered, RECOVERY_MS),
      leaving.until("the holding message is there", answered, RECOVERY_MS),
      acting.until("the action is told", cancelled, RECOVERY_MS),
    ]);
    // Who waits for a model through a crash may be told that it takes a moment; the answer comes once.
    const heardThought = roles(thought).filter((role) => role !== "system");
    for (const heard of [heardThought, roles(said), roles(left)]) expect(heard).toEqual(["customer", "assistant"]);
    expect(roles(done).slice(-2)).toEqual(["customer", "assistant"]);
    expect(await requestsOf(corner, "GL-501547")).toEqual([
      expect.objectContaining({ idempotencyKey: `${acting.sessionId}:1` }),
    ]);

    const agent = await chats.token({ role: "agent", sub: "a-mei" });
    const waiting = await waitingAtTheDesk(chats, agent);
    expect(waiting.map(({ sessionId }) => sessionId)).toEqual([leaving.sessionId]);
    expect((await chats.call("POST", `/v1/handoffs/${waiting[0]?.id}/claim`, { token: agent })).status).toBe(200);
    // They all go on.
    for (const chat of [thinking, acting, replying]) {
      const before = (await chat.messages()).length;
      expect(await chat.say("谁出退货运费？")).toMatch(/运费/);
      const after = await chat.messages();
      expect(after).toHaveLength(before + 2);
      expectNumbered(after);
    }
  },
  2 * RECOVERY_MS,
);

test("the API dies between messages and under an open stream: the client resumes, nothing is missing or doubled", async () => {
  const system = await startSystem();
  cleanUp(() => system.close());
  const port = await freePort();
  const start = async () => {
    const api = await startProcess("src/api/main.ts", { ...system.env, PORT: String(port) });
    cleanUp(() => api.kill());
    return api;
  };
  const api = await start();
  const tokens = createTokens(system.config.JWT_SECRET ?? "");
  const chats = createChats({ url: `http://127.0.0.1:${port}`, tokens, tenant: system.tenant });
  const chat = await chats.open("c-lin");
  const stream = await chat.events();
  await proposeToCancel(chat, "GL-504202");
  const before = (await chat.messages()).length;
  await eventually("all of it is streamed", () => stream.seqs().length === before);

  const messageId = randomUUID();
  expect((await chat.post("确认", { messageId })).status).toBe(202);
  await api.kill();
  await stream.ended;
  await expect(chat.messages()).rejects.toThrow();

  await start();
  const resumed = await chat.events(stream.seqs().at(-1) ?? 0);
  cleanUp(() => resumed.close());
  const streamed = () => [...stream.seqs(), ...resumed.seqs()];
  await eventually("what was said meanwhile is streamed", () => streamed().length === before + 2);
  expect(streamed()).toEqual((await chat.messages()).map(({ seq }) => seq));
  // The client never saw the 202, perhaps, and sends it again: the new process knows it all the same.
  const again = await chat.post("确认", { messageId, waitMs: 5_000 });
  expect(again.body).toMatchObject({ duplicate: true, replies: [{ text: expect.stringMatching(/已取消/) }] });
  expect(await chat.say("谁出退货运费？")).toMatch(/运费/);
  const after = await chat.messages();
  expectNumbered(after);
  expect(after).toHaveLength(before + 4);
  expect(await requestsOf(system, "GL-504202")).toHaveLength(1);
});

test(
  "the Temporal server dies and comes back on its database file: conversations go on, nothing accepted is lost",
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "colloquy-crash-"));
    cleanUp(() => rm(dataDir, { recursive: true, force: true }));
    const { cacheDir } = testServers();
    const start = async () => {
      const server = await startTemporal({
        dataDir,
        cacheDir,
        configured: {},
        headless: true,
        onProgress: () => undefined,
      });
      cleanUp(() => server.stop());
      return server;
    };
    const temporal = await start();
    const gate = await startGate(temporal.address);
    cleanUp(() => gate.close());
    const corner = await openCorner({ TEMPORAL_ADDRESS: gate.address });
    cleanUp(() => corner.close());
    const worker = await startTestWorker(corner);
    cleanUp(() => worker.stop());
    const api = await startApi(corner);
    cleanUp(() => api.close());
    const chats = createChats({ url: api.url, tokens: api.tokens, tenant: corner.tenant });
    const chat = await chats.open("c-chen");
    const late = await chats.open("c-zhao");
    await proposeToCancel(chat, "GL-500645");
    await proposeToCancel(late, "GL-500958");

    // Accepted, and the server is gone before the turn is over.
    expect((await chat.post("确认")).status).toBe(202);
    process.kill(temporal.pid ?? 0, "SIGKILL");
    await temporal.exited;
    gate.lead(null);
    const messageId = randomUUID();
    expect((await late.post("确认", { messageId })).status).toBe(503);

    gate.lead((await start()).address);
    await eventually(
      "messages are taken again",
      async () => (await late.post("确认", { messageId })).status === 202,
      RECOVERY_MS,
    );
    for (const [talk, orderId] of [
      [chat, "GL-500645"],
      [late, "GL-500958"],
    ] as const) {
      const messages = await talk.until("the order is cancelled", cancelled, RECOVERY_MS);
      expectNumbered(messages);
      expect(roles(messages).slice(-2)).toEqual(["customer", "assistant"]);
      expect(await requestsOf(corner, orderId)).toHaveLength(1);
    }
    expect(await chat.say("谁出退货运费？")).toMatch(/运费/);
  },
  2 * RECOVERY_MS,
);
