/** The warm tier (T2): one compressed document a session in MongoDB. */
import { Binary } from "mongodb";
import type { Store, WarmDoc } from "../store/mongo.ts";
import type { Archived, RecordSealer, SessionRecord } from "./record.ts";
import { openRecord, sealRecord } from "./record.ts";
import type { Report } from "./report.ts";

export interface Warm {
  /** Writes the session's document; the same record again changes nothing. */
  save(record: SessionRecord): Promise<void>;
  /** Brings archived sessions back; what is warm already is newer and stays. @param keepUntil when they are due again */
  bringBack(sessions: Archived[], keepUntil: Date): Promise<void>;
  load(tenant: string, sessionId: string): Promise<SessionRecord | null>;
  /** This customer's sessions, newest first. */
  ofCustomer(tenant: string, customerId: string, limit: number): Promise<SessionRecord[]>;
  /** Tenants and hours (ms since the epoch) with sessions due before `now`, oldest first. */
  dueHours(now: Date, limit: number): Promise<Array<{ tenant: string; hour: number }>>;
  /** What became due in that hour, at most `limit`. */
  due(tenant: string, hour: number, now: Date, limit: number): Promise<Archived[]>;
  /** Deletes exactly these versions: a session that has changed since stays. */
  forget(sessions: Array<{ sessionId: string; digest: string }>): Promise<void>;
}

export const HOUR_MS = 3_600_000;

/**
 * @param keepMs how long after its last word a session is due for the archive
 * @param report hears of documents that can't be read; they stay where they are and are left out
 */
export function createWarm({ warm }: Pick<Store, "warm">, sealer: RecordSealer, keepMs: number, report: Report): Warm {
  const readable = async (docs: WarmDoc[]): Promise<Archived[]> => {
    const read = docs.map(async ({ _id, body, digest }) => {
      try {
        return { record: await openRecord(sealer, body.buffer), digest, sealed: body.buffer };
      } catch (error) {
        report("warm-damaged", error, { sessionId: _id });
        return null;
      }
    });
    return (await Promise.all(read)).filter((session) => session !== null);
  };
  const toDoc = ({ record, digest, sealed }: Archived, dueAt: Date): Omit<WarmDoc, "_id"> => ({
    tenant: record.tenant,
    customerId: record.customerId,
    lastAt: new Date(record.lastAt),
    dueAt,
    digest,
    body: new Binary(sealed),
  });
  return {
    async save(record) {
      const session = await sealRecord(sealer, record);
      const known = await warm.findOne({ _id: record.sessionId }, { projection: { digest: 1 } });
      // No two envelopes are alike: the same content is not sealed and written again.
      if (known?.digest === session.digest) return;
      const doc = toDoc(session, new Date(record.lastAt + keepMs));
      await warm.updateOne({ _id: record.sessionId }, { $set: doc }, { upsert: true });
    },
    async bringBack(sessions, keepUntil) {
      if (sessions.length === 0) return;
      await warm.bulkWrite(
        sessions.map((session) => ({
          updateOne: {
            filter: { _id: session.record.sessionId },
            update: { $setOnInsert: toDoc(session, keepUntil) },
            upsert: true,
          },
        })),
        { ordered: false },
      );
    },
    async load(tenant, sessionId) {
      const doc = await warm.findOne({ _id: sessionId, tenant });
      return (await readable(doc ? [doc] : []))[0]?.record ?? null;
    },
    async ofCustomer(tenant, customerId, limit) {
      const docs = await warm.find({ tenant, customerId }, { sort: { lastAt: -1 }, limit }).toArray();
      return (await readable(docs)).map(({ record }) => record);
    },
    async dueHours(now, limit) {
      const hours: Array<{ tenant: string; hour: number }> = [];
      for (const tenant of await warm.distinct("tenant", { dueAt: { $lt: now } })) {
        // One step of the index an hour, however many sessions the hour has.
        for (let from = new Date(0); hours.length < limit; ) {
          const first = await warm.findOne({ tenant, dueAt: { $gte: from, $lt: now } }, { sort: { dueAt: 1 } });
          if (!first) break;
          const hour = Math.floor(first.dueAt.getTime() / HOUR_MS) * HOUR_MS;
          hours.push({ tenant, hour });
          from = new Date(hour + HOUR_MS);
        }
      }
      return hours;
    },
    async due(tenant, hour, now, limit) {
      const until = new Date(Math.min(hour + HOUR_MS, now.getTime()));
      const docs = await warm
        .find({ tenant, dueAt: { $gte: new Date(hour), $lt: until } }, { sort: { dueAt: 1, _id: 1 }, limit })
        .toArray();
      return readable(docs);
    },
    async forget(sessions) {
      if (sessions.length === 0) return;
      await warm.bulkWrite(
        sessions.map(({ sessionId, digest }) => ({ deleteOne: { filter: { _id: sessionId, digest } } })),
        { ordered: false },
      );
    },
  };
}
