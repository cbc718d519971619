import { says, wordsOf } from "./fold.ts";
import type { LocaleIndex } from "./layer.ts";
import type { KnowledgeEntry } from "./types.ts";
import { toInt8 } from "./vector-index.ts";

/** An entry, and how well it fits a question. */
export interface Hit {
  entry: KnowledgeEntry;
  /** Which of several answers: higher is better. What an answer says helps here. */
  score: number;
  /** Whether it answers at all, from `NEAR_ENOUGH` on. Only what is asked counts: answers say a lot that strangers' questions say, too. */
  nearness: number;
}

/**
 * From here on an entry answers. Calibrated (docs/knowledge.md): of wordings that an entry hasn't seen 19 of 20 score higher, of texts
 * about something else one of five, and those are read as out of scope before they are searched.
 */
export const NEAR_ENOUGH = 0.5;
/** So near, an entry says what the text asks, whatever the text was read as: what a shop has an answer for is in its scope. */
export const CERTAIN = 0.75;
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
}

/**
 * Entries for a question, best first: candidates by vectors and by words, then one score for both. A later index' entry gives way to
 * an earlier one's with the same id, and `hidden` says which of them don't answer at all. `vector`: centred.
 */
export function searchIndexes(
  indexes: LocaleIndex[],
  question: string,
  vector: Float32Array,
  hidden: (id: string, index: LocaleIndex) => boolean = () => false,
): Hit[] {
  const asked = readQuestion(indexes, question, vector);
  const hits = new Map<string, Hit>();
  for (const index of indexes)
    for (const entry of candidates(index, asked)) {
      if (hits.has(entry.id) || hidden(entry.id, index)) continue;
      hits.set(entry.id, hitOf(index, entry, asked));
    }
  return [...hits.values()].sort((a, b) => b.score - a.score);
}

/** Rare words weigh more: BM25's inverse document frequency. A word that no entry knows weighs most, and is found in none. */
function readQuestion(indexes: LocaleIndex[], question: string, vector: Float32Array): Asked {
  const total = indexes.reduce((sum, { rowsOf, rows }) => sum + (rowsOf.size > 0 ? rows.length : 0), 0);
  const words = wordsOf(question).map((word) => {
    const rows = indexes.reduce((sum, index) => sum + index.words.rows(word), 0);
    return { word, weight: Math.log(1 + (total - rows + 0.5) / (rows + 0.5)) };
  });
  return { vector: toInt8(vector), words, weight: words.reduce((sum, { weight }) => sum + weight, 0) };
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
