/** How long conversations are kept, by tenant. */
import type { ColdParts } from "../../memory/cold.ts";
import type { DropReport } from "../../memory/drop.ts";
import { dropEmptyFiles } from "../../memory/drop.ts";
import { ownerName } from "../keys/keyring.ts";
import type { Erasing } from "./destroy.ts";
import { destroy } from "./destroy.ts";
import { purge } from "./purge.ts";

export interface Retention {
  /** Null: for ever. */
  daysFor(tenant: string): number | null;
}

/** A session's workflow may be open for seven days after the last word. */
const SHORTEST_DAYS = 8;
const DAY_MS = 86_400_000;
const BATCH = 500;

/** `demo=365,*=730`; @throws Error naming the part that can't be read */
export function parseRetention(setting: string | undefined): Retention {
  const days = new Map<string, number>();
  for (const part of (setting ?? "").split(",").filter(Boolean)) {
    const [, tenant, count] = /^\s*([^=\s]+)=(\d+)\s*$/.exec(part) ?? [];
    if (!tenant || Number(count) < SHORTEST_DAYS)
      throw new Error(`RETENTION_DAYS: “${part.trim()}” is not tenant=days with at least ${SHORTEST_DAYS} days.`);
    days.set(tenant, Number(count));
  }
  return { daysFor: (tenant) => days.get(tenant) ?? days.get("*") ?? null };
}

export interface Swept {
  sessions: number;
  /** Of the archive. */
  files: DropReport;
}

/**
 * Deletes sessions whose last word is older than their tenant keeps them; with a visitor's goes the key. Files of the archive
 * go once every session in them is past, or was erased. May be cut off, run again, or run by several processes at once.
 * @param cold null without an archive
 */
export async function sweepRetention(
  erasing: Erasing,
  cold: ColdParts | null,
  retention: Retention,
  now: Date,
): Promise<Swept> {
  const swept: Swept = { sessions: 0, files: { dropped: 0, damaged: [] } };
  const { store } = erasing;
  const tenants = await Promise.all([store.sessions.distinct("tenant"), store.archiveFiles.distinct("tenant")]);
  for (const tenant of new Set(tenants.flat())) {
    const days = retention.daysFor(tenant);
    const before = days === null ? null : new Date(now.getTime() - days * DAY_MS);
    if (before) swept.sessions += await sweepTenant(erasing, tenant, before, now);
    if (!cold) continue;
    const { dropped, damaged } = await dropEmptyFiles(cold, store, tenant, before);
    swept.files.dropped += dropped;
    swept.files.damaged.push(...damaged);
  }
  return swept;
}

async function sweepTenant(erasing: Erasing, tenant: string, before: Date, now: Date): Promise<number> {
  const { store } = erasing;
  // Their places in the archive: nobody is led to them any more, though their file may hold others still.
  await store.archiveEntries.deleteMany({ tenant, lastAt: { $lt: before } });
  let gone = 0;
  let after = "";
  while (true) {
    const batch = await store.sessions
      .find({ tenant, createdAt: { $lt: before }, _id: { $gt: after } }, { sort: { _id: 1 }, limit: BATCH })
      .toArray();
    for (const { _id: sessionId, customerId } of batch) {
      if (await store.messages.findOne({ sessionId, at: { $gte: before } }, { projection: { _id: 1 } })) continue;
      await purge(store, { tenant, customerId: null, sessionIds: [sessionId] });
      const key =
        customerId === null && (await store.keys.findOne({ owner: ownerName({ tenant, customerId, sessionId }) }));
      if (key) await destroy(erasing, key, now);
      gone += 1;
    }
    const last = batch.at(-1);
    if (!last || batch.length < BATCH) return gone;
    after = last._id;
  }
}
