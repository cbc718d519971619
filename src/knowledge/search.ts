import { wordingsOf } from "./entries.ts";
import { foldText, says, wordsOf } from "./fold.ts";
import type { LocaleIndex } from "./layer.ts";
import type { KnowledgeEntry } from "./types.ts";
import { toInt8 } from "./vector-index.ts";

/** An entry, and how well it fits a question. */
export interface Hit {
  entry: KnowledgeEntry;
  /** Which of several answers: higher is better. What an answer says helps here. */
  score: number;
  /** How much of what is asked it is asked as; what its answer says doesn't count: answers say a lot that strangers' questions say, too. */
  nearness: number;
}

export interface Found {
  /** Best first. */
  hits: Hit[];
  /** That the first answers the question, 0..1. */
  confidence: number;
}

/** From this confidence on the best entry may be said as what was perhaps meant, beside the others. */
export const POSSIBLE = 0.25;
/** From this confidence on the best entry answers; below it is said as what was perhaps meant (docs/knowledge.md). */
export const SURE_ENOUGH = 0.8;
/** So sure, an entry answers whatever the text was read as: what a shop has an answer for is in its scope. */
export const CERTAIN = 0.95;
/** Further entries for a tier that words the answer: what is less near is about something else. */
export const FURTHER_NEARNESS = 0.4;
/**
 * Logistic regression on half of the questions of data/evaluation/knowledge, judged on the other half: the best entry's nearness, its
 * lead over the next of another article, and the share of the question's words that no entry knows, by weight.
 */
const CONFIDENCE = { bias: -3.64, nearness: 6.95, lead: 9.02, unknown: -3.48 };
const LEAD_MAX = 0.3;
/** What unrelated entries score at best: where there are few entries, being ahead of nobody says nothing. */
const UNRELATED_SCORE = 0.4;
/** Less near than this nothing answers, however little else there is. */
const LEAST_NEARNESS = 0.4;
/** The second nearest wording counts too, so that one odd alternative doesn't decide. */
const SECOND_WORDING = 0.3;
/** What it is worth that one wording says all the words of the question, and that question and answer together do. */
const WORDS_FOR_NEARNESS = 0.2;
const WORDS_IN_WORDING = 0.1;
const WORDS_IN_ENTRY = 0.3;
/** A pair's answer stands on its own; an article's section speaks of what stands around it. */
const PAIR_ADVANTAGE = 0.03;
/** Wordings that are looked at: found by vectors, found by words. */
const BY_VECTOR = 64;
const BY_WORDS = 32;

interface Asked {
  vector: Int8Array;
  words: Array<{ word: string; weight: number }>;
  weight: number;
  /** The share of the weight that no entry says. */
  unknown: number;
}

/**
 * Entries for a question, best first: candidates by vectors and by words, then one score for both. A later index' entry gives way to
 * an earlier one's with the same id, and `hidden` says which of them don't answer at all. `vector`: centred.
 */
export function searchIndexes(
  indexes: LocaleIndex[],
  question: string,
  vector: Float32Array,
  hidden: (entry: KnowledgeEntry, index: LocaleIndex) => boolean = () => false,
): Found {
  const asked = readQuestion(indexes, question, vector);
  const hits = new Map<string, Hit>();
  for (const index of indexes)
    for (const entry of candidates(index, asked)) {
      if (hits.has(entry.id) || hidden(entry, index)) continue;
      hits.set(entry.id, hitOf(index, entry, asked));
    }
  const sorted = [...hits.values()].sort((a, b) => b.score - a.score);
  return { hits: sorted, confidence: confidenceIn(sorted, asked) };
}

/** A model's number in the question that the first says and the next doesn't: they are about two things, however alike. */
function tellsApart({ entry }: Hit, next: Hit | undefined, words: Asked["words"]): boolean {
  const said = (of: KnowledgeEntry): string => foldText(wordingsOf(of).join("\n"));
  const numbers = words.filter(({ word }) => /\d/.test(word) && word.length >= NUMBER_MIN_CHARACTERS);
  if (!next || numbers.length === 0) return false;
  const [ours, theirs] = [said(entry), said(next.entry)];
  return numbers.every(({ word }) => says(ours, word)) && numbers.some(({ word }) => !says(theirs, word));
}
const NUMBER_MIN_CHARACTERS = 3;

function confidenceIn(hits: Hit[], { unknown, words }: Asked): number {
  const [first] = hits;
  if (!first || first.nearness < LEAST_NEARNESS) return 0;
  const { source } = first.entry;
  const next = hits.slice(1).find(({ entry }) => entry.source === null || entry.source !== source);
  const lead = tellsApart(first, next, words) ? LEAD_MAX : first.score - Math.max(UNRELATED_SCORE, next?.score ?? 0);
  const { bias, ...weights } = CONFIDENCE;
  const sum =
    bias + weights.nearness * first.nearness + weights.lead * Math.min(lead, LEAD_MAX) + weights.unknown * unknown;
  return 1 / (1 + Math.exp(-sum));
}

/** Rare words weigh more: BM25's inverse document frequency. A word that no entry knows weighs most, and is found in none. */
function readQuestion(indexes: LocaleIndex[], question: string, vector: Float32Array): Asked {
  const total = indexes.reduce((sum, { rowsOf, rows }) => sum + (rowsOf.size > 0 ? rows.length : 0), 0);
  const words = wordsOf(question).map((word) => {
    const rows = indexes.reduce((sum, index) => sum + index.words.rows(word), 0);
    return { word, known: rows > 0, weight: Math.log(1 + (total - rows + 0.5) / (rows + 0.5)) };
  });
  const weight = words.reduce((sum, one) => sum + one.weight, 0);
  const strange = words.reduce((sum, one) => sum + (one.known ? 0 : one.weight), 0);
  return { vector: toInt8(vector), words, weight, unknown: weight === 0 ? 0 : strange / weight };
}

function candidates(index: LocaleIndex, { vector, words }: Asked): Set<KnowledgeEntry> {
  const found = new Set<KnowledgeEntry>();
  const byWords = index.words.find(
    words.map(({ word }) => word),
    BY_WORDS,
  );
  for (const row of [...index.vectors.nearest(vector, BY_VECTOR), ...byWords]) {
    const entry = index.rows[row]?.entry;
    if (entry) found.add(entry);
  }
  return found;
}

function hitOf(index: LocaleIndex, entry: KnowledgeEntry, { vector, words, weight }: Asked): Hit {
  const covered = (folded: string): number =>
    weight === 0 ? 0 : words.reduce((sum, one) => sum + (says(folded, one.word) ? one.weight : 0), 0) / weight;
  const rows = index.rowsOf.get(entry.id) ?? [];
  const all = covered(index.rows[rows[0] ?? -1]?.all ?? "");
  let [first, second] = [-1, -1];
  let wording = 0;
  for (const row of rows) {
    const cosine = index.vectors.cosine(vector, row);
    if (cosine > first) [first, second] = [cosine, first];
    else second = Math.max(second, cosine);
    // What the whole entry doesn't say, none of its wordings does.
    if (all > wording) wording = Math.max(wording, covered(index.rows[row]?.folded ?? ""));
  }
  const near = second < 0 ? first : first * (1 - SECOND_WORDING) + second * SECOND_WORDING;
  const pair = entry.kind === "pair" || entry.alternatives.length > 0 ? PAIR_ADVANTAGE : 0;
  return {
    entry,
    score: near + pair + WORDS_IN_WORDING * wording + WORDS_IN_ENTRY * all,
    nearness: near + pair + WORDS_FOR_NEARNESS * wording,
  };
}
