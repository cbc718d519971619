/**
 * The cold tier (T3): sessions in Parquet files on S3. A file counts once it was written, read back, compared and indexed;
 * whatever a crash leaves behind before that is cleared by the next run.
 */
import { randomUUID } from "node:crypto";
import type { ArchiveEntryDoc, ArchiveFileDoc } from "../store/mongo.ts";
import type { Ledger } from "./ledger.ts";
import { entriesFor, whoOf } from "./ledger.ts";
import type { ObjectStore } from "./object-store.ts";
import { ArchiveError, groupBytes, readGroup, readParquet, writeParquet } from "./parquet.ts";
import type { Archived, RecordSealer } from "./record.ts";

export interface ColdParts {
  objects: ObjectStore;
  ledger: Ledger;
  sealer: RecordSealer;
}

export interface FileSpec extends Pick<ArchiveFileDoc, "tenant" | "level" | "period"> {
  /** Files whose sessions are all in this one and its siblings. */
  replaces: string[];
}

export const ARCHIVE_PREFIX = "archive/";
const MONTH_CHARACTERS = "2026-11".length;

/** Hive-style folders, which query engines turn into columns. */
export const keyFor = ({ tenant, level, period }: FileSpec): string =>
  `${ARCHIVE_PREFIX}tenant=${encodeURIComponent(tenant)}/month=${period.slice(0, MONTH_CHARACTERS)}/${level}-${period}-${randomUUID()}.parquet`;

/**
 * Writes one file and makes sure of it. When this returns, every session in it can be recalled.
 * @param sorted in the order of `byCustomer`
 * @throws ArchiveError when what is read back differs, or another run took over; S3's and MongoDB's own errors
 */
export async function publish(
  { objects, ledger, sealer }: ColdParts,
  spec: FileSpec,
  sorted: Archived[],
  now: Date,
): Promise<string> {
  const key = keyFor(spec);
  const { bytes, groups } = writeParquet(sorted);
  await ledger.begin({ _id: key, ...spec, state: "writing", rows: sorted.length, bytes: bytes.length, createdAt: now });
  await objects.put(key, bytes);
  const written = await readParquet(sealer, await objects.get(key));
  const same = written.length === sorted.length && written.every(({ digest }, i) => digest === sorted[i]?.digest);
  if (!same) throw new ArchiveError(`${key} reads back as something else`);
  await ledger.index(entriesFor(key, sorted, groups));
  if (await ledger.ready(key)) return key;
  await ledger.unindex(key);
  throw new ArchiveError(`another run has given ${key} up`);
}

/** Removes what an interrupted run left of these files, and finishes replacing what is replaced. */
export async function clearLeftovers(
  { objects, ledger }: ColdParts,
  scope: Pick<ArchiveFileDoc, "tenant" | "level" | "period">,
): Promise<void> {
  const remove = async (key: string): Promise<void> => {
    await ledger.unindex(key);
    await objects.delete(key);
    await ledger.remove(key);
  };
  for (const file of await ledger.files(scope)) {
    if (file.state === "ready") {
      if (file.replaces.length === 0) continue;
      for (const key of file.replaces) await remove(key);
      await ledger.settled(file._id);
    } else if (file.state === "leaving" || (await ledger.giveUp(file._id))) await remove(file._id);
  }
}

/** One ranged read: the sessions of one entry. @throws MissingObjectError, ArchiveError, S3's own errors */
export async function readEntry(
  { objects, sealer }: Pick<ColdParts, "objects" | "sealer">,
  { file, place, row, sessions }: ArchiveEntryDoc,
): Promise<Archived[]> {
  const bytes = await objects.getRange(file, place.start, place.start + groupBytes(place));
  const found = await readGroup(sealer, bytes, place, row, row + sessions.length);
  const same = found.length === sessions.length && found.every(({ record }, i) => record.sessionId === sessions[i]?.id);
  if (!same) throw new ArchiveError(`${file} holds other sessions than the index says`);
  return found;
}

const LOOKUP_CUSTOMERS = 500;

/** Those of these sessions that a readable file holds in exactly this version. */
export async function alreadyCold({ objects, ledger, sealer }: ColdParts, due: Archived[]): Promise<Archived[]> {
  const found = new Set<string>();
  for (let from = 0; from < due.length; from += LOOKUP_CUSTOMERS) {
    const batch = due.slice(from, from + LOOKUP_CUSTOMERS);
    const wanted = new Set(batch.map(({ digest }) => digest));
    const who = [...new Set(batch.map(({ record }) => whoOf(record)))];
    const entries = await ledger.entriesOf(batch[0]?.record.tenant ?? "", who, 0);
    for (const entry of entries) {
      if (!entry.sessions.some(({ digest }) => wanted.has(digest))) continue;
      // An entry that can't be read back doesn't count: its sessions are written anew.
      const there = await readEntry({ objects, sealer }, entry).catch(() => []);
      for (const { digest } of there) found.add(digest);
    }
  }
  return due.filter(({ digest }) => found.has(digest));
}
