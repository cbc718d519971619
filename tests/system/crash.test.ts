/** kill -9 in the middle: one reply a message, orders changed once (beyond-list 3-5). */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { createTokens } from "../../src/api/auth.ts";
import type { Message } from "../../src/api/schemas.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { startTemporal } from "../../src/embedded/temporal.ts";
import type { Chat } from "../support/chat.ts";
import { createChats } from "../support/chat.ts";
import { eventually } from "../support/eventually.ts";
import type { Gate } from "../support/gate.ts";
import { startGate } from "../support/gate.ts";
import { startProcess } from "../support/processes.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner, testServers } from "../support/servers.ts";
import { startApi, startSystem, startTestWorker } from "../support/system.ts";
import { startVendorServer } from "../support/vendor-server.ts";

/** The server notices a dead worker by its time-outs: 10 s for a workflow task, 15 s for a changed order. */
const RECOVERY_MS = 60_000;
const UNSETTLED = "qwxz 24680 vbrt";
const asksWhatToReturn = {
  acts: [{ intent: "return", product: null, order_id: null, reason: null, wanted: null }],
  answer: null,
  confidence: 0.95,
};

const roles = (messages: Message[]) => messages.map(({ role }) => role);
const numbered = (messages: Message[]) =>
  expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, at) => at + 1));
const requestsOf = async ({ store, tenant }: Corner, id: string) =>
  (await store.orders.findOne({ tenant, id }))?.requests ?? [];

async function proposeToCancel(chat: Chat, orderId: string): Promise<void> {
  await chat.say(`取消订单${orderId}`);
  if ((await chat.view()).state === "COLLECT") await chat.say("跳过");
  expect((await chat.view()).state).toBe("CONFIRM");
}

test(
  "the worker dies while a model thinks, while an order changes and while a reply is stored: everything once",
  async () => {
    const vendor = await startVendorServer([{ kind: "hang" }]);
    const mongo = new URL(testServers().mongodbUri);
    const gate = await startGate(mongo.host);
    const corner = await openCorner({ LOCAL_LLM_BASE_URL: vendor.openaiBaseURL });
    const env = { ...corner.env, MONGODB_URI: (corner.env.MONGODB_URI ?? "").replace(mongo.host, gate.address) };
    const [api, worker] = await Promise.all([startApi(corner), startProcess("worker.ts", env)]);
    let second: { stop(): Promise<void> } | null = null;
    try {
      const chats = createChats({ url: api.url, tokens: api.tokens, tenant: corner.tenant });
      const [thinking, acting, replying] = [
        await chats.open("c-lin"),
        await chats.open("c-wang"),
        await chats.open("c-liu"),
      ];
      await proposeToCancel(acting, "GL-501547");

      const acted = gate.holdAnswerTo("$push");
      const replied = gate.holdAnswerTo("parcel-4711");
      await thinking.post(UNSETTLED);
      await acting.post("确认");
      await replying.post("where is my parcel? parcel-4711");
      await Promise.all([acted, replied, eventually("the model is asked", () => vendor.calls.length === 1)]);
      await eventually("the order has changed", async () => (await requestsOf(corner, "GL-501547")).length === 1);
      await worker.kill();

      vendor.script(({ text }) =>
        text.includes(UNSETTLED) ? { kind: "json", value: asksWhatToReturn } : { kind: "refusal" },
      );
      second = await startProcess("worker.ts", env);
      const answered = (messages: Message[]) => messages.at(-1)?.role === "assistant";
      const [thought, done, said] = await Promise.all([
        thinking.until("the model's turn is answered", answered, RECOVERY_MS),
        acting.until("the action is told", (messages) => /已取消/.test(messages.at(-1)?.text ?? ""), RECOVERY_MS),
        replying.until("the reply is there", answered, RECOVERY_MS),
      ]);
      expect(roles(thought)).toEqual(["customer", "assistant"]);
      expect(roles(said)).toEqual(["customer", "assistant"]);
      expect(roles(done).slice(-2)).toEqual(["customer", "assistant"]);
      expect(await requestsOf(corner, "GL-501547")).toEqual([
        expect.objectContaining({ idempotencyKey: `${acting.sessionId}:1` }),
      ]);
      // They all go on.
      for (const chat of [thinking, acting, replying]) {
        const before = (await chat.messages()).length;
        expect(await chat.say("谁出退货运费？")).toMatch(/运费/);
        expect(await chat.messages()).toHaveLength(before + 2);
        numbered(await chat.messages());
      }
    } finally {
      await second?.stop();
      await worker.kill();
      await Promise.all([api.close(), gate.close(), vendor.close()]);
      await corner.close();
    }
  },
  2 * RECOVERY_MS,
);

test("the API dies between messages and under an open stream: the client resumes, nothing is missing or doubled", async () => {
  const system = await startSystem();
  const port = await freePort();
  const env = { ...system.env, PORT: String(port) };
  let api = await startProcess("src/api/main.ts", env);
  try {
    const url = `http://127.0.0.1:${port}`;
    const chats = createChats({ url, tokens: createTokens(system.config.JWT_SECRET ?? ""), tenant: system.tenant });
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

    api = await startProcess("src/api/main.ts", env);
    const resumed = await chat.events(stream.seqs().at(-1) ?? 0);
    await eventually(
      "what was said meanwhile is streamed",
      () => stream.seqs().length + resumed.seqs().length === before + 2,
    );
    expect([...stream.seqs(), ...resumed.seqs()]).toEqual((await chat.messages()).map(({ seq }) => seq));
    // The client never saw the 202, perhaps, and sends it again: the new process knows it all the same.
    const again = await chat.post("确认", { messageId, waitMs: 5_000 });
    expect(again.body).toMatchObject({ duplicate: true, replies: [{ text: expect.stringMatching(/已取消/) }] });
    expect(await chat.say("谁出退货运费？")).toMatch(/运费/);
    numbered(await chat.messages());
    expect(await chat.messages()).toHaveLength(before + 4);
    expect(await requestsOf(system, "GL-504202")).toHaveLength(1);
    resumed.close();
  } finally {
    await api.kill();
    await system.close();
  }
});

test(
  "the Temporal server dies and comes back on its database file: conversations go on, nothing accepted is lost",
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "colloquy-crash-"));
    const { cacheDir } = testServers();
    const start = () =>
      startTemporal({ dataDir, cacheDir, configured: {}, headless: true, onProgress: () => undefined });
    let temporal = await start();
    const gate: Gate = await startGate(temporal.address);
    const corner = await openCorner({ TEMPORAL_ADDRESS: gate.address });
    const [api, worker] = await Promise.all([startApi(corner), startTestWorker(corner)]);
    try {
      const chats = createChats({ url: api.url, tokens: api.tokens, tenant: corner.tenant });
      const [chat, late] = [await chats.open("c-chen"), await chats.open("c-zhao")];
      await proposeToCancel(chat, "GL-500645");
      await proposeToCancel(late, "GL-500958");

      // In the middle of a turn that executes.
      expect((await chat.post("确认")).status).toBe(202);
      process.kill(temporal.pid ?? 0, "SIGKILL");
      await temporal.exited;
      gate.lead(null);
      const messageId = randomUUID();
      expect((await late.post("确认", { messageId })).status).toBe(503);

      temporal = await start();
      gate.lead(temporal.address);
      await eventually(
        "messages are taken again",
        async () => (await late.post("确认", { messageId })).status === 202,
        RECOVERY_MS,
      );
      for (const [talk, orderId] of [
        [chat, "GL-500645"],
        [late, "GL-500958"],
      ] as const) {
        const told = (messages: Message[]) => /已取消/.test(messages.at(-1)?.text ?? "");
        const messages = await talk.until("the order is cancelled", told, RECOVERY_MS);
        numbered(messages);
        expect(roles(messages).slice(-2)).toEqual(["customer", "assistant"]);
        expect(await requestsOf(corner, orderId)).toHaveLength(1);
      }
      expect(await chat.say("谁出退货运费？")).toMatch(/运费/);
    } finally {
      await Promise.all([api.close(), worker.stop()]);
      await gate.close();
      await temporal.stop();
      await corner.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
  2 * RECOVERY_MS,
);
