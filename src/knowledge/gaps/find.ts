import type { Store } from "../../store/mongo.ts";
import type { GapWhy } from "../types.ts";

/** Somebody asked in vain: where, and which reply left it open. */
export interface FoundCase {
  sessionId: string;
  turn: number;
  /** Of the reply. */
  seq: number;
  at: Date;
  why: GapWhy;
  entry?: string;
  /** Nobody has said yet that a question was asked at all. */
  doubtful?: true;
}

export interface Found {
  cases: FoundCase[];
  /** Judged helpful after all: no longer a case for that. */
  helpful: Array<{ sessionId: string; turn: number }>;
  /** Up to here everything was looked at. */
  until: Date;
}

/** A source with more than this is gone on with at the next run. */
const BATCH = 2_000;
/** A customer who asks for a person so many turns after a question without an answer does it for that. */
export const TURNS_TO_HANDOFF = 3;
const CHUNK = 500;

type Stores = Pick<Store, "messages" | "handoffs" | "feedback">;

/** Everything since then that says a question wasn't answered: replies, handoffs, judgements. */
export async function findCases(store: Stores, tenant: string, since: Date, now: Date): Promise<Found> {
  const [unanswered, handedOff, judged] = await Promise.all([
    store.messages
      .find({ tenant, unanswered: true, at: { $gte: since } })
      .project<Reply>(REPLY)
      .sort({ at: 1 })
      .limit(BATCH)
      .toArray(),
    store.handoffs
      .find({ tenant, updatedAt: { $gte: since } })
      .sort({ updatedAt: 1 })
      .limit(BATCH)
      .toArray(),
    store.feedback
      .find({ tenant, at: { $gte: since } })
      .sort({ at: 1 })
      .limit(BATCH)
      .toArray(),
  ]);
  const ends = [
    ...(unanswered.length === BATCH ? [unanswered.at(-1)?.at ?? now] : []),
    ...(handedOff.length === BATCH ? [handedOff.at(-1)?.updatedAt ?? now] : []),
    ...(judged.length === BATCH ? [judged.at(-1)?.at ?? now] : []),
  ];
  const cases = new Map<string, FoundCase>();
  const add = (found: FoundCase): void => {
    const key = `${found.sessionId}:${found.turn}`;
    // A person who was needed says most.
    if (!cases.has(key) || found.why === "handoff") cases.set(key, found);
  };
  for (const { sessionId, turn, seq, at } of unanswered) add({ sessionId, turn, seq, at, why: "no-answer" });
  const replies = await repliesOf(
    store,
    handedOff.map(({ sessionId }) => sessionId),
  );
  for (const handoff of handedOff) for (const found of casesOf(handoff, replies)) add(found);
  const bad = await repliesAt(store, judged);
  const helpful: Found["helpful"] = [];
  for (const { sessionId, seq, helpful: helped, at } of judged) {
    const reply = bad.get(`${sessionId}:${seq}`);
    if (!reply) continue;
    const { turn, answers = [] } = reply;
    if (helped) helpful.push({ sessionId, turn });
    else add({ sessionId, turn, seq, at, why: "unhelpful", ...(answers[0] ? { entry: answers[0] } : {}) });
  }
  return { cases: [...cases.values()], helpful, until: new Date(Math.min(now.getTime(), ...ends.map(Number))) };
}

interface Reply {
  sessionId: string;
  turn: number;
  seq: number;
  at: Date;
  unanswered?: true;
  baffled?: true;
  answers?: string[];
}
const REPLY = { _id: 0, sessionId: 1, turn: 1, seq: 1, at: 1, unanswered: 1, baffled: 1, answers: 1 } as const;

/** The bot's replies of these sessions, by session. */
async function repliesOf(store: Stores, sessionIds: string[]): Promise<Map<string, Reply[]>> {
  const all = new Map<string, Reply[]>();
  const unique = [...new Set(sessionIds)];
  for (let start = 0; start < unique.length; start += CHUNK) {
    const chunk = unique.slice(start, start + CHUNK);
    const found = store.messages
      .find({ sessionId: { $in: chunk }, role: "assistant" })
      .project<Reply>(REPLY)
      .sort({ sessionId: 1, seq: 1 });
    for await (const reply of found) all.set(reply.sessionId, [...(all.get(reply.sessionId) ?? []), reply]);
  }
  return all;
}

async function repliesAt(
  store: Stores,
  judged: ReadonlyArray<{ sessionId: string; seq: number }>,
): Promise<Map<string, Reply>> {
  const replies = await repliesOf(
    store,
    judged.map(({ sessionId }) => sessionId),
  );
  return new Map([...replies.values()].flat().map((reply) => [`${reply.sessionId}:${reply.seq}`, reply]));
}

/** Nobody understood, or nothing sure enough was known: then its own turn; asked for: what was asked before that in vain. */
function casesOf(
  { sessionId, reason, turn }: { sessionId: string; reason: string; turn?: number },
  replies: Map<string, Reply[]>,
): FoundCase[] {
  const own = replies.get(sessionId) ?? [];
  if (turn === undefined) return [];
  if (reason === "unsure" || reason === "not-understood") {
    const reply = own.find((candidate) => candidate.turn === turn);
    if (!reply) return [];
    const { seq, at } = reply;
    const doubtful = reason === "not-understood" ? { doubtful: true as const } : {};
    return [{ sessionId, turn, seq, at, why: "handoff", ...doubtful }];
  }
  const before = own.filter((reply) => reply.turn < turn && reply.turn >= turn - TURNS_TO_HANDOFF);
  return before
    .filter((reply) => reply.unanswered || reply.baffled)
    .map(({ turn: at, seq, at: time, unanswered }) => ({
      ...{ sessionId, turn: at, seq, at: time, why: "handoff" as const },
      ...(unanswered ? {} : { doubtful: true as const }),
    }));
}
