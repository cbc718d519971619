/** Erasure that can be proved (beyond-list 9): the key goes first, then all it had encrypted that can be deleted at all. */
import { KEY_CACHE_MS, ownerName } from "../keys/keyring.ts";
import { destroyCaches } from "./caches.ts";
import type { Erasing } from "./destroy.ts";
import { destroy } from "./destroy.ts";
import type { Counts } from "./purge.ts";
import { purge, sessionIdsOf } from "./purge.ts";

/** Of what was erased; signed, it is the receipt. Counts say what was deleted, not what merely became unreadable. */
export interface Erased {
  tenant: string;
  customerId: string;
  /** ISO 8601. */
  erasedAt: string;
  /** From then on no process holds the key in memory any more. ISO 8601. */
  unreadableFrom: string;
  /** The destroyed key's, absent when there was none: nothing was ever encrypted for them. */
  keyFingerprint?: string;
  counts: Counts;
}

const VISITOR = "visitor:";
/** How a visitor is named, who has no id but their session's. */
export const visitorSession = (customerId: string): string | null =>
  customerId.startsWith(VISITOR) ? customerId.slice(VISITOR.length) : null;

/**
 * Destroys the key of a customer (or of `visitor:<session>`) and deletes what is kept of them. Run again after it was cut off, it
 * finishes. Orders and profile are the shop's and stay; the reasons on them go with the key.
 * @param close ends a session's workflow; what it throws stops the erasure before anything is destroyed
 */
export async function erase(
  { store, keyring, journal }: Erasing,
  { tenant, customerId }: { tenant: string; customerId: string },
  close: (sessionId: string) => Promise<void>,
  now: Date,
): Promise<Erased> {
  const session = visitorSession(customerId);
  const who = { tenant, customerId: session === null ? customerId : null, sessionId: session };
  const before = await sessionIdsOf(store, who);
  await Promise.all(before.map(close));
  const owner = ownerName({ ...who, sessionId: session ?? "" });
  // Only this tenant's: a visitor's key is named by the session alone.
  const key = await store.keys.findOne({ owner, tenant });
  if (key) await destroy({ store, keyring, journal }, key, now);
  // Opened while the key still was there, and so under it.
  const sessionIds = await sessionIdsOf(store, who);
  await Promise.all(sessionIds.filter((id) => !before.includes(id)).map(close));
  const counts = await purge(store, { ...who, sessionIds });
  // Last, so that nobody who was still at work on them has filled them again.
  await destroyCaches({ store, keyring, journal }, now);
  return {
    tenant,
    customerId,
    erasedAt: now.toISOString(),
    unreadableFrom: new Date(now.getTime() + KEY_CACHE_MS).toISOString(),
    ...(key ? { keyFingerprint: key.fingerprint } : {}),
    counts: { ...counts, keys: key ? 1 : 0 },
  };
}

const BATCH = 1_000;

/**
 * At every start: whoever was erased and is there again, from a backup, is erased again, and the file and the database learn from
 * each other what the other has forgotten.
 * @returns how many had come back
 * @throws JournalError when the journal can't be read
 */
export async function enforceTombstones({ store, keyring, journal }: Erasing): Promise<number> {
  const written = new Map((await journal.read()).map(({ kid, at }) => [kid, at]));
  const missing: Array<{ kid: string; at: string }> = [];
  for await (const { _id: kid, at } of store.tombstones.find())
    if (!written.has(kid)) missing.push({ kid, at: at.toISOString() });
  await journal.append(missing);
  for (const { kid, at } of missing) written.set(kid, at);
  const kids = [...written.keys()];
  keyring.refuse(kids);
  let returned = 0;
  for (let from = 0; from < kids.length; from += BATCH) {
    const batch = kids.slice(from, from + BATCH);
    for (const key of await store.keys.find({ _id: { $in: batch } }).toArray()) {
      const { tenant, customerId, sessionId } = key;
      if (tenant === null) {
        // Of the caches, nobody's.
        await store.keys.deleteOne({ _id: key._id });
        continue;
      }
      await purge(store, {
        tenant,
        customerId,
        sessionIds: await sessionIdsOf(store, { tenant, customerId, sessionId }),
      });
      await store.keys.deleteOne({ _id: key._id });
      returned += 1;
    }
    const gone = batch.map((kid) => ({
      updateOne: {
        filter: { _id: kid },
        update: { $setOnInsert: { at: new Date(written.get(kid) ?? 0) } },
        upsert: true,
      },
    }));
    await store.tombstones.bulkWrite(gone, { ordered: false });
  }
  return returned;
}
