/** An archive of many made-up sessions, and how fast one customer comes back out of it. */
import { randomInt } from "node:crypto";
import type { ColdParts } from "../src/memory/cold.ts";
import { keyFor } from "../src/memory/cold.ts";
import { entriesFor } from "../src/memory/ledger.ts";
import { byCustomer, writeParquet } from "../src/memory/parquet.ts";
import { recall } from "../src/memory/recall.ts";
import type { Archived, SessionRecord } from "../src/memory/record.ts";
import { digestOf, sealRecord } from "../src/memory/record.ts";
import { FILE_ROWS_MAX } from "../src/memory/sweep.ts";
import type { Warm } from "../src/memory/warm.ts";
import { percentile } from "./measure.ts";

const DAY_MS = 86_400_000;
export const TENANT = "bench";
/** Of every customer, in files of different months. */
export const SESSIONS_A_CUSTOMER = 4;
const FIRST_MONTH = Date.parse("2026-01-01T00:00:00Z");

export interface Filled {
  sessions: number;
  bytes: number;
  /** Time spent making Parquet of records that are in memory. */
  encodeMs: number;
  /** Time for all: records, Parquet, S3, index. */
  elapsedMs: number;
}

/**
 * Adds customers `from`..`to` as compacted month files: 4 months, each with one session of every customer, split by customer.
 * They are what a sweep and its compactions leave, written without going through warm.
 */
export async function fill(cold: ColdParts, samples: SessionRecord[], from: number, to: number): Promise<Filled> {
  const total: Filled = { sessions: 0, bytes: 0, encodeMs: 0, elapsedMs: 0 };
  const startedAt = performance.now();
  for (let month = 0; month < SESSIONS_A_CUSTOMER; month++) {
    for (let first = from; first < to; first += FILE_ROWS_MAX) {
      const rows: Archived[] = [];
      for (let customer = first; customer < Math.min(to, first + FILE_ROWS_MAX); customer++) {
        const record = madeUp(samples, customer, month);
        rows.push(await sealRecord(cold.sealer, record));
      }
      rows.sort(byCustomer);
      const began = performance.now();
      const { bytes, groups } = writeParquet(rows);
      total.encodeMs += performance.now() - began;
      const period = new Date(FIRST_MONTH + month * 31 * DAY_MS).toISOString().slice(0, "2026-01".length);
      const spec = { tenant: TENANT, level: "month" as const, period, replaces: [] };
      const key = keyFor(spec);
      await cold.ledger.begin({
        _id: key,
        ...spec,
        state: "ready",
        rows: rows.length,
        bytes: bytes.length,
        createdAt: new Date(),
      });
      await cold.objects.put(key, bytes);
      const entries = entriesFor(key, rows, groups);
      for (let at = 0; at < entries.length; at += INDEX_BATCH)
        await cold.ledger.extend(entries.slice(at, at + INDEX_BATCH));
      total.sessions += rows.length;
      total.bytes += bytes.length;
    }
  }
  return { ...total, elapsedMs: performance.now() - startedAt };
}
const INDEX_BATCH = 5_000;

export const customerId = (number: number): string => `c-${String(number).padStart(9, "0")}`;

/** An evaluation dialogue that somebody else has had: other ids and times, and words that are nobody else's. */
export function madeUp(samples: SessionRecord[], customer: number, month: number): SessionRecord {
  const sample = samples[(customer * SESSIONS_A_CUSTOMER + month) % samples.length];
  if (!sample) throw new Error("no samples");
  const shift = FIRST_MONTH + month * 31 * DAY_MS + (customer % 2_000_000) * 1_000 - sample.startedAt;
  const mark = ` #${customer.toString(36)}-${month}`;
  const vectors = sample.vectors.map((byte, i) => byte ^ ((customer * 31 + i * 17) & 255));
  return {
    ...sample,
    tenant: TENANT,
    sessionId: `s-${month}-${customer.toString(16).padStart(24, "0")}`,
    customerId: customerId(customer),
    startedAt: sample.startedAt + shift,
    lastAt: sample.lastAt + shift,
    said: sample.said.map((said) => ({ ...said, text: said.text + mark, at: said.at + shift })),
    vectors,
  };
}

export interface Latency {
  p50Ms: number;
  p99Ms: number;
  recalls: number;
}

/** Numbers of customers, each once, in random order. */
export function pickCustomers(customers: number, count: number): number[] {
  const picked = new Set<number>();
  while (picked.size < Math.min(customers, count)) picked.add(randomInt(customers));
  return [...picked];
}

/** These customers come back, one after the other: from cold when nothing of them is warm, from warm the next time. */
export async function timeRecalls(
  { warm, cold }: { warm: Warm; cold: ColdParts },
  customers: number[],
): Promise<{ latency: Latency; sessions: SessionRecord[] }> {
  const times: number[] = [];
  const recalled: SessionRecord[] = [];
  for (const customer of customers) {
    const identity = {
      tenant: TENANT,
      sessionId: "s-new",
      customerId: customerId(customer),
      locale: "zh" as const,
      channel: "web",
    };
    const began = performance.now();
    const { sessions, kept } = await recall(
      { warm, cold, keepMs: 7 * DAY_MS, report: (trouble, error) => fail(trouble, error) },
      identity,
      new Date(),
    );
    times.push(performance.now() - began);
    await kept;
    if (sessions.length !== SESSIONS_A_CUSTOMER) throw new Error(`${sessions.length} sessions recalled`);
    recalled.push(...sessions);
  }
  times.sort((a, b) => a - b);
  const latency = { p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99), recalls: times.length };
  return { latency, sessions: recalled };
}

/** They are cold again. */
export const forgetAll = (warm: Warm, sessions: SessionRecord[]): Promise<void> =>
  warm.forget(sessions.map((record) => ({ sessionId: record.sessionId, digest: digestOf(record) })));

function fail(trouble: string, error: unknown): never {
  throw new Error(`recall failed: ${trouble}`, { cause: error });
}
