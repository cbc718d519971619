/** Warm to cold, hour by hour, then small files into larger ones. Every function may be cut off anywhere and run again. */
import type { ArchiveFileDoc } from "../store/mongo.ts";
import type { ColdParts } from "./cold.ts";
import { alreadyCold, clearLeftovers, publish } from "./cold.ts";
import { mergeFiles } from "./merge.ts";
import { byCustomer } from "./parquet.ts";
import type { Archived } from "./record.ts";
import type { Warm } from "./warm.ts";
import { HOUR_MS } from "./warm.ts";

export interface SweepParts extends ColdParts {
  warm: Warm;
}

/** About 100 MB in memory while it is written. */
export const FILE_ROWS_MAX = 20_000;

const hourOf = (ms: number): string => new Date(ms).toISOString().slice(0, "2026-11-27T04".length);
const dayOf = (ms: number): string => hourOf(ms).slice(0, "2026-11-27".length);
const monthOf = (ms: number): string => hourOf(ms).slice(0, "2026-11".length);

/**
 * Archives what became due in one hour of one tenant. A session is forgotten only when its cold row was read back.
 * @returns how many sessions went cold
 */
export async function archiveHour(
  { warm, ...cold }: SweepParts,
  { tenant, hour, now, onProgress }: { tenant: string; hour: number; now: Date; onProgress?: () => void },
): Promise<number> {
  const scope = { tenant, level: "hour" as const, period: hourOf(hour) };
  await clearLeftovers(cold, scope);
  let moved = 0;
  while (true) {
    onProgress?.();
    const due = await warm.due(tenant, hour, now, FILE_ROWS_MAX);
    if (due.length === 0) return moved;
    const there = new Set(await alreadyCold(cold, due));
    const fresh = due.filter((session) => !there.has(session)).sort(byCustomer);
    onProgress?.();
    if (fresh.length > 0) await publish(cold, { ...scope, replaces: [] }, fresh, now);
    await warm.forget(due.map(({ record, digest }) => ({ sessionId: record.sessionId, digest })));
    moved += due.length;
    if (due.length < FILE_ROWS_MAX) return moved;
  }
}

export interface CompactionScope {
  tenant: string;
  level: "day" | "month";
  period: string;
}

/** Days and months that are over and have smaller files left, or an interrupted compaction. */
export async function compactionsDue({ ledger }: ColdParts, now: Date): Promise<CompactionScope[]> {
  const scopes = new Map<string, CompactionScope>();
  const add = (tenant: string, level: "day" | "month", period: string): void =>
    void scopes.set(JSON.stringify([tenant, level, period]), { tenant, level, period });
  const files = [...(await ledger.files({ level: "hour" })), ...(await ledger.files({ level: "day" }))];
  const today = dayOf(now.getTime());
  const month = monthOf(now.getTime());
  for (const { tenant, level, period } of files) {
    const day = period.slice(0, today.length);
    if (period.slice(0, month.length) < month) add(tenant, "month", period.slice(0, month.length));
    else if (level === "hour" && day < today) add(tenant, "day", day);
  }
  const unsettled = await Promise.all(
    (["day", "month"] as const).map(async (level) =>
      (await ledger.files({ level })).filter(({ state, replaces }) => state !== "ready" || replaces.length > 0),
    ),
  );
  for (const { tenant, level, period } of unsettled.flat()) if (level !== "hour") add(tenant, level, period);
  return [...scopes.values()];
}

/**
 * All of a day's or a month's files as one (or a few of at most `FILE_ROWS_MAX` rows); of a session that was archived twice
 * the newest version stays. The old files go when every new one can be read.
 * @returns how many files were replaced
 */
export async function compact(
  cold: ColdParts,
  { tenant, level, period, now, onProgress }: CompactionScope & { now: Date; onProgress?: () => void },
): Promise<number> {
  const scope = { tenant, level, period };
  await clearLeftovers(cold, scope);
  const inputs = (await filesBelow(cold, scope)).filter(({ state }) => state === "ready");
  if (!inputs.some((file) => file.level !== level)) return 0;
  const replaces = inputs.map(({ _id }) => _id);
  // The last file replaces them all: until it is ready the old ones stay, and sessions are merely there twice.
  let waiting: Archived[] | null = null;
  for await (const rows of mergeFiles(cold, inputs, FILE_ROWS_MAX)) {
    onProgress?.();
    if (waiting) await publish(cold, { ...scope, replaces: [] }, waiting, now);
    waiting = rows;
  }
  if (waiting) await publish(cold, { ...scope, replaces }, waiting, now);
  await clearLeftovers(cold, scope);
  return replaces.length;
}

async function filesBelow(
  { ledger }: ColdParts,
  { tenant, level, period }: CompactionScope,
): Promise<ArchiveFileDoc[]> {
  const files = await ledger.files({ tenant });
  return files.filter((file) => file.period.startsWith(period) && (level === "month" || file.level !== "month"));
}

export const hourStart = (ms: number): number => Math.floor(ms / HOUR_MS) * HOUR_MS;
