/** The archive's books in MongoDB: which files there are, and where whose sessions are in them. Every write may be repeated. */
import type { ArchiveEntryDoc, ArchiveFileDoc, Store } from "../store/mongo.ts";
import type { GroupPlace } from "./parquet.ts";
import type { Archived } from "./record.ts";

export interface Ledger {
  /** A file that is about to be written. */
  begin(file: ArchiveFileDoc): Promise<void>;
  /** Replaces a file's entries. */
  index(entries: ArchiveEntryDoc[]): Promise<void>;
  /** Adds to a file's entries. */
  extend(entries: ArchiveEntryDoc[]): Promise<void>;
  /** From writing to ready; false when another run has given the file up meanwhile. */
  ready(key: string): Promise<boolean>;
  /** From writing to leaving; false when it became ready meanwhile. */
  giveUp(key: string): Promise<boolean>;
  /** Its entries first: then nothing points at an object that is gone. */
  unindex(key: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** The files it replaced are gone. */
  settled(key: string): Promise<void>;
  files(query: Partial<Pick<ArchiveFileDoc, "tenant" | "level" | "period" | "state">>): Promise<ArchiveFileDoc[]>;
  file(key: string): Promise<ArchiveFileDoc | null>;
  /** Newest first. */
  entriesOf(tenant: string, who: string[], limit: number): Promise<ArchiveEntryDoc[]>;
}

export const whoOf = (record: { customerId: string | null; sessionId: string }): string =>
  record.customerId === null ? `s:${record.sessionId}` : `c:${record.customerId}`;

export function createLedger({ archiveFiles, archiveEntries }: Pick<Store, "archiveFiles" | "archiveEntries">): Ledger {
  const move = async (key: string, from: ArchiveFileDoc["state"], to: ArchiveFileDoc["state"]): Promise<boolean> =>
    (await archiveFiles.updateOne({ _id: key, state: from }, { $set: { state: to } })).matchedCount === 1;
  return {
    async begin({ _id, ...file }) {
      await archiveFiles.updateOne({ _id }, { $set: file }, { upsert: true });
    },
    async index(entries) {
      // Keys hold a random part, so entries are there once a file: what a repetition meets is its own.
      await archiveEntries.deleteMany({ file: { $in: [...new Set(entries.map(({ file }) => file))] } });
      if (entries.length > 0) await archiveEntries.insertMany(entries, { ordered: false });
    },
    async extend(entries) {
      await archiveEntries.insertMany(entries, { ordered: false });
    },
    ready: (key) => move(key, "writing", "ready"),
    giveUp: (key) => move(key, "writing", "leaving"),
    async unindex(key) {
      await archiveEntries.deleteMany({ file: key });
    },
    async remove(key) {
      await archiveFiles.deleteOne({ _id: key });
    },
    async settled(key) {
      await archiveFiles.updateOne({ _id: key }, { $set: { replaces: [] } });
    },
    files: (query) => archiveFiles.find(query, { sort: { _id: 1 } }).toArray(),
    file: (key) => archiveFiles.findOne({ _id: key }),
    entriesOf: (tenant, who, limit) =>
      archiveEntries.find({ tenant, who: { $in: who } }, { sort: { lastAt: -1 }, limit }).toArray(),
  };
}

/** The entries of a file. @param sorted its rows, in the order of the groups */
export function entriesFor(key: string, sorted: Archived[], groups: GroupPlace[]): ArchiveEntryDoc[] {
  const entries: ArchiveEntryDoc[] = [];
  let first = 0;
  for (const place of groups) {
    let current: ArchiveEntryDoc | undefined;
    for (const [row, { record, digest }] of sorted.slice(first, first + place.rows).entries()) {
      const who = whoOf(record);
      if (current?.who !== who) {
        current = {
          tenant: record.tenant,
          who,
          file: key,
          place,
          row,
          sessions: [],
          lastAt: new Date(0),
        };
        entries.push(current);
      }
      current.sessions.push({ id: record.sessionId, at: new Date(record.lastAt), digest });
      current.lastAt = new Date(Math.max(current.lastAt.getTime(), record.lastAt));
    }
    first += place.rows;
  }
  return entries;
}
