/** Brings back what is known of a customer: from warm, and from cold when they return after longer. Never fails a turn. */

import type { ItemRef } from "../commerce/types.ts";
import type { WindowEntry } from "../dialogue/hot-window.ts";
import { HOT_WINDOW_MAX_BYTES, remember, utf8Bytes } from "../dialogue/hot-window.ts";
import type { SessionIdentity } from "../dialogue/session.ts";
import type { ArchiveEntryDoc } from "../store/mongo.ts";
import type { ColdParts } from "./cold.ts";
import { readEntry } from "./cold.ts";
import { whoOf } from "./ledger.ts";
import { MissingObjectError } from "./object-store.ts";
import { ArchiveError } from "./parquet.ts";
import type { Archived, SessionRecord } from "./record.ts";
import type { Report, Trouble } from "./report.ts";
import type { Warm } from "./warm.ts";

export interface Recalled {
  /** What the hot window starts with, at most 1 KB. */
  window: WindowEntry[];
  /** What was decided and promised, newest session last. */
  summary: string;
  /** What was talked about last. */
  focus: ItemRef[];
  /** The sessions it is from, newest first. */
  sessions: SessionRecord[];
  /** Resolves when all of them are warm: nobody who waits for an answer needs to wait for that. Never rejects. */
  kept: Promise<void>;
}

export interface RecallParts {
  warm: Warm;
  /** Null without an archive. */
  cold: ColdParts | null;
  report: Report;
  /** How long what comes back stays warm. */
  keepMs: number;
}

/** A customer who is back: their latest sessions, not their whole life. */
export const SESSIONS_MAX = 20;
/** Each is one ranged read. */
export const READS_MAX = 4;

const NOTHING: Recalled = { window: [], summary: "", focus: [], sessions: [], kept: Promise.resolve() };

/**
 * The past of this customer, or of this session alone when nobody is signed in. Cold sessions become warm again.
 * What can't be had is left out and reported; the customer is served without it.
 */
export async function recall(parts: RecallParts, identity: SessionIdentity, now: Date): Promise<Recalled> {
  try {
    const [warm, entries] = await Promise.all([
      warmSessions(parts.warm, identity),
      parts.cold?.ledger.entriesOf(identity.tenant, [whoOf(identity)], READS_MAX) ?? [],
    ]);
    const archived = await coldSessions(parts, entries, new Set(warm.map(({ sessionId }) => sessionId)));
    const cold = archived.map(({ record }) => record);
    const kept = parts.warm
      .bringBack(archived, new Date(now.getTime() + parts.keepMs))
      .catch((error: unknown) => parts.report("warm-away", error, { sessionId: identity.sessionId }));
    return { ...summed([...warm, ...cold], identity), kept };
  } catch (error) {
    parts.report("warm-away", error, { sessionId: identity.sessionId });
    return NOTHING;
  }
}

/** What is warm of the customer, for prompts. */
export async function warmSessions(warm: Warm, identity: SessionIdentity): Promise<SessionRecord[]> {
  const { tenant, sessionId, customerId } = identity;
  if (customerId !== null) return warm.ofCustomer(tenant, customerId, SESSIONS_MAX);
  const own = await warm.load(tenant, sessionId);
  return own ? [own] : [];
}

async function coldSessions(parts: RecallParts, entries: ArchiveEntryDoc[], warm: Set<string>): Promise<Archived[]> {
  const wanted = entries.filter(({ sessions }) => sessions.some(({ id }) => !warm.has(id)));
  const { cold } = parts;
  if (!cold) return [];
  const read = await Promise.all(
    wanted.map((entry) =>
      readEntry(cold, entry).catch((error: unknown) => {
        parts.report(troubleOf(error), error, { file: entry.file });
        return [];
      }),
    ),
  );
  // A session can be there twice: archived, continued, archived again. The newest version counts.
  const newest = new Map<string, Archived>();
  for (const session of read.flat()) {
    const { sessionId, lastAt } = session.record;
    const known = newest.get(sessionId)?.record;
    if (!warm.has(sessionId) && (!known || known.lastAt < lastAt)) newest.set(sessionId, session);
  }
  return [...newest.values()].sort((a, b) => b.record.lastAt - a.record.lastAt).slice(0, SESSIONS_MAX);
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof MissingObjectError) return "cold-missing";
  return error instanceof ArchiveError ? "cold-damaged" : "cold-away";
}

function summed(sessions: SessionRecord[], { sessionId }: SessionIdentity): Omit<Recalled, "kept"> {
  const newestFirst = sessions.sort((a, b) => b.lastAt - a.lastAt).slice(0, SESSIONS_MAX);
  const own = newestFirst.find((record) => record.sessionId === sessionId);
  const last = own ?? newestFirst[0];
  if (!last) return NOTHING;
  const lines = newestFirst.toReversed().flatMap(linesOf);
  return {
    window: own && own.window.length > 0 ? own.window : remember([], [], newestLines(lines)),
    summary: lines.join("\n"),
    focus: last.focus,
    sessions: newestFirst,
  };
}

const linesOf = ({ summary, lastAt }: SessionRecord): string[] =>
  summary === ""
    ? []
    : summary.split("\n").map((line) => `${new Date(lastAt).toISOString().slice(0, "2026-05-03".length)} ${line}`);

/** Half of the window at most: the conversation itself needs room. */
function newestLines(lines: string[]): string[] {
  const kept: string[] = [];
  let bytes = 0;
  for (const line of lines.toReversed()) {
    bytes += utf8Bytes(line);
    if (bytes > HOT_WINDOW_MAX_BYTES / 2) break;
    kept.unshift(line);
  }
  return kept;
}
