/** Bytes and speed of each tier, on the evaluation dialogues. */
import { randomUUID } from "node:crypto";
import { utf8Bytes } from "../src/dialogue/hot-window.ts";
import { byCustomer, writeParquet } from "../src/memory/parquet.ts";
import type { SessionRecord } from "../src/memory/record.ts";
import { digestOf, encodeRecord } from "../src/memory/record.ts";
import type { SweepParts } from "../src/memory/sweep.ts";
import { archiveHour, FILE_ROWS_MAX } from "../src/memory/sweep.ts";
import { percentile } from "./measure.ts";
import { madeUp } from "./memory-recall.ts";
import { sealNow } from "./memory-sealer.ts";

export interface Sizes {
  sessions: number;
  turns: number;
  hot: Spread;
  warm: Spread;
  /** Of one session in a Parquet file of 20,000. */
  coldMean: number;
  /** As JSON, uncompressed. */
  plainMean: number;
}
interface Spread {
  mean: number;
  p99: number;
  max: number;
}

const mean = (numbers: number[]): number => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

function spread(numbers: number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  return { mean: mean(sorted), p99: percentile(sorted, 0.99), max: sorted.at(-1) ?? 0 };
}

export function sizesOf(records: SessionRecord[]): Sizes {
  const { bytes } = writeParquet(fileOf(records));
  return {
    sessions: records.length,
    turns: mean(records.map(({ turn }) => turn)),
    hot: spread(records.map(({ window }) => utf8Bytes(JSON.stringify(window)))),
    warm: spread(records.map((record) => encodeRecord(record).length)),
    coldMean: bytes.length / FILE_ROWS_MAX,
    plainMean: mean(records.map((record) => utf8Bytes(JSON.stringify(record.said)))),
  };
}

const fileOf = (records: SessionRecord[]) =>
  Array.from({ length: FILE_ROWS_MAX }, (_, customer) => {
    const record = madeUp(records, customer, 0);
    return { record, digest: digestOf(record), sealed: sealNow(encodeRecord(record)) };
  }).sort(byCustomer);

export interface EncodeRate {
  perS: number;
  /** Of one core's time, whatever else the machine does. */
  perCpuS: number;
}

/** Sessions a second that become Parquet; the best of some rounds. */
export function encodeRate(records: SessionRecord[], rounds: number): EncodeRate {
  const rows = fileOf(records);
  const best: EncodeRate = { perS: 0, perCpuS: 0 };
  for (let round = 0; round < rounds; round++) {
    const cpu = process.cpuUsage();
    const began = performance.now();
    writeParquet(rows);
    const elapsedMs = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    best.perS = Math.max(best.perS, (rows.length / elapsedMs) * 1_000);
    best.perCpuS = Math.max(best.perCpuS, (rows.length / (user + system)) * 1_000_000);
  }
  return best;
}

export interface Moves {
  hotToWarmPerS: number;
  warmToColdPerS: number;
}

const HOUR_MS = 3_600_000;

/** Sessions of one hour, saved one after the other as workflows would, then swept, read back and forgotten. */
export async function timeMoves(parts: SweepParts, records: SessionRecord[], count: number): Promise<Moves> {
  const tenant = `bench-${randomUUID().slice(0, 8)}`;
  const hour = Date.parse("2026-03-03T10:00:00Z");
  const sessions = Array.from({ length: count }, (_, i) => ({
    ...madeUp(records, i, 0),
    tenant,
    lastAt: hour + (i % HOUR_MS),
  }));
  let began = performance.now();
  for (const record of sessions) await parts.warm.save(record);
  const savedMs = performance.now() - began;
  const now = new Date(hour + 30 * 24 * HOUR_MS);
  began = performance.now();
  let moved = 0;
  for (const due of await parts.warm.dueHours(now, 10)) moved += await archiveHour(parts, { ...due, now });
  const sweptMs = performance.now() - began;
  if (moved !== count) throw new Error(`${moved} of ${count} sessions went cold`);
  return { hotToWarmPerS: (count / savedMs) * 1_000, warmToColdPerS: (count / sweptMs) * 1_000 };
}
