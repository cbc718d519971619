/** Warm to cold and back on the real MongoDB and S3: nothing lost, nothing twice, wherever it is cut off; and bad input. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import type { ColdParts } from "../../src/memory/cold.ts";
import { ARCHIVE_PREFIX } from "../../src/memory/cold.ts";
import { createLedger } from "../../src/memory/ledger.ts";
import type { ObjectStore } from "../../src/memory/object-store.ts";
import { createObjectStore } from "../../src/memory/object-store.ts";
import { readParquet } from "../../src/memory/parquet.ts";
import type { Recalled } from "../../src/memory/recall.ts";
import { recall } from "../../src/memory/recall.ts";
import type { SessionRecord } from "../../src/memory/record.ts";
import { encodeRecord, openRecord } from "../../src/memory/record.ts";
import type { Trouble } from "../../src/memory/report.ts";
import type { SweepParts } from "../../src/memory/sweep.ts";
import { archiveHour, compact, compactionsDue } from "../../src/memory/sweep.ts";
import type { Warm } from "../../src/memory/warm.ts";
import { createWarm, HOUR_MS } from "../../src/memory/warm.ts";
import { createCleanUp } from "../support/cleanup.ts";
import { startGate } from "../support/gate.ts";
import { ownersSealer } from "../support/sealers.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner, testServers } from "../support/servers.ts";
import { DAY_MS, session, THEN } from "./sessions.ts";

const KEEP_MS = 7 * DAY_MS;
const LATER = new Date(THEN + 30 * DAY_MS);
/** Dozens of sweeps one after the other. */
const EVERY_CALL_MS = 300_000;
const cleanUp = createCleanUp();

let corner: Corner;
let parts: SweepParts;
let troubles: Trouble[];
const report = (trouble: Trouble): void => void troubles.push(trouble);

const bucket = (endpoint = testServers().s3.endpoint): ObjectStore =>
  createObjectStore({ ...testServers().s3, endpoint, bucket: "colloquy", timeoutMs: 2_000 });

beforeEach(async () => {
  troubles = [];
  corner = await openCorner();
  cleanUp(() => corner.close());
  const objects = bucket();
  cleanUp(() => objects.close());
  const sealer = ownersSealer(corner.keyring);
  parts = {
    objects,
    ledger: createLedger(corner.store),
    warm: createWarm(corner.store, sealer, KEEP_MS, report),
    sealer,
  };
});

const mine = (more: Partial<SessionRecord> = {}): SessionRecord => session({ tenant: corner.tenant, ...more });
const dueHour = (record: SessionRecord): number => Math.floor((record.lastAt + KEEP_MS) / HOUR_MS) * HOUR_MS;
const identity = (record: SessionRecord, sessionId = "s-new") => ({
  tenant: record.tenant,
  sessionId,
  customerId: record.customerId,
  locale: record.locale,
  channel: record.channel,
});

async function sweep(over: SweepParts = parts, now = LATER): Promise<number> {
  let moved = 0;
  for (const { tenant, hour } of await over.warm.dueHours(now, 100))
    moved += await archiveHour(over, { tenant, hour, now });
  return moved;
}

async function compactAll(over: ColdParts = parts, now = LATER): Promise<number> {
  let files = 0;
  for (const scope of await compactionsDue(over, now)) files += await compact(over, { ...scope, now });
  return files;
}

const back = async (
  record: SessionRecord,
  over: ColdParts | null = parts,
  sessionId?: string,
): Promise<Omit<Recalled, "kept">> => {
  const { kept, ...past } = await recall(
    { warm: parts.warm, cold: over, report, keepMs: KEEP_MS },
    identity(record, sessionId),
    LATER,
  );
  await kept;
  return past;
};

const keys = async (): Promise<string[]> =>
  (await parts.objects.list(`${ARCHIVE_PREFIX}tenant=${corner.tenant}/`)).map(({ key }) => key);

/** Everything that is in the bucket, row by row. */
async function coldRows(): Promise<SessionRecord[]> {
  const files = await Promise.all(
    (await keys()).map(async (key) => readParquet(parts.sealer, await parts.objects.get(key))),
  );
  return files.flat().map(({ record }) => record);
}

const bytesOf = (records: SessionRecord[]): string[] =>
  records.map((record) => encodeRecord(record).toString("hex")).sort();
const warmBytes = async (): Promise<string[]> => {
  const docs = await corner.store.warm.find({ tenant: corner.tenant }).toArray();
  return bytesOf(await Promise.all(docs.map(({ body }) => openRecord(parts.sealer, body.buffer))));
};

describe("warm to cold and back", () => {
  test("one file an hour, forgotten only then; the customer's return makes it warm again, byte for byte", async () => {
    const records = [
      mine(),
      mine({ lastAt: THEN + 1_000 }),
      mine({ customerId: "c-wang", lastAt: THEN + 2_000 }),
      mine({ customerId: null, lastAt: THEN + 3_000 }),
      mine({ customerId: "c-chen", lastAt: THEN + 2 * HOUR_MS }),
    ];
    for (const record of records) await parts.warm.save(record);
    const before = await warmBytes();
    expect(before).toEqual(bytesOf(records));

    expect(await sweep(parts, new Date(THEN + KEEP_MS - 1))).toBe(0);
    expect(await sweep()).toBe(5);
    expect(await warmBytes()).toEqual([]);
    expect(await keys()).toHaveLength(2);
    expect(bytesOf(await coldRows())).toEqual(before);

    const known = await back(records[0] as SessionRecord);
    expect(known.sessions.map(({ sessionId }) => sessionId)).toEqual([records[1]?.sessionId, records[0]?.sessionId]);
    expect(known.focus).toEqual([{ orderId: "GL-1", line: 0 }]);
    expect(known.window).toEqual([{ role: "summary", text: expect.stringContaining("2026-05-05 2: 退货已提交") }]);
    expect(await warmBytes()).toEqual(bytesOf(records.slice(0, 2)));
    // Nobody is signed in: only the session itself.
    const visitor = records[3] as SessionRecord;
    expect((await back(visitor)).sessions).toEqual([]);
    expect((await back(visitor, parts, visitor.sessionId)).sessions).toEqual([visitor]);
    expect(troubles).toEqual([]);

    // Due again a week later, unchanged: it is there already, and no second file is written.
    const muchLater = new Date(LATER.getTime() + KEEP_MS + HOUR_MS);
    expect(await sweep(parts, muchLater)).toBe(3);
    expect(await keys()).toHaveLength(2);
    expect(await warmBytes()).toEqual([]);
  });

  test("no tenant sees another's past", async () => {
    const record = mine();
    await parts.warm.save(record);
    await sweep();
    expect((await back({ ...record, tenant: "other" })).sessions).toEqual([]);
    expect((await back(record)).sessions).toEqual([record]);
  });

  test("a session that goes on after it was archived: the newest version is recalled, and the only one after compaction", async () => {
    const first = mine();
    await parts.warm.save(first);
    await sweep();
    await back(first);
    const second = { ...first, lastAt: THEN + DAY_MS, turn: 3, summary: `${first.summary}\n3: 换货已提交` };
    await parts.warm.save(second);
    await sweep();
    expect(await keys()).toHaveLength(2);
    expect((await back(first)).sessions).toEqual([second]);
    await corner.store.warm.deleteMany({});
    expect(await compactAll()).toBe(2);
    expect(await coldRows()).toEqual([second]);
    expect((await back(first)).sessions).toEqual([second]);
  });

  test("hours become a day, days become a month, and every session stays where the index says", async () => {
    const records = Array.from({ length: 40 }, (_, i) =>
      mine({ customerId: `c-${i % 9}`, lastAt: THEN + (i % 4) * HOUR_MS + (Math.floor(i / 4) % 2) * DAY_MS + i }),
    );
    for (const record of records) await parts.warm.save(record);
    await sweep();
    expect(await keys()).toHaveLength(8);
    const monthIsOn = new Date(THEN + KEEP_MS + 5 * DAY_MS);
    expect(await compactAll(parts, monthIsOn)).toBe(8);
    expect((await keys()).map((key) => /\/(\w+)-2026/.exec(key)?.[1])).toEqual(["day", "day"]);
    expect(await compactAll(parts, monthIsOn)).toBe(0);
    expect(await compactAll()).toBe(2);
    expect((await keys()).map((key) => /\/(\w+)-2026/.exec(key)?.[1])).toEqual(["month"]);
    expect(await compactAll()).toBe(0);
    expect(bytesOf(await coldRows())).toEqual(bytesOf(records));
    for (const record of records.slice(0, 9)) {
      const { sessions } = await back(record);
      expect(bytesOf(sessions)).toEqual(bytesOf(records.filter(({ customerId }) => customerId === record.customerId)));
    }
    expect(troubles).toEqual([]);
  });

  test("recalling is one ranged read a file, four at most", async () => {
    for (let i = 0; i < 6; i++) await parts.warm.save(mine({ lastAt: THEN + i * HOUR_MS }));
    await sweep();
    let reads = 0;
    const counted: ObjectStore = {
      ...parts.objects,
      getRange(...range) {
        reads += 1;
        return parts.objects.getRange(...range);
      },
    };
    expect((await back(mine(), { ...parts, objects: counted })).sessions).toHaveLength(4);
    expect(reads).toBe(4);
  });
});

/** Calls the parts until call number `at`, which fails before or after it did its work: the process is gone. */
function crashing(at: number, when: "before" | "after"): { parts: SweepParts; calls: () => number } {
  let calls = 0;
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const method: unknown = Reflect.get(object, name);
        if (typeof method !== "function") return method;
        return async (...args: unknown[]) => {
          calls += 1;
          const mine = calls === at;
          if (mine && when === "before") throw new Error("crash");
          const result: unknown = await Reflect.apply(method, object, args);
          if (mine) throw new Error("crash");
          return result;
        };
      },
    });
  const warm: Warm = wrap(parts.warm);
  return {
    parts: { warm, objects: wrap(parts.objects), ledger: wrap(parts.ledger), sealer: parts.sealer },
    calls: () => calls,
  };
}

describe.each(["before", "after"] as const)("the process dies %s any one call", (when) => {
  test(
    "of the sweep: every session is recalled all along, and cold once in the end",
    async () => {
      let crashes = 0;
      for (let at = 1; ; at++) {
        const records = [mine(), mine({ customerId: "c-wang" }), mine({ customerId: null })].map((record, i) => ({
          ...record,
          lastAt: THEN + i,
        }));
        await corner.store.warm.deleteMany({});
        await corner.store.archiveFiles.deleteMany({});
        await corner.store.archiveEntries.deleteMany({});
        for (const key of await keys()) await parts.objects.delete(key);
        for (const record of records) await parts.warm.save(record);

        const dying = crashing(at, when);
        const finished = await sweep(dying.parts).then(
          () => true,
          () => false,
        );
        const known = new Map(
          [...(await warmRecords()), ...(await indexedRecords())].map((record) => [record.sessionId, record]),
        );
        expect(bytesOf([...known.values()])).toEqual(bytesOf(records));
        if (finished) break;
        crashes += 1;
        await sweep();
        expect(await warmBytes()).toEqual([]);
        expect(bytesOf(await indexedRecords())).toEqual(bytesOf(records));
        await compactAll();
        expect(bytesOf(await coldRows())).toEqual(bytesOf(records));
      }
      expect(crashes).toBeGreaterThanOrEqual(10);
    },
    EVERY_CALL_MS,
  );

  test(
    "of a compaction: every session is recalled all along, and cold once in the end",
    async () => {
      let crashes = 0;
      for (let at = 1; ; at++) {
        await corner.store.archiveFiles.deleteMany({});
        await corner.store.archiveEntries.deleteMany({});
        for (const key of await keys()) await parts.objects.delete(key);
        const records = Array.from({ length: 4 }, (_, i) =>
          mine({ customerId: `c-${i % 2}`, lastAt: THEN + i * HOUR_MS }),
        );
        for (const record of records) await parts.warm.save(record);
        await sweep();

        const dying = crashing(at, when);
        const finished = await compactAll(dying.parts).then(
          () => true,
          () => false,
        );
        const known = new Map((await indexedRecords()).map((record) => [record.sessionId, record]));
        expect(bytesOf([...known.values()])).toEqual(bytesOf(records));
        if (finished) break;
        crashes += 1;
        await compactAll();
        expect(await keys()).toHaveLength(1);
        expect(bytesOf(await coldRows())).toEqual(bytesOf(records));
        expect(bytesOf(await indexedRecords())).toEqual(bytesOf(records));
      }
      expect(crashes).toBeGreaterThan(15);
    },
    EVERY_CALL_MS,
  );
});

const warmRecords = async (): Promise<SessionRecord[]> =>
  (await parts.warm.due(corner.tenant, dueHour(mine()), LATER, 100)).map(({ record }) => record);

/** What can be read through the index. */
async function indexedRecords(): Promise<SessionRecord[]> {
  const who = await corner.store.archiveEntries.distinct("who", { tenant: corner.tenant });
  const { readEntry } = await import("../../src/memory/cold.ts");
  const entries = await parts.ledger.entriesOf(corner.tenant, who, 0);
  const read = await Promise.all(entries.map((entry) => readEntry(parts, entry).catch(() => [])));
  return read.flat().map(({ record }) => record);
}

describe("bad input: the customer is served without the past, operators are told, nothing is deleted", () => {
  const archivedOne = async (): Promise<{ record: SessionRecord; key: string }> => {
    const record = mine();
    await parts.warm.save(record);
    await sweep();
    const [key] = await keys();
    if (!key) throw new Error("nothing was archived");
    return { record, key };
  };
  const untouched = async (): Promise<unknown[]> => [
    await keys(),
    await corner.store.archiveFiles.find().toArray(),
    await corner.store.archiveEntries.find().toArray(),
  ];

  test("a corrupt file", async () => {
    const { record, key } = await archivedOne();
    const bytes = (await parts.objects.get(key)).map((byte, i) => (i % 11 === 0 ? byte ^ 0xff : byte));
    await parts.objects.put(key, bytes);
    const before = await untouched();
    expect(await back(record)).toEqual({ window: [], summary: "", focus: [], sessions: [] });
    expect(troubles).toEqual(["cold-damaged"]);
    await expect(compactAll()).rejects.toThrow("not a Parquet file of sessions");
    expect(await untouched()).toEqual(before);
  });

  test("a missing object", async () => {
    const { record, key } = await archivedOne();
    const other = mine({ lastAt: THEN + HOUR_MS });
    await parts.warm.save(other);
    await sweep();
    await parts.objects.delete(key);
    const before = await untouched();
    // What else there is of the customer is recalled.
    expect((await back(record)).sessions).toEqual([other]);
    expect(troubles).toEqual(["cold-missing"]);
    await expect(compactAll()).rejects.toThrow("there is no object");
    expect(await untouched()).toEqual(before);
  });

  test("an index that points nowhere, or at somebody else's rows", async () => {
    const { record } = await archivedOne();
    await corner.store.archiveEntries.updateMany({}, { $set: { "place.start": 10_000_000 } });
    expect((await back(record)).sessions).toEqual([]);
    const other = mine({ customerId: "c-other", lastAt: THEN + 1 });
    await parts.warm.save(other);
    await parts.warm.save(mine({ customerId: "c-other2", lastAt: THEN + 2 }));
    await corner.store.archiveEntries.deleteMany({});
    await sweep();
    await corner.store.archiveEntries.updateMany({ who: "c:c-other" }, { $set: { row: 1 } });
    expect((await back(other)).sessions).toEqual([]);
    expect(troubles.at(-1)).toBe("cold-damaged");
    expect(await keys()).toHaveLength(2);
  });

  test("S3 away, and hanging", async () => {
    const { record } = await archivedOne();
    const gate = await startGate(new URL(testServers().s3.endpoint).host);
    cleanUp(() => gate.close());
    const objects = createObjectStore({
      ...testServers().s3,
      endpoint: `http://${gate.address}`,
      bucket: "colloquy",
      timeoutMs: 300,
    });
    cleanUp(() => objects.close());
    const away = { ...parts, objects };
    expect((await back(record, away)).sessions).toEqual([record]);
    await corner.store.warm.deleteMany({});
    await gate.close();
    expect((await back(record, away)).sessions).toEqual([]);
    expect(troubles).toEqual(["cold-away"]);

    const waiting = mine({ lastAt: THEN + HOUR_MS });
    await parts.warm.save(waiting);
    await expect(sweep(away)).rejects.toThrow();
    expect(await warmBytes()).toEqual(bytesOf([waiting]));
    // Back again: the sweep goes on, and what the failed one began is cleared.
    expect(await sweep()).toBe(1);
    expect(await corner.store.archiveFiles.countDocuments({ state: { $ne: "ready" } })).toBe(0);
    expect(await keys()).toHaveLength(2);
  });

  test("a warm document that can't be read stays, and holds nobody up", async () => {
    const [damaged, fine] = [mine(), mine({ customerId: "c-wang" })];
    for (const record of [damaged, fine]) await parts.warm.save(record);
    await corner.store.warm.updateOne({ _id: damaged.sessionId }, { $set: { body: Buffer.from("noise") as never } });
    expect((await back(damaged)).sessions).toEqual([]);
    expect(await sweep()).toBe(1);
    expect(troubles.every((trouble) => trouble === "warm-damaged")).toBe(true);
    expect(await corner.store.warm.countDocuments({ _id: damaged.sessionId })).toBe(1);
    expect(await coldRows()).toEqual([fine]);
  });
});
