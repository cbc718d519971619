import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import type { Store } from "../../store/mongo.ts";
import type { LogImportCounts, LogImportDoc } from "../types.ts";
import type { CleanRow } from "./clean.ts";
import { createCleaner } from "./clean.ts";
import type { LogFile } from "./open.ts";
import type { BadRow, RejectReport } from "./report.ts";
import { openReport } from "./report.ts";
import type { Item, LogRow, Shape } from "./types.ts";
import { LogImportError } from "./types.ts";
import { MAX_MESSAGES, writeBatch } from "./write.ts";

/** Where an import stands, for a progress bar. `total` null while it isn't known. */
export interface ImportProgress {
  phase: "checking" | "importing";
  done: number;
  total: number | null;
  unit: "bytes" | "rows";
}

export interface ImportOptions {
  store: Store;
  tenant: string;
  /** Names the system the logs are from: conversations of two exports of one source are the same when their ids are. */
  source: string;
  /** 64 hexadecimal digits. */
  auditKey: string;
  /** Of the file, where the report on bad rows is written. */
  reportPath: string;
  /** More bad rows than this share (0..1) and nothing is imported. */
  maxBadShare: number;
  /** Reads, checks and counts; stores nothing. */
  dryRun?: boolean;
  /** Imports a file again that was imported already. */
  again?: boolean;
  onBad?: (row: BadRow) => void;
  onProgress?: (progress: ImportProgress) => void;
  /** Stops after the batch that is under way. */
  signal?: AbortSignal;
  now?: () => Date;
}

export interface ImportResult {
  counts: LogImportCounts;
  items: number;
  /** What happened: all of it, nothing because it was done before, or a part because `signal` came. */
  outcome: "imported" | "already" | "stopped" | "checked";
  /** Items that an earlier, interrupted run had done. */
  resumedAt: number;
  /** When an earlier run finished. */
  finishedAt: Date | null;
}

/** Many messages a write: each one costs the embedded database about as much as another. */
const BATCH_MESSAGES = 5_000;
const PROGRESS_EVERY = 1_000;
/** Fewer rows than this say nothing about a share. */
const MIN_ROWS_FOR_SHARE = 20;
const PROBLEMS_SHOWN = 5;

const noCounts = (): LogImportCounts => ({ conversations: 0, messages: 0, known: 0, skipped: 0, bad: 0 });

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

interface Sorted {
  rows: Array<{ row: LogRow; where: string }>;
  bad: BadRow[];
  skipped: number;
}

/** An item's messages, problems, and what is no message. */
function sort(item: Item, shape: Shape, into: Sorted): void {
  if ("problem" in item) {
    into.bad.push(item);
    return;
  }
  for (const read of shape.read(item.value)) {
    const where = "where" in read && read.where ? `${item.where}, ${read.where}` : item.where;
    if ("row" in read) into.rows.push({ row: read.row, where });
    else if ("skip" in read) into.skipped++;
    else into.bad.push({ where, problem: read.problem, raw: read.raw });
  }
}

const sorted = (): Sorted => ({ rows: [], bad: [], skipped: 0 });

/**
 * Reads the whole file once before anything is stored: a file that breaks off, is foreign or mostly bad changes nothing.
 * @throws LogImportError saying why
 */
async function check(
  file: LogFile,
  bytes: number,
  options: ImportOptions,
): Promise<{ items: number; counts: LogImportCounts }> {
  const counts = noCounts();
  let items = 0;
  const first: BadRow[] = [];
  const { onProgress } = options;
  const tell = (done: number): void => onProgress?.({ phase: "checking", done, total: bytes, unit: "bytes" });
  for await (const item of file.items(tell)) {
    options.signal?.throwIfAborted();
    items++;
    const found = sorted();
    sort(item, file.shape, found);
    counts.messages += found.rows.length;
    counts.skipped += found.skipped;
    counts.bad += found.bad.length;
    if (first.length < PROBLEMS_SHOWN) first.push(...found.bad);
    if (options.dryRun) for (const row of found.bad) options.onBad?.(row);
  }
  const rows = counts.messages + counts.skipped + counts.bad;
  const shown = first.map(({ where, problem }) => `  ${where}: ${problem}`).join("\n");
  if (counts.messages === 0)
    throw new LogImportError(
      `${file.path} has no message that can be imported. Nothing was imported.\n${shown}`.trim(),
    );
  if (rows >= MIN_ROWS_FOR_SHARE && counts.bad > rows * options.maxBadShare)
    throw new LogImportError(
      `${file.path}: ${counts.bad} of ${rows} rows are bad, more than ${options.maxBadShare * 100} % (--max-bad-percent). Nothing was imported. The first:\n${shown}`,
    );
  return { items, counts };
}

/**
 * Imports a log: checked first, then masked and stored batch by batch with a checkpoint behind each, so that a run which was killed
 * goes on where it was, and importing what is there already changes nothing (P4).
 * @throws LogImportError when the file can't be used: nothing is imported then
 */
export async function importLog(file: LogFile, bytes: number, options: ImportOptions): Promise<ImportResult> {
  const { store, tenant, source, now = () => new Date() } = options;
  if (options.dryRun) {
    const { items, counts } = await check(file, bytes, options);
    return { counts, items, outcome: "checked", resumedAt: 0, finishedAt: null };
  }
  const digest = await digestOf(file.path);
  const id = createHash("sha256")
    .update(JSON.stringify([tenant, source, digest, file.definition]))
    .digest("hex");
  let state = await store.logImports.findOne({ _id: id });
  if (state?.finishedAt && !options.again)
    return { counts: state.counts, items: state.items, outcome: "already", resumedAt: 0, finishedAt: state.finishedAt };
  if (state === null || state.finishedAt) {
    const { items } = await check(file, bytes, options);
    state = {
      ...{ _id: id, tenant, source, file: basename(file.path), digest, items, done: 0, reportBytes: 0 },
      ...{ counts: noCounts(), startedAt: now(), finishedAt: null },
    };
    await store.logImports.replaceOne({ _id: id }, state, { upsert: true });
  }
  const resumedAt = state.done;
  const report = await openReport(options.reportPath, basename(file.path), state.reportBytes);
  try {
    const stopped = await run(file, state, report, { ...options, now });
    return {
      ...{ counts: state.counts, items: state.items, resumedAt, finishedAt: state.finishedAt },
      outcome: stopped ? "stopped" : "imported",
    };
  } finally {
    await report.close();
  }
}

/** From the checkpoint to the end; whether it was stopped before. */
async function run(
  file: LogFile,
  state: LogImportDoc,
  report: RejectReport,
  options: ImportOptions & { now: () => Date },
): Promise<boolean> {
  const clean = createCleaner(options.auditKey);
  const from = state.done;
  let seen = 0;
  let batch = sorted();

  async function flush(finished: boolean): Promise<void> {
    const places = new Map<CleanRow, string>();
    const rows = batch.rows.map(({ row, where }) => {
      const cleaned = clean(row);
      places.set(cleaned, where);
      return cleaned;
    });
    const written = await writeBatch(options.store.logConversations, options, rows);
    const problem = `its conversation has ${MAX_MESSAGES} messages already: is that column the conversation's id?`;
    const bad = [
      ...batch.bad,
      ...written.overfull.map((row) => ({ where: places.get(row) ?? "", problem, raw: row.message.text })),
    ];
    await report.add(bad);
    for (const row of bad) options.onBad?.(row);
    const { counts } = state;
    counts.conversations += written.conversations;
    counts.messages += written.messages;
    counts.known += written.known;
    counts.skipped += batch.skipped;
    counts.bad += bad.length;
    state.done = seen;
    state.reportBytes = report.bytes();
    state.finishedAt = finished ? options.now() : null;
    await options.store.logImports.replaceOne({ _id: state._id }, state, { upsert: true });
    batch = sorted();
  }

  for await (const item of file.items(() => undefined)) {
    seen++;
    if (seen <= from) continue;
    sort(item, file.shape, batch);
    if (seen % PROGRESS_EVERY === 0)
      options.onProgress?.({ phase: "importing", done: seen, total: state.items, unit: "rows" });
    if (batch.rows.length + batch.bad.length < BATCH_MESSAGES) continue;
    await flush(false);
    if (options.signal?.aborted) return true;
  }
  await flush(true);
  options.onProgress?.({ phase: "importing", done: seen, total: state.items, unit: "rows" });
  return false;
}
