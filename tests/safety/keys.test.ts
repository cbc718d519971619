/** Data keys, the envelopes they seal and the master key that wraps them (beyond-list 9). */
import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ApplicationFailure } from "@temporalio/common";
import { createEncryptionCodec, sessionOfWorkflow } from "../../src/safety/codec/codec.ts";
import { failureConverter } from "../../src/safety/codec/failure-converter.ts";
import { EnvelopeError, kidOf, seal, unseal } from "../../src/safety/keys/envelope.ts";
import type { Keyring } from "../../src/safety/keys/keyring.ts";
import { createKeyring, KEY_CACHE_MS, KeyDestroyedError } from "../../src/safety/keys/keyring.ts";
import { createMasterKeys, MasterKeyError, newMasterKey } from "../../src/safety/keys/master.ts";
import { rotateMaster } from "../../src/safety/keys/rotate.ts";
import { sealedCache } from "../../src/safety/keys/sealed-cache.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";

const WORDS = Buffer.from("我的台灯一直闪");
let corner: Corner;
let clockMs = Date.now();
let master: string;

beforeAll(async () => {
  corner = await openCorner();
  master = corner.config.MASTER_KEY ?? "";
});
afterAll(() => corner.close());

/** As another process has it: the same database, a cache of its own. */
const anotherKeyring = (setting = master): Keyring =>
  createKeyring({ store: corner.store, wrapper: createMasterKeys(setting), now: () => clockMs });

async function newSession(customerId: string | null): Promise<string> {
  const _id = randomUUID();
  const { tenant, store } = corner;
  const fixed = { locale: "zh", channel: "test", createdAt: new Date(), ownerEpoch: 0 } as const;
  await store.sessions.insertOne({ _id, tenant, customerId, ...fixed });
  return _id;
}

const context = (workflowId: string) => ({ type: "workflow", namespace: "default", workflowId }) as const;
const payload = (value: unknown) => ({
  metadata: { encoding: Buffer.from("json/plain") },
  data: Buffer.from(JSON.stringify(value)),
});

describe("envelopes", () => {
  test("the same words never look the same twice, and open again", async () => {
    const key = await corner.keyring.serviceKey();
    const [first, second] = [seal(key, WORDS), seal(key, WORDS)];
    expect(first.equals(second)).toBe(false);
    expect(unseal(key, first)).toEqual(WORDS);
    expect(kidOf(first)).toBe(key.kid);
    expect(first.includes(WORDS)).toBe(false);
  });

  test("short, long and incompressible content comes back as it was", async () => {
    const key = await corner.keyring.serviceKey();
    const contents = [Buffer.of(), Buffer.of(0), randomBytes(10_000), Buffer.from("护眼台灯".repeat(10_000))];
    for (const content of contents) {
      const sealed = seal(key, content);
      expect(unseal(key, sealed).equals(content)).toBe(true);
      expect(sealed.length).toBeLessThanOrEqual(content.length + 41);
    }
  });

  test("any changed bit is noticed", async () => {
    const key = await corner.keyring.serviceKey();
    const sealed = seal(key, WORDS);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => unseal(key, changed)).toThrow(EnvelopeError);
    }
    expect(() => kidOf(WORDS)).toThrow(EnvelopeError);
  });
});

describe("whose key", () => {
  test("all sessions of a customer share one, visitors have one each, tenants none in common", async () => {
    const [a, b, visitor, another] = await Promise.all(["c-1", "c-1", null, null].map(newSession));
    const kids = await Promise.all(
      [a, b, visitor, another].map(async (id) => (await corner.keyring.keyOfSession(id ?? "")).kid),
    );
    expect(kids[0]).toBe(kids[1]);
    expect(new Set(kids).size).toBe(3);
    const [here, there] = await Promise.all(
      [corner.tenant, "elsewhere"].map((tenant) => corner.keyring.keyFor({ tenant, customerId: "c-1", sessionId: "" })),
    );
    expect(here?.kid).toBe(kids[0]);
    expect(there?.kid).not.toBe(kids[0]);
  });

  test("a hundred who ask at once, in four processes, get the same", async () => {
    const owner = { tenant: corner.tenant, customerId: "c-crowd", sessionId: "" };
    const rings = [1, 2, 3, 4].map(() => anotherKeyring());
    const keys = await Promise.all(rings.flatMap((ring) => Array.from({ length: 25 }, () => ring.keyFor(owner))));
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1);
    expect(await corner.store.keys.countDocuments({ customerId: "c-crowd" })).toBe(1);
  });

  test("no session, no key: nothing is made for what was never there", async () => {
    const before = await corner.store.keys.countDocuments();
    await expect(corner.keyring.keyOfSession(randomUUID())).rejects.toThrow(KeyDestroyedError);
    expect(await corner.store.keys.countDocuments()).toBe(before);
  });

  test("a destroyed key is forgotten after the cache's time, at once where it was destroyed", async () => {
    const session = await newSession("c-gone");
    const [here, there] = [anotherKeyring(), anotherKeyring()];
    const { kid } = await here.keyOfSession(session);
    const sealed = await there.seal(session, "words");
    await corner.store.sessions.deleteOne({ _id: session });
    await corner.store.keys.deleteOne({ _id: kid });
    here.refuse([kid]);
    await expect(here.open(sealed)).rejects.toThrow(KeyDestroyedError);
    clockMs += KEY_CACHE_MS + 1;
    await expect(there.open(sealed)).rejects.toThrow(KeyDestroyedError);
    await expect(there.seal(session, "more")).rejects.toThrow(KeyDestroyedError);
  });
});

describe("the master key", () => {
  test.each([
    ["", /missing/],
    ["short", /32 random bytes/],
    [`${newMasterKey()},nonsense`, /32 random bytes/],
  ])("%j is refused, and not repeated", (setting, message) => {
    expect(() => createMasterKeys(setting)).toThrow(message);
  });

  test("a data key that was moved to another owner's row, or is of another master, doesn't open", async () => {
    const [mine, theirs] = await Promise.all(
      ["c-mine", "c-theirs"].map((customerId) =>
        corner.keyring.keyFor({ tenant: corner.tenant, customerId, sessionId: "" }),
      ),
    );
    const row = await corner.store.keys.findOne({ _id: mine?.kid ?? "" });
    await expect(anotherKeyring(newMasterKey()).byId(mine?.kid ?? "")).rejects.toThrow(MasterKeyError);
    await corner.store.keys.updateOne({ _id: theirs?.kid ?? "" }, { $set: { wrapped: row?.wrapped as never } });
    await expect(anotherKeyring().byId(theirs?.kid ?? "")).rejects.toThrow(MasterKeyError);
    await corner.store.keys.deleteOne({ _id: theirs?.kid ?? "" });
  });

  test("rotation: everything is readable before, after, and with the new master alone; running it again does nothing", async () => {
    const session = await newSession("c-rotated");
    const sealed = await corner.keyring.seal(session, "台灯");
    const next = newMasterKey();
    const both = `${next},${master}`;
    expect(await anotherKeyring(both).open(sealed)).toBe("台灯");
    const total = await corner.store.keys.countDocuments();
    expect(await rotateMaster(corner.store, createMasterKeys(both))).toEqual({ rewrapped: total });
    expect(await rotateMaster(corner.store, createMasterKeys(both))).toEqual({ rewrapped: 0 });
    expect(await anotherKeyring(next).open(sealed)).toBe("台灯");
    await expect(anotherKeyring(master).open(sealed)).rejects.toThrow(MasterKeyError);
    master = next;
  });
});

test("what workers share in a cache is sealed there; noise and another installation's are not there", async () => {
  const kept = new Map<string, string>();
  const inner = {
    get: async (key: string) => kept.get(key) ?? null,
    set: async (key: string, value: string) => void kept.set(key, value),
    close: () => undefined,
  };
  const cache = sealedCache(inner, corner.keyring);
  await cache.set("a", "我的台灯", 1_000);
  expect(Buffer.from(kept.get("a") ?? "", "base64").includes("台灯")).toBe(false);
  expect(await cache.get("a")).toBe("我的台灯");
  kept.set("b", "noise");
  expect([await cache.get("b"), await cache.get("c")]).toEqual([null, null]);
});

describe("payloads", () => {
  test("workflow ids tell the session", () => {
    const id = randomUUID();
    expect([id, `handoff-${id}-12`, "archive-sweep", `floor-${id}`].map(sessionOfWorkflow)).toEqual([
      id,
      id,
      null,
      null,
    ]);
  });

  test("a session's and its handoff's payloads carry the customer's key, others' the service's; plain ones pass", async () => {
    const session = await newSession("c-payload");
    const ring = anotherKeyring();
    const codec = createEncryptionCodec(ring);
    const plain = payload("我的台灯");
    for (const [workflowId, key] of [
      [session, await ring.keyOfSession(session)],
      [`handoff-${session}-1`, await ring.keyOfSession(session)],
      ["archive-sweep", await ring.serviceKey()],
    ] as const) {
      const [sealed] = await codec.encode([plain], context(workflowId));
      expect(kidOf(sealed?.data ?? Buffer.of())).toBe(key.kid);
      expect(Buffer.from(sealed?.data ?? []).includes("台灯")).toBe(false);
      const [opened] = await codec.decode([sealed ?? {}]);
      expect(Buffer.from(opened?.data ?? []).toString()).toBe('"我的台灯"');
    }
    expect(await codec.decode([plain])).toEqual([plain]);
  });

  test("failures keep their words and stacks in payloads, none in the clear", () => {
    const error = ApplicationFailure.nonRetryable("卡号 6222 不对", "Commerce.Refused");
    const convert = { toPayload: payload, fromPayload: () => undefined } as never;
    const failure = failureConverter.errorToFailure(error, convert);
    expect(JSON.stringify({ ...failure, encodedAttributes: null })).not.toMatch(/6222|keys\.test/);
    expect(Buffer.from(failure.encodedAttributes?.data ?? []).toString()).toMatch(/6222/);
  });
});
