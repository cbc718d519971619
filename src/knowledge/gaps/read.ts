import type { Store } from "../../store/mongo.ts";
import type { Sealer } from "../../store/sealed.ts";
import type { GapCase, GapWhy, KnowledgeGapDoc, KnowledgeLocale } from "../types.ts";
import { mostTypical } from "./cluster.ts";
import type { Worded } from "./words.ts";
import { openWords } from "./words.ts";

/** A gap as a reviewer sees it. */
export interface GapView {
  /** Without its tenant. */
  id: string;
  locale: KnowledgeLocale;
  status: KnowledgeGapDoc["status"];
  /** The wording nearest to all others. */
  question: string;
  /** All that are still readable, the most frequent first. */
  wordings: Array<{ text: string; times: number; customers: number }>;
  /** What agents answered, the answer nearest to all others; null when nobody has. */
  draft: string | null;
  /** In how many conversations it was asked in vain: what an entry would have deflected. */
  volume: number;
  /** How often. */
  asked: number;
  why: Record<GapWhy, number>;
  firstAt: Date;
  lastAt: Date;
  entry: string | null;
  addedAt: Date | null;
  answered: number;
  deflected: number;
  /** Asked in vain again after it was added. */
  missed: number;
}

const LIST_MAX = 200;
/** Opened for a list, and for one. */
const SHOWN_IN_LIST = 8;
const SHOWN = 50;
const WORDINGS_MAX = 20;

interface Reading {
  store: Pick<Store, "knowledgeGaps">;
  sealer: Sealer;
}

/** The most asked first; gaps of which no word can be read any more are left out. */
export async function listGaps(
  { store, sealer }: Reading,
  tenant: string,
  status: KnowledgeGapDoc["status"],
): Promise<GapView[]> {
  const docs = await store.knowledgeGaps
    .find({ tenant, status })
    .sort({ volume: -1, _id: 1 })
    .limit(LIST_MAX)
    .toArray();
  const views = await Promise.all(docs.map((doc) => viewOf(sealer, doc, SHOWN_IN_LIST)));
  return views.filter((view) => view !== null);
}

export const countGaps = async (
  store: Reading["store"],
  tenant: string,
): Promise<Record<KnowledgeGapDoc["status"], number>> => {
  const count = (status: KnowledgeGapDoc["status"]) => store.knowledgeGaps.countDocuments({ tenant, status });
  const [open, added, dismissed] = await Promise.all([count("open"), count("added"), count("dismissed")]);
  return { open, added, dismissed };
};

/** With all its wordings; null when there is none. */
export async function readGap({ store, sealer }: Reading, tenant: string, id: string): Promise<GapView | null> {
  const doc = await store.knowledgeGaps.findOne({ _id: `${tenant}:${id}`, tenant });
  return doc && viewOf(sealer, doc, SHOWN);
}

async function viewOf(sealer: Sealer, doc: KnowledgeGapDoc, shown: number): Promise<GapView | null> {
  const { tenant, locale, status, cases, volume, entry, addedAt, answered, deflected } = doc;
  const worded = cases.filter(({ words }) => words).slice(0, shown);
  const opened = await Promise.all(
    worded.map(async ({ sessionId, words }) => ({ sessionId, said: words ? await openWords(sealer, words) : null })),
  );
  const said = opened.flatMap(({ sessionId, said: one }) => (one ? [{ sessionId, ...one }] : []));
  const typical = mostTypical(said);
  // An added one stays on the list for its effect, whoever was erased.
  if (!typical && status !== "added") return null;
  const answers = await answersOf(sealer, worded);
  const times = cases.map(({ at }) => at.getTime());
  return {
    ...{ id: doc._id.slice(tenant.length + 1), locale, status, volume, entry, addedAt, answered, deflected },
    question: typical?.text ?? "",
    wordings: wordingsOf(said),
    draft: mostTypical(answers)?.text ?? null,
    asked: cases.length,
    why: {
      handoff: count(cases, "handoff"),
      "no-answer": count(cases, "no-answer"),
      unhelpful: count(cases, "unhelpful"),
    },
    firstAt: new Date(Math.min(...times, Date.now())),
    lastAt: new Date(Math.max(...times, 0)),
    missed: addedAt ? cases.filter(({ at }) => at > addedAt).length : 0,
  };
}

const count = (cases: readonly GapCase[], why: GapWhy): number => cases.filter((one) => one.why === why).length;

async function answersOf(sealer: Sealer, cases: readonly GapCase[]): Promise<Worded[]> {
  const opened = await Promise.all(cases.map(({ answer }) => (answer ? openWords(sealer, answer) : null)));
  return opened.filter((answer) => answer !== null);
}

function wordingsOf(said: ReadonlyArray<{ sessionId: string; text: string }>): GapView["wordings"] {
  const byText = new Map<string, { text: string; sessions: string[] }>();
  for (const { text, sessionId } of said) {
    const key = text.toLowerCase().replace(/[\s?？!！。.~～]+$/u, "");
    const known = byText.get(key) ?? { text, sessions: [] };
    known.sessions.push(sessionId);
    byText.set(key, known);
  }
  return [...byText.values()]
    .map(({ text, sessions }) => ({ text, times: sessions.length, customers: new Set(sessions).size }))
    .sort((a, b) => b.times - a.times)
    .slice(0, WORDINGS_MAX);
}
