/**
 * Canaries go through everything a customer or an agent can say; then every byte that rests anywhere is searched for them.
 * `CANARIES=10000 npm test -- tests/system/encryption.test.ts` is the full run.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Client } from "@temporalio/client";
import { createTokens } from "../../src/api/auth.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { fetchExecutions } from "../../src/replay/fetch.ts";
import { handoffIds } from "../../src/replay/report.ts";
import { kidOf } from "../../src/safety/keys/envelope.ts";
import type { Canaries } from "../support/canaries.ts";
import { createCanaries, occurrences, search } from "../support/canaries.ts";
import type { Chat, Chats } from "../support/chat.ts";
import { createChats } from "../support/chat.ts";
import { eventually } from "../support/eventually.ts";
import type { TestProcess } from "../support/processes.ts";
import { startProcess } from "../support/processes.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner, testServers } from "../support/servers.ts";
import { startApi } from "../support/system.ts";

const TOTAL = Number(process.env.CANARIES ?? 300);
/** Who has what delivered, and so can return it. */
const PEOPLE = [
  ["c-lin", "护眼台灯"],
  ["c-wang", "恒温电热水壶"],
  ["c-chen", "缓震跑步鞋"],
  ["c-liu", "婴儿推车"],
  ["c-zhao", "卫衣"],
  [null, "台灯"],
] as const;
/** Messages of one conversation that carry canaries, beside the first. */
const PLACES = 7;
/** The first is understood, so that its words become the reason on an order. */
const IN_THE_REASON = 6;
/** With more of it, nothing of a message can be understood. */
const EACH_MAX = 20;
const CONVERSATIONS = Math.max(PEOPLE.length, Math.ceil(TOTAL / PLACES / EACH_MAX));
const EACH = Math.ceil(TOTAL / CONVERSATIONS / PLACES);
const RUN_TIMEOUT_MS = 1_800_000;
const REPLY_WAIT_MS = 5_000;
/** What is always answered: a proposal must be there before it is confirmed, however busy the machine is. */
const ANSWER_WAIT_MS = 30_000;

/** What was started, to be ended after all tests. */
const undoes: Array<() => Promise<unknown>> = [];
const cleanUp = (undo: () => Promise<unknown>): void => void undoes.push(undo);
let corner: Corner;
let canaries: Canaries;
let client: Client;
let chats: Chats;
let logs: string;
const processes: TestProcess[] = [];
const sessions: Chat[] = [];

beforeAll(async () => {
  // Chatty processes, and an idle time short enough that memory moves during the test.
  corner = await openCorner({ LOG_LEVEL: "trace", IDLE_RESET_MS: "4000", PORT: String(await freePort()) });
  cleanUp(() => corner.close());
  canaries = createCanaries();
  for (const script of ["worker.ts", "src/api/main.ts"] as const) {
    const started = await startProcess(script, corner.env);
    processes.push(started);
    cleanUp(() => started.stop());
  }
  const reader = await startApi({ ...corner, config: { ...corner.config, LOG_LEVEL: "silent" } });
  cleanUp(() => reader.close());
  client = reader.client;
  const tokens = createTokens(corner.config.JWT_SECRET ?? "");
  chats = createChats({ url: `http://127.0.0.1:${corner.config.PORT}`, tokens, tenant: corner.tenant });
  logs = await mkdtemp(join(tmpdir(), "colloquy-logs-"));
  cleanUp(() => rm(logs, { recursive: true, force: true }));
  for (let first = 0; first < CONVERSATIONS; first += PEOPLE.length)
    await Promise.all(
      PEOPLE.slice(0, CONVERSATIONS - first).map(([customerId, product]) => converse(customerId, product)),
    );
  // Who has a person again isn't idle: not everybody's memory moves.
  await eventually("memory has moved", async () => (await corner.store.warm.countDocuments()) >= PEOPLE.length / 2);
}, RUN_TIMEOUT_MS);
afterAll(async () => {
  for (const undo of undoes.reverse()) await undo();
});

/** A return with a reason, words nobody understands, a person and their words, a pause, and after it. */
async function converse(customerId: string | null, product: string): Promise<void> {
  const { next } = canaries;
  const chat = await chats.open(customerId);
  sessions.push(chat);
  // Long noise may fetch a person early: then nobody replies, and it is stored all the same.
  const tell = (text: string, waitMs = REPLY_WAIT_MS) => chat.post(text, { waitMs });
  await tell(`我想退掉${product}，因为一直有问题 ${next(IN_THE_REASON)}`, ANSWER_WAIT_MS);
  await tell(`谁出退货运费？${next(EACH)}`, ANSWER_WAIT_MS);
  await tell("确认", ANSWER_WAIT_MS);
  await tell(`${next(EACH)}`);
  await tell(`转人工 ${next(EACH)}`);
  const token = await chats.token({ role: "agent", sub: "a-mei", name: "小梅" });
  const desk = async (verb: string, body: object): Promise<true> => {
    const { status } = await chats.call("POST", `/v1/handoffs/handoff-${chat.sessionId}-1/${verb}`, { token, body });
    if (status >= 300) throw new Error(`${verb}: ${status}`);
    return true;
  };
  await eventually("the task at the desk", () => desk("claim", {}));
  await desk("messages", { messageId: "a-1", text: `您好 ${next(EACH)}` });
  await chat.post(`我说的是 ${next(EACH)}`);
  await chat.until(
    "both are stored",
    (messages) => messages.at(-1)?.role === "customer" || messages.at(-2)?.role === "customer",
  );
  await desk("return", { summary: `已处理 ${next(EACH)}` });
  await eventually("the bot has it back", async () => (await chat.view()).state === "INIT");
  await tell(`保修多久？${next(EACH)}`);
}

test(
  "everything that was said can be read back by those who may",
  async () => {
    expect(canaries.all.length).toBeGreaterThanOrEqual(TOTAL);
    const token = await chats.token({ role: "agent", sub: "a-mei" });
    // What was taken in last may still be on its way into the store.
    await eventually("all of them", async () => {
      const read = (await Promise.all(sessions.map((chat) => chat.messages()))).flat();
      const all = JSON.stringify([read, (await chats.call("GET", "/v1/handoffs?status=returned", { token })).body]);
      const missing = canaries.all.filter((canary) => !all.includes(canary));
      if (missing.length > 0) throw new Error(`${missing.length} are missing, such as ${missing[0]}`);
      return true;
    });
  },
  RUN_TIMEOUT_MS,
);

test("the search would find them: what isn't secret is found where it rests, in every form", async () => {
  const [chat] = sessions;
  const sessionId = chat?.sessionId ?? "";
  await eventually("a session's id in both databases' files", async () => {
    const files = (await search([testServers().dataDir], sessionId)).map(({ file }) => file);
    return files.some((file) => /temporal\.db/.test(file)) && files.some((file) => file.includes("/mongo/"));
  });
  const text = `some ${canaries.mark} words`;
  const forms = [text, Buffer.from(text).toString("base64"), Buffer.from(text).toString("hex")];
  for (const form of forms) expect(occurrences(Buffer.from(form), canaries.mark)).toBeGreaterThan(0);
});

test("no byte of Temporal's, MongoDB's and S3's folders or of any log holds one in the clear", async () => {
  const written = processes.map(({ printed }) => printed());
  expect(written.every((log) => log.length > 0)).toBe(true);
  await Promise.all(written.map((log, index) => writeFile(join(logs, `${index}.log`), log)));
  expect(await search([testServers().dataDir, logs], canaries.mark)).toEqual([]);
});

test("no log holds a secret or a token", () => {
  const written = processes.map(({ printed }) => printed()).join("\n");
  const { JWT_SECRET = "", MASTER_KEY = "", S3_SECRET_ACCESS_KEY = "" } = corner.env;
  for (const secret of [JWT_SECRET, MASTER_KEY, S3_SECRET_ACCESS_KEY, ...sessions.map(({ token }) => token)]) {
    expect(secret.length).toBeGreaterThan(5);
    expect(written).not.toContain(secret);
  }
});

test("nor does any document, or any event of any history: compression in a file hides nothing", async () => {
  for (const { name } of await corner.store.db.listCollections().toArray()) {
    for await (const document of corner.store.db.collection(name).find())
      expect([name, occurrences(Buffer.from(bytesOf(document)), canaries.mark)]).toEqual([name, 0]);
  }
  expect(await corner.store.orders.countDocuments({ "requests.sealedReason": { $exists: true } })).toBeGreaterThan(2);
  const payloads = await payloadsOf(sessions.map(({ sessionId }) => sessionId));
  expect(payloads.length).toBeGreaterThan(100);
  expect(payloads.filter(({ bytes }) => occurrences(bytes, canaries.mark) > 0)).toEqual([]);
});

test("every payload of a conversation, its handoffs included, is under that customer's key", async () => {
  for (const { sessionId } of sessions) {
    const { kid } = await corner.keyring.keyOfSession(sessionId);
    const kids = (await payloadsOf([sessionId])).map(({ encoding, bytes }) =>
      encoding === "binary/encrypted" ? kidOf(bytes) : encoding,
    );
    expect([...new Set(kids)]).toEqual([kid]);
  }
});

/** Binary values as they are, so that a search sees them. */
const bytesOf = (document: object): string =>
  JSON.stringify(document, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value,
  );

interface Found {
  encoding: string;
  bytes: Buffer;
}

/** All payloads of these sessions and their handoffs, but the markers that the SDK's core writes itself. */
async function payloadsOf(sessionIds: string[]): Promise<Found[]> {
  const found: Found[] = [];
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== "object" || value instanceof Uint8Array) return;
    const { metadata, data } = value as { metadata?: { encoding?: Uint8Array }; data?: unknown };
    if (metadata?.encoding && data instanceof Uint8Array)
      found.push({ encoding: Buffer.from(metadata.encoding).toString(), bytes: Buffer.from(data) });
    else for (const part of Object.values(value)) visit(part);
  };
  for (const sessionId of sessionIds) {
    const runs = await fetchExecutions(client, sessionId);
    const handoffs = await Promise.all(handoffIds(runs).map((id) => fetchExecutions(client, id)));
    for (const { events } of [...runs, ...handoffs.flat()]) {
      for (const event of events) {
        const marker = event.markerRecordedEventAttributes as
          | { details?: { result?: unknown }; failure?: unknown }
          | undefined;
        visit(marker ? [marker.details?.result, marker.failure] : event);
      }
    }
  }
  return found;
}
