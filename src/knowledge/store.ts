import { isDeepStrictEqual } from "node:util";
import { MongoBulkWriteError } from "mongodb";
import type { Store } from "../store/mongo.ts";
import { isDuplicateKey } from "../store/mongo.ts";
import type { EntryCounts, EntryFilter } from "./entry-filter.ts";
import { countEntries, wanted } from "./entry-filter.ts";
import type { EntryStatus, KnowledgeEntryDoc, KnowledgeVersionDoc } from "./types.ts";

/** An entry as whoever writes it gives it; the store adds tenant, version, revision, when and by whom. */
export type EntryInput = Omit<KnowledgeEntryDoc, "_id" | "tenant" | "version" | "revision" | "updatedAt" | "updatedBy">;

/** The only writer of a tenant's entries. Everything here rejects with a MongoError while the database is away. */
export interface KnowledgeStore {
  /**
   * One change; raises version and revision, keeps the old version. The same again changes nothing.
   * @throws StaleEntryError when `expected` is given and isn't the newest version (0: there is none yet)
   */
  put(tenant: string, entry: EntryInput, by: string, expected?: number): Promise<KnowledgeEntryDoc>;
  /**
   * Many at once (the miner). Unchanged ones get no new version, and an unreviewed one never replaces what somebody else changed
   * last: importing again undoes no review.
   */
  putMany(tenant: string, entries: EntryInput[], by: string): Promise<{ changed: number }>;
  /** Null when there is no such entry. @throws StaleEntryError as `put` does */
  setStatus(
    tenant: string,
    id: string,
    status: EntryStatus,
    by: string,
    reviewed?: boolean,
    expected?: number,
  ): Promise<KnowledgeEntryDoc | null>;
  get(tenant: string, id: string): Promise<KnowledgeEntryDoc | null>;
  /** Asked most first, then by id. */
  list(tenant: string, filter: EntryFilter): Promise<KnowledgeEntryDoc[]>;
  counts(tenant: string): Promise<EntryCounts>;
  /** All of them, the newest, which is the entry itself, first. */
  versions(tenant: string, id: string): Promise<KnowledgeVersionDoc[]>;
  /** Entries that changed after this revision as they are now, in the order of their revisions; never misses one. */
  changedSince(tenant: string, revision: number): Promise<KnowledgeEntryDoc[]>;
  /** The same, streamed: every change there was, so an entry may come several times, its newest version last. */
  changes(tenant: string, revision: number): AsyncIterable<KnowledgeEntryDoc>;
}

/** Thrown when an entry was changed by somebody else since the caller read it. */
export class StaleEntryError extends Error {
  override readonly name = "StaleEntryError";
  readonly version: number;
  constructor(id: string, version: number) {
    super(`${id} was changed meanwhile: its version is ${version}`);
    this.version = version;
  }
}

/** What an entry becomes, by its newest version; null leaves it as it is. */
type Change = (newest: KnowledgeVersionDoc | null) => EntryInput | null;
type Wanted = { id: string; change: Change };

/** Entries that are read, numbered and written in one go. */
const BATCH_ENTRIES = 500;
/** Every lost race is somebody else's change; so many in a row means that something is wrong. */
const RACES_MAX = 500;
const RACE_PAUSE_MAX_MS = 10;

/**
 * `knowledgeVersions` is the truth: a log of whole versions that is only ever appended to, at (tenant, newest revision + 1).
 * Two unique indexes judge every race: (tenant, revision) lets one of two writers have a number, so that numbers have no gaps and
 * whoever read up to one has missed nothing, and (tenant, id, version) lets one of two reviewers have the next version. `knowledgeEntries`
 * is made from the log, and its head says how far; what a crash left out is caught up by the next writer or reader.
 */
export function createKnowledgeStore(store: Store, { now = () => new Date() } = {}): KnowledgeStore {
  const { knowledgeVersions: log, knowledgeEntries: entries, knowledgeHeads: heads } = store;

  async function newestRevision(tenant: string): Promise<number> {
    const last = await log.findOne({ tenant }, { sort: { revision: -1 }, projection: { revision: 1 } });
    return last?.revision ?? 0;
  }

  async function newestVersions(tenant: string, ids: string[]): Promise<Map<string, KnowledgeVersionDoc>> {
    const found = log.find({ tenant, id: { $in: ids } }, WITHOUT_ID).sort({ version: 1 });
    const newest = new Map<string, KnowledgeVersionDoc>();
    for await (const doc of found) newest.set(doc.id, doc);
    return newest;
  }

  /** Appends what changes; what loses a race is decided anew on what won it. */
  async function append(tenant: string, wanted: Wanted[], by: string): Promise<number> {
    let open = wanted;
    let appended = 0;
    for (let race = 0; open.length > 0; race++) {
      if (race > RACES_MAX) throw new Error(`the knowledge of ${tenant} is being changed too fast`);
      if (race > 0) await pause();
      // Read before the versions: a number that is taken meanwhile is refused.
      const last = await newestRevision(tenant);
      const newest = await newestVersions(
        tenant,
        open.map(({ id }) => id),
      );
      const docs = open.flatMap(({ id, change }) => next(tenant, change, newest.get(id) ?? null, by, now()) ?? []);
      docs.forEach((doc, index) => {
        doc.revision = last + index + 1;
      });
      const done = await insertInOrder(docs);
      appended += done;
      const lost = new Set(docs.slice(done).map(({ id }) => id));
      open = open.filter(({ id }) => lost.has(id));
    }
    return appended;
  }

  /** How many of them, from the first on, now stand in the log. */
  async function insertInOrder(docs: KnowledgeVersionDoc[]): Promise<number> {
    if (docs.length === 0) return 0;
    try {
      await log.insertMany(docs, { ordered: true });
      return docs.length;
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError) || !isDuplicateKey(error)) throw error;
      return error.insertedCount;
    }
  }

  /** Brings the entries up to the log. Whoever does it at the same time does the same. */
  async function catchUp(tenant: string): Promise<void> {
    const from = (await heads.findOne({ _id: tenant }))?.revision ?? 0;
    let batch: KnowledgeEntryDoc[] = [];
    for await (const doc of changes(tenant, from)) {
      batch.push(doc);
      if (batch.length < BATCH_ENTRIES) continue;
      await project(tenant, batch);
      batch = [];
    }
    await project(tenant, batch);
  }

  async function project(tenant: string, docs: KnowledgeEntryDoc[]): Promise<void> {
    const last = docs.at(-1);
    if (!last) return;
    const writes = newestOf(docs).map((doc) => ({
      // An entry that is newer already doesn't match; inserting it again is refused, as it should be.
      replaceOne: { filter: { _id: doc._id, version: { $lt: doc.version } }, replacement: doc, upsert: true },
    }));
    await entries.bulkWrite(writes, { ordered: false }).catch((error: unknown) => {
      const refused = error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : [];
      if (refused.length === 0 || !refused.every(({ code }) => code === DUPLICATE_KEY)) throw error;
    });
    await heads.updateOne({ _id: tenant }, { $max: { revision: last.revision } }, { upsert: true });
  }

  async function* changes(tenant: string, revision: number): AsyncGenerator<KnowledgeEntryDoc> {
    const found = log.find({ tenant, revision: { $gt: revision } }, WITHOUT_ID).sort({ revision: 1 });
    for await (const doc of found) yield toEntry(doc);
  }

  async function get(tenant: string, id: string): Promise<KnowledgeEntryDoc | null> {
    const newest = await log.findOne({ tenant, id }, { ...WITHOUT_ID, sort: { version: -1 } });
    return newest && toEntry(newest);
  }

  async function changeOne(tenant: string, id: string, change: Change, by: string): Promise<KnowledgeEntryDoc | null> {
    await append(tenant, [{ id, change }], by);
    await catchUp(tenant);
    return get(tenant, id);
  }

  return {
    get,
    changes,
    async put(tenant, entry, by, expected) {
      const put = await changeOne(
        tenant,
        entry.id,
        guarded(entry.id, expected, () => entry),
        by,
      );
      if (!put) throw new Error(`${entry.id} is not there after it was written`);
      return put;
    },
    async putMany(tenant, inputs, by) {
      const unique = [...new Map(inputs.map((entry) => [entry.id, entry])).values()];
      let changed = 0;
      for (let start = 0; start < unique.length; start += BATCH_ENTRIES) {
        const wanted = unique.slice(start, start + BATCH_ENTRIES).map((entry) => ({
          id: entry.id,
          change: (newest: KnowledgeVersionDoc | null) =>
            newest && newest.updatedBy !== by && !entry.reviewed ? null : entry,
        }));
        changed += await append(tenant, wanted, by);
      }
      await catchUp(tenant);
      return { changed };
    },
    setStatus: (tenant, id, status, by, reviewed, expected) =>
      changeOne(
        tenant,
        id,
        guarded(id, expected, (newest) =>
          newest ? { ...inputOf(newest), status, reviewed: reviewed ?? newest.reviewed } : null,
        ),
        by,
      ),
    async list(tenant, { after, limit, ...filter }) {
      await catchUp(tenant);
      const last = after === undefined ? null : await entries.findOne({ _id: keyOf(tenant, after) });
      const all = [{ tenant }, wanted(filter)];
      if (last) all.push({ $or: [{ asked: { $lt: last.asked } }, { asked: last.asked, id: { $gt: last.id } }] });
      return entries.find({ $and: all }).sort({ asked: -1, id: 1 }).limit(limit).toArray();
    },
    async counts(tenant) {
      await catchUp(tenant);
      return countEntries(entries, tenant);
    },
    versions: (tenant, id) => log.find({ tenant, id }, WITHOUT_ID).sort({ version: -1 }).toArray(),
    async changedSince(tenant, revision) {
      const changed: KnowledgeEntryDoc[] = [];
      for await (const doc of changes(tenant, revision)) changed.push(doc);
      return newestOf(changed);
    },
  };
}

const DUPLICATE_KEY = 11_000;
const WITHOUT_ID = { projection: { _id: 0 } };

const keyOf = (tenant: string, id: string): string => `${tenant}:${id}`;
const toEntry = (doc: KnowledgeVersionDoc): KnowledgeEntryDoc => ({ _id: keyOf(doc.tenant, doc.id), ...doc });

/** The next version, still without its revision; null when nothing changes. */
function next(
  tenant: string,
  change: Change,
  newest: KnowledgeVersionDoc | null,
  by: string,
  updatedAt: Date,
): KnowledgeVersionDoc | null {
  const changed = change(newest);
  if (!changed) return null;
  const input = inputOf(changed);
  if (newest && isDeepStrictEqual(input, inputOf(newest))) return null;
  return { ...input, tenant, version: (newest?.version ?? 0) + 1, revision: 0, updatedAt, updatedBy: by };
}

const guarded =
  (id: string, expected: number | undefined, change: Change): Change =>
  (newest) => {
    const version = newest?.version ?? 0;
    if (expected !== undefined && version !== expected) throw new StaleEntryError(id, version);
    return change(newest);
  };

/** Of several versions of an entry the last one, in the order of the revisions. */
function newestOf(docs: KnowledgeEntryDoc[]): KnowledgeEntryDoc[] {
  const newest = new Map<string, KnowledgeEntryDoc>();
  for (const doc of docs) {
    newest.delete(doc.id);
    newest.set(doc.id, doc);
  }
  return [...newest.values()];
}

function inputOf(doc: EntryInput): EntryInput {
  const { id, locale, kind, question, alternatives, answer, source, stakes, reviewed } = doc;
  const { status, origin, flags, asked, answeredAt } = doc;
  return {
    ...{ id, locale, kind, question, alternatives, answer, source, stakes, reviewed },
    ...{ status, origin, flags, asked, answeredAt },
  };
}

/** Of different length for each of those who race, or they meet again. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.random() * RACE_PAUSE_MAX_MS));
