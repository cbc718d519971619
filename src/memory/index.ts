/** The three tiers as one thing: hot moves here, the past is recalled from here, the sweep works here (T1-T4). */
import type { WindowEntry } from "../dialogue/hot-window.ts";
import type { SessionIdentity } from "../dialogue/session.ts";
import type { Store } from "../store/mongo.ts";
import type { Sealer } from "../store/sealed.ts";
import { createLedger } from "./ledger.ts";
import type { ObjectStore } from "./object-store.ts";
import type { Recalled } from "./recall.ts";
import { recall, warmSessions } from "./recall.ts";
import type { RecordSealer, SessionRecord } from "./record.ts";
import type { Embedding, HotMemory } from "./remembered.ts";
import { makeRecord, saidSoFar } from "./remembered.ts";
import type { Report } from "./report.ts";
import { cite, relevantPieces } from "./retrieval.ts";
import type { CompactionScope } from "./sweep.ts";
import { archiveHour, compact, compactionsDue } from "./sweep.ts";
import { promisesAbout, toldBefore } from "./told.ts";
import type { Told } from "./types.ts";
import { createWarm } from "./warm.ts";

export interface MemoryDeps {
  store: Store;
  sealer: Sealer & RecordSealer;
  embedding: Embedding;
  /** The archive's bucket for a customer who waits: it fails fast. Null: there is no archive, warm keeps everything. */
  objects: ObjectStore | null;
  /** The same bucket for the sweep, which has time. */
  sweepObjects: ObjectStore | null;
  report: Report;
  /** How long after its last word a session stays warm, and again after it was recalled. */
  keepMs: number;
}

export interface Memory {
  /** Hot to warm (D6). The same call again changes nothing; nothing said, nothing saved. */
  save(hot: HotMemory): Promise<void>;
  /** The past of a customer who is back; cold sessions become warm. Never throws. */
  recall(identity: SessionIdentity, now: Date): Promise<Recalled>;
  /** The pieces of warm memory that a prompt about `text` should hold (T4), cited by day and turn. Never throws. */
  relevant(identity: SessionIdentity, text: string, window: WindowEntry[]): Promise<string[]>;
  /** What was said before, in this conversation and earlier ones, to a question about it, nearest first, at most two turns (T4). Never throws. */
  told(identity: SessionIdentity, question: string): Promise<Told[]>;
  /** What was said when something of these orders was changed, by order. Never throws. */
  promised(identity: SessionIdentity, orderIds: string[]): Promise<Map<string, Told>>;
  /** Null without an archive. */
  sweep: Sweep | null;
}

export interface Sweep {
  dueHours(now: Date): Promise<Array<{ tenant: string; hour: number }>>;
  archiveHour(tenant: string, hour: number, now: Date, onProgress: () => void): Promise<number>;
  compactionsDue(now: Date): Promise<CompactionScope[]>;
  compact(scope: CompactionScope, now: Date, onProgress: () => void): Promise<number>;
}

/** A sweep that was away for long has more to do than one workflow should hold; the next one goes on. */
const HOURS_A_SWEEP = 500;

export function createMemory(deps: MemoryDeps): Memory {
  const { store, sealer, embedding, objects, sweepObjects, report, keepMs } = deps;
  const warm = createWarm(store, sealer, keepMs, report);
  const ledger = createLedger(store);
  const cold = sweepObjects && { objects: sweepObjects, ledger, sealer };
  /** The customer is served without the past when it can't be had. */
  const fromWarm = async <T>(
    identity: SessionIdentity,
    without: T,
    read: (sessions: SessionRecord[]) => T | Promise<T>,
  ): Promise<T> => {
    try {
      return await read(await warmSessions(warm, identity));
    } catch (error) {
      report("warm-away", error, { sessionId: identity.sessionId });
      return without;
    }
  };
  return {
    async save(hot) {
      const known = await warm.load(hot.identity.tenant, hot.identity.sessionId);
      const record = await makeRecord({ store, sealer }, embedding, hot, known);
      if (record) await warm.save(record);
    },
    recall: (identity, now) =>
      recall({ warm, cold: objects && { objects, ledger, sealer }, report, keepMs }, identity, now),
    relevant: (identity, text, window) =>
      fromWarm(identity, [], async (sessions) => (await relevantPieces(embedding, sessions, text, window)).map(cite)),
    told: (identity, question) =>
      fromWarm(identity, [], async (sessions) => {
        // The conversation itself is whole in the store, and at most in part in warm.
        const others = sessions.filter(({ sessionId }) => sessionId !== identity.sessionId);
        const own = await saidSoFar({ store, sealer }, embedding, identity);
        return toldBefore(embedding, [...own, ...others], question);
      }),
    promised: (identity, orderIds) => fromWarm(identity, new Map(), (sessions) => promisesAbout(sessions, orderIds)),
    sweep: cold && {
      dueHours: (now) => warm.dueHours(now, HOURS_A_SWEEP),
      archiveHour: (tenant, hour, now, onProgress) => archiveHour({ ...cold, warm }, { tenant, hour, now, onProgress }),
      compactionsDue: (now) => compactionsDue(cold, now),
      compact: (scope, now, onProgress) => compact(cold, { ...scope, now, onProgress }),
    },
  };
}
