/** Erasure that can be proved (beyond-list 9), export, retention. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { compactVerify, createLocalJWKSet, decodeProtectedHeader } from "jose";
import type { z } from "zod";
import type { customerExport, erasureReceipt } from "../../src/api/schemas.ts";
import { journalPath } from "../../src/config.ts";
import { createLedger } from "../../src/memory/ledger.ts";
import { createObjectStore } from "../../src/memory/object-store.ts";
import { readParquet } from "../../src/memory/parquet.ts";
import type { SessionRecord } from "../../src/memory/record.ts";
import { archiveHour } from "../../src/memory/sweep.ts";
import { createWarm } from "../../src/memory/warm.ts";
import { decryptExecutions } from "../../src/replay/decrypt.ts";
import { fetchExecutions } from "../../src/replay/fetch.ts";
import { replayAll } from "../../src/replay/report.ts";
import { createEncryptionCodec } from "../../src/safety/codec/codec.ts";
import { enforceTombstones, erase as eraseCustomer } from "../../src/safety/erasure/erase.ts";
import { JournalError, openJournal } from "../../src/safety/erasure/journal.ts";
import type { Retention } from "../../src/safety/erasure/retention.ts";
import { parseRetention, sweepRetention } from "../../src/safety/erasure/retention.ts";
import type { Keyring } from "../../src/safety/keys/keyring.ts";
import { createKeyring, KEY_CACHE_MS, KeyDestroyedError } from "../../src/safety/keys/keyring.ts";
import { createMasterKeys } from "../../src/safety/keys/master.ts";
import { createVault } from "../../src/safety/vault.ts";
import type { VaultDoc } from "../../src/store/mongo.ts";
import { session, THEN } from "../memory/sessions.ts";
import type { Chat } from "../support/chat.ts";
import { eventually } from "../support/eventually.ts";
import { ownersSealer } from "../support/sealers.ts";
import { openCorner, testServers } from "../support/servers.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";

type Receipt = z.infer<typeof erasureReceipt>;
type Export = z.infer<typeof customerExport>;

const DAY_MS = 86_400_000;
let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system?.close());

const freshKeyring = (now?: () => number): Keyring =>
  createKeyring({
    store: system.store,
    wrapper: createMasterKeys(system.config.MASTER_KEY),
    ...(now ? { now } : {}),
  });
const ask = async <T>(method: string, path: string, claims: Parameters<TestSystem["chats"]["token"]>[0]) =>
  system.chats.call<T>(method, path, { token: await system.chats.token(claims) });
const erase = (customerId: string, claims: Parameters<typeof ask>[2] = { role: "admin" }) =>
  ask<Receipt>("DELETE", `/v1/customers/${customerId}`, claims);
const statusOf = async (id: string) => (await system.client.workflow.getHandle(id).describe()).status.name;

/** What replays a session: reads its histories, decrypts and runs them. */
async function replayed(sessionId: string): Promise<number> {
  const executions = await fetchExecutions(system.client, sessionId);
  const readable = await decryptExecutions(executions, createEncryptionCodec(freshKeyring()));
  return (await replayAll(sessionId, readable, { cacheDir: system.config.cacheDir })).diverged;
}

/** Everything in the test's database, as a backup holds it. */
async function backup(): Promise<() => Promise<void>> {
  const names = (await system.store.db.listCollections().toArray()).map(({ name }) => name);
  const kept = await Promise.all(
    names.map(async (name) => ({ name, docs: await system.store.db.collection(name).find().toArray() })),
  );
  return async () => {
    for (const { name } of await system.store.db.listCollections().toArray())
      await system.store.db.collection(name).deleteMany({});
    for (const { name, docs } of kept) {
      if (docs.length > 0) await system.store.db.collection(name).insertMany(docs);
    }
  };
}

async function converse(customerId: string | null, text: string): Promise<Chat> {
  const chat = await system.chats.open(customerId);
  await chat.say(text);
  return chat;
}

describe("a customer who is erased", () => {
  let theirs: Chat;
  let waiting: Chat;
  let others: Chat;
  let receipt: Receipt;
  let restore: () => Promise<void>;
  let stolen: VaultDoc[];

  beforeAll(async () => {
    theirs = await converse("c-lin", "我想退掉护眼台灯，一直闪，我的电话13812345678");
    await theirs.say("确认");
    waiting = await converse("c-lin", "转人工");
    others = await converse("c-wang", "我想退掉恒温电热水壶，漏水，我的电话13987654321");
    await eventually("the task at the desk", () => system.store.handoffs.findOne({ sessionId: waiting.sessionId }));
    restore = await backup();
    stolen = await system.store.vault.find().toArray();
    receipt = (await erase("c-lin")).body;
  });

  test("the receipt says what went, and its signature holds for exactly that", async () => {
    expect(receipt).toMatchObject({
      tenant: system.tenant,
      customerId: "c-lin",
      keyFingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
      counts: { keys: 1, sessions: 2, handoffs: 1 },
    });
    expect(receipt.counts.messages).toBeGreaterThanOrEqual(6);
    const { body } = await system.chats.call<Parameters<typeof createLocalJWKSet>[0]>("GET", "/.well-known/jwks.json");
    const { payload } = await compactVerify(receipt.receipt, createLocalJWKSet(body));
    const { receipt: _, ...content } = receipt;
    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject(content);
    expect(decodeProtectedHeader(receipt.receipt).alg).toBe("EdDSA");
    const [header, claims, signature] = receipt.receipt.split(".");
    const forged = `${header}.${Buffer.from(JSON.stringify({ ...content, customerId: "c-wang" })).toString("base64url")}.${signature}`;
    await expect(compactVerify(forged, createLocalJWKSet(body))).rejects.toThrow();
    expect(claims).toBeDefined();
  });

  test("workflows have ended, nothing of them is stored, their tokens lead nowhere", async () => {
    for (const id of [theirs.sessionId, waiting.sessionId, `handoff-${waiting.sessionId}-1`])
      expect(await statusOf(id)).not.toBe("RUNNING");
    const ids = { $in: [theirs.sessionId, waiting.sessionId] };
    const left = await Promise.all([
      system.store.sessions.countDocuments({ _id: ids }),
      system.store.messages.countDocuments({ sessionId: ids }),
      system.store.handoffs.countDocuments({ sessionId: ids }),
      system.store.warm.countDocuments({ _id: ids }),
      system.store.keys.countDocuments({ customerId: "c-lin" }),
    ]);
    expect(left).toEqual([0, 0, 0, 0, 0]);
    expect((await theirs.post("还在吗？")).status).toBe(404);
    expect(
      (await system.chats.call("GET", `/v1/sessions/${theirs.sessionId}/messages`, { token: theirs.token })).status,
    ).toBe(404);
  });

  test("their histories can't be replayed, everyone else's can", async () => {
    await expect(replayed(theirs.sessionId)).rejects.toThrow(KeyDestroyedError);
    await expect(replayed(`handoff-${waiting.sessionId}-1`)).rejects.toThrow(KeyDestroyedError);
    expect(await replayed(others.sessionId)).toBe(0);
    expect(await others.say("确认")).toMatch(/GL-486819/);
  });

  test("what their placeholders stood for opens no more, not even out of a stolen backup; others' does", async () => {
    const mine = stolen.filter(({ sessionId }) => sessionId === theirs.sessionId);
    expect([mine.length, stolen.length]).toEqual([1, 2]);
    expect(await system.store.vault.countDocuments({ sessionId: theirs.sessionId })).toBe(0);
    await system.store.vault.insertMany(mine);
    const vault = createVault(system.store, freshKeyring());
    const reveal = (doc: VaultDoc | undefined) =>
      doc ? vault.reveal(doc, "[mobile]", 0) : Promise.reject(new Error("nothing was kept"));
    await expect(reveal(mine[0])).rejects.toThrow(KeyDestroyedError);
    expect(await reveal(stolen.find(({ sessionId }) => sessionId === others.sessionId))).toBe("13987654321");
    await system.store.vault.deleteMany({ sessionId: theirs.sessionId });
  });

  test("the shop keeps its order, without what they said", async () => {
    const { body } = await ask<Export>("GET", "/v1/customers/c-lin/export", { role: "admin" });
    expect(body.sessions).toEqual([]);
    const order = body.orders.find(({ id }) => id === "GL-491891");
    expect(order?.requests).toMatchObject([{ kind: "return", reason: null }]);
  });

  test("again is harmless; coming back is a new beginning under a new key", async () => {
    const again = await erase("c-lin");
    expect(again).toMatchObject({ status: 200, body: { counts: { keys: 0, sessions: 0, messages: 0 } } });
    expect(again.body.keyFingerprint).toBeUndefined();
    const back = await converse("c-lin", "我的订单到哪了？");
    expect((await back.messages()).length).toBe(2);
    // Nothing rests on what a process still had in memory.
    const later = freshKeyring(() => Date.now() + KEY_CACHE_MS + 1);
    const { kid } = await later.keyOfSession(back.sessionId);
    expect((await fetchExecutions(system.client, back.sessionId)).length).toBe(1);
    expect(await replayed(back.sessionId)).toBe(0);
    expect((await system.store.keys.findOne({ _id: kid }))?.fingerprint).not.toBe(receipt.keyFingerprint);
    await erase("c-lin");
  });

  test("a backup from before doesn't bring them back: the next start erases them again", async () => {
    await restore();
    expect(await system.store.keys.countDocuments({ customerId: "c-lin" })).toBe(1);
    expect(await system.store.tombstones.countDocuments()).toBe(0);
    const keyring = freshKeyring();
    const journal = openJournal(journalPath(system.config));
    expect(await enforceTombstones({ store: system.store, keyring, journal })).toBe(1);
    expect(await enforceTombstones({ store: system.store, keyring, journal })).toBe(0);
    expect(await system.store.sessions.countDocuments({ customerId: "c-lin" })).toBe(0);
    expect(await system.store.messages.countDocuments({ sessionId: theirs.sessionId })).toBe(0);
    await expect(replayed(theirs.sessionId)).rejects.toThrow(KeyDestroyedError);
    expect(await replayed(others.sessionId)).toBe(0);
    // The file was lost instead: it learns from the database.
    await rm(journalPath(system.config));
    expect(await enforceTombstones({ store: system.store, keyring, journal })).toBe(0);
    expect((await journal.read()).length).toBe(await system.store.tombstones.countDocuments());
  });
});

test("what is archived of them is noise in the file, and in no index; their neighbours in the same file are as they were", async () => {
  const { store, tenant } = system;
  const keyring = freshKeyring();
  const objects = createObjectStore({ ...testServers().s3, bucket: "colloquy", timeoutMs: 5_000 });
  const fail = (trouble: string, error: unknown): never => {
    throw new Error(trouble, { cause: error });
  };
  const sealer = ownersSealer(keyring);
  const warm = createWarm(store, sealer, DAY_MS, fail);
  const cold = { objects, ledger: createLedger(store), sealer };
  try {
    for (const customerId of ["c-patel", "c-garcia"]) await warm.save(session({ tenant, customerId }));
    const now = new Date(THEN + 30 * DAY_MS);
    for (const due of await warm.dueHours(now, 10)) await archiveHour({ ...cold, warm }, { ...due, now });
    const [file] = await cold.ledger.files({ tenant, state: "ready" });
    const bytes = await objects.get(file?._id ?? "");
    expect(Buffer.from(bytes).includes("台灯")).toBe(false);
    const before = await ask<Export>("GET", "/v1/customers/c-patel/export", { role: "admin" });
    expect(before.body.archived).toMatchObject([{ customerId: "c-patel", summary: expect.stringContaining("退货") }]);

    expect((await erase("c-patel")).body.counts).toMatchObject({ keys: 1, cold: 1 });
    expect((await ask<Export>("GET", "/v1/customers/c-patel/export", { role: "admin" })).body.archived).toEqual([]);
    const left = await readParquet(ownersSealer(freshKeyring()), bytes);
    expect(left.map(({ record }) => record.customerId)).toEqual(["c-garcia"]);
    const theirs = await ask<Export>("GET", "/v1/customers/c-garcia/export", { role: "admin" });
    expect(theirs.body.archived).toHaveLength(1);
  } finally {
    objects.close();
  }
});

test("the journal: a line cut off by a crash is none, a damaged one stops the start", async () => {
  const path = `${journalPath(system.config)}-other`;
  const journal = openJournal(path);
  expect(await journal.read()).toEqual([]);
  const entry = { kid: "abcdefghijklmnop", at: new Date(0).toISOString() };
  await Promise.all([1, 2, 3].map(() => journal.append([entry])));
  await writeFile(path, '{"kid":"cut of', { flag: "a" });
  expect(await journal.read()).toEqual([entry, entry, entry]);
  await writeFile(path, (await readFile(path, "utf8")).replace("kid", "kit"));
  await expect(journal.read()).rejects.toThrow(JournalError);
});

describe("export", () => {
  test("holds what they said and what was said to them, their orders and profile, and nobody else's", async () => {
    const chat = await converse("c-chen", "我想退掉缓震跑步鞋，磨脚");
    await chat.say("确认");
    await converse("c-liu", "香薰加湿器到哪了");
    const { status, headers, body } = await ask<Export>("GET", "/v1/customers/c-chen/export", { sub: "c-chen" });
    expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(body).toMatchObject({ customerId: "c-chen", profile: { id: "c-chen", name: "陈思琪" } });
    expect(body.sessions.map(({ sessionId }) => sessionId)).toEqual([chat.sessionId]);
    const told = (await chat.messages()).map(({ seq, role, text }) => ({ seq, role, text }));
    expect(body.sessions[0]?.messages).toMatchObject(told);
    const order = body.orders.find(({ id }) => id === "GL-488430");
    expect(order?.requests).toMatchObject([{ kind: "return", reason: expect.stringContaining("磨脚") }]);
    expect(JSON.stringify(body)).not.toMatch(/c-liu|加湿器/);
  });

  test("a visitor exports and erases their one session with its token", async () => {
    const [chat, another] = [await converse(null, "保修多久？"), await converse(null, "保修多久？")];
    const path = `/v1/customers/visitor:${chat.sessionId}`;
    const exported = await system.chats.call<Export>("GET", `${path}/export`, { token: chat.token });
    expect(exported.body.sessions.map(({ sessionId }) => sessionId)).toEqual([chat.sessionId]);
    expect((await system.chats.call("DELETE", path, { token: another.token })).status).toBe(404);
    const erased = await system.chats.call<Receipt>("DELETE", path, { token: chat.token });
    expect(erased).toMatchObject({ status: 200, body: { counts: { keys: 1, sessions: 1 } } });
    expect((await another.messages()).length).toBe(2);
  });
});

describe("who may", () => {
  test("admins of the tenant and the customer; one session's token, other roles and other tenants may not", async () => {
    const chat = await converse("c-huang", "你好");
    for (const method of ["GET", "DELETE"]) {
      const path = `/v1/customers/c-huang${method === "GET" ? "/export" : ""}`;
      expect((await system.chats.call(method, path, {})).status).toBe(401);
      expect((await system.chats.call(method, path, { token: chat.token })).status).toBe(403);
      for (const role of ["agent", "engineer"] as const) expect((await ask(method, path, { role })).status).toBe(403);
      expect((await ask(method, path, { sub: "c-zhao" })).status).toBe(404);
      const elsewhere = await ask<Export & Receipt>(method, path, { role: "admin", tenant: "elsewhere" });
      expect(elsewhere.body.sessions ?? elsewhere.body.counts.sessions).toEqual(method === "GET" ? [] : 0);
    }
    expect((await chat.messages()).length).toBe(2);
    expect((await erase("c-huang", { sub: "c-huang" })).status).toBe(200);
  });
});

describe("retention", () => {
  const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);

  test("settings that can't be meant are refused by name", () => {
    expect(parseRetention("demo=365,*=30")).toMatchObject({});
    expect(parseRetention("demo=365,*=30").daysFor("demo")).toBe(365);
    expect(parseRetention("demo=365,*=30").daysFor("shop")).toBe(30);
    expect(parseRetention(undefined).daysFor("demo")).toBeNull();
    for (const setting of ["demo", "demo=7", "demo=x", "=30"])
      expect(() => parseRetention(setting)).toThrow("RETENTION_DAYS");
  });

  test("sessions go when their time is up, not before; a visitor's key goes with them, other tenants' stay", async () => {
    const [chat, visitor] = [await converse("c-zhao", "你好"), await converse(null, "你好")];
    const erasing = { store: system.store, keyring: freshKeyring(), journal: openJournal(journalPath(system.config)) };
    const mine = parseRetention(`${system.tenant}=30`);
    const sweep = async (retention: Retention, now: Date): Promise<number> =>
      (await sweepRetention(erasing, null, retention, now)).sessions;
    expect(await sweep(mine, inDays(29))).toBe(0);
    expect(await sweep(parseRetention("elsewhere=30"), inDays(31))).toBe(0);
    // Something was said since.
    await system.store.messages.updateMany({ sessionId: chat.sessionId }, { $set: { at: inDays(5) } });
    expect(await sweep(mine, inDays(31))).toBeGreaterThanOrEqual(1);
    expect(await system.store.sessions.findOne({ _id: chat.sessionId })).not.toBeNull();
    expect(await system.store.sessions.findOne({ _id: visitor.sessionId })).toBeNull();
    expect(await system.store.keys.findOne({ sessionId: visitor.sessionId })).toBeNull();
    expect(await sweep(mine, inDays(36))).toBe(1);
    expect(await system.store.messages.countDocuments({ sessionId: chat.sessionId })).toBe(0);
  });

  test("files of the archive go once all in them is past, or erased; one that the index lost stays, and is named", async () => {
    const corner = await openCorner();
    const { store, tenant, keyring, env } = corner;
    const objects = createObjectStore({ ...testServers().s3, bucket: "colloquy", timeoutMs: 5_000 });
    const fail = (trouble: string, error: unknown): never => {
      throw new Error(trouble, { cause: error });
    };
    const sealer = ownersSealer(keyring);
    const warm = createWarm(store, sealer, DAY_MS, fail);
    const cold = { objects, ledger: createLedger(store), sealer };
    const erasing = { store, keyring, journal: openJournal(env.ERASURE_JOURNAL ?? "") };
    const archive = async (...sessions: SessionRecord[]): Promise<string> => {
      for (const each of sessions) await warm.save(each);
      const now = new Date(THEN + 60 * DAY_MS);
      for (const due of await warm.dueHours(now, 10)) await archiveHour({ ...cold, warm }, { ...due, now });
      const files = await cold.ledger.files({ tenant, state: "ready" });
      return files.at(-1)?._id ?? "";
    };
    const sweep = async (days: number, setting = `${tenant}=30`) =>
      (await sweepRetention(erasing, cold, parseRetention(setting), new Date(THEN + days * DAY_MS))).files;
    const there = async (key: string): Promise<boolean> =>
      (await objects.list(key)).length === 1 && (await cold.ledger.file(key)) !== null;
    const MINUTE_MS = 60_000;
    try {
      // One file: an old session, and one that ended twenty minutes later.
      const file = await archive(
        session({ tenant, customerId: "c-patel" }),
        session({ tenant, customerId: "c-garcia", lastAt: THEN + 20 * MINUTE_MS }),
      );
      const later = 30 + 10 / (24 * 60);
      expect(await sweep(29)).toEqual({ dropped: 0, damaged: [] });
      expect(await sweep(later, "elsewhere=30")).toEqual({ dropped: 0, damaged: [] });
      expect(await sweep(later)).toEqual({ dropped: 0, damaged: [] });
      expect((await store.archiveEntries.find({ tenant }).toArray()).map(({ who }) => who)).toEqual(["c:c-garcia"]);
      expect(await there(file)).toBe(true);
      expect(await sweep(31)).toEqual({ dropped: 1, damaged: [] });
      expect(await there(file)).toBe(false);

      const erased = await archive(session({ tenant, customerId: "c-huang" }));
      await eraseCustomer(erasing, { tenant, customerId: "c-huang" }, async () => undefined, new Date());
      expect(await there(erased)).toBe(true);
      expect(await sweep(1, "")).toEqual({ dropped: 1, damaged: [] });
      expect(await there(erased)).toBe(false);

      const kept = await archive(session({ tenant, customerId: "c-wang" }));
      await store.archiveEntries.deleteMany({ tenant });
      expect(await sweep(29)).toEqual({ dropped: 0, damaged: [kept] });
      expect(await there(kept)).toBe(true);
      // Deleted, and cut off before it was said.
      await objects.delete(kept);
      expect(await sweep(29)).toEqual({ dropped: 1, damaged: [] });
      expect(await cold.ledger.file(kept)).toBeNull();
    } finally {
      objects.close();
      await corner.close();
    }
  });
});
