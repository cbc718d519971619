import { undisguised } from "./disguise.ts";
import { NOTIONS } from "./lexicon.ts";

/** Places that features are hashed to: what the weights' size follows from. */
export const BUCKETS = 1 << 14;
const CLAUSE = /[。！？!?;；，,、\n.：:…]+/u;
const NGRAM_MAX = 4;

/** Notions and their pairs have places of their own, before those of pieces of words. */
const NOTION_BUCKETS = 4096;

/** FNV-1a over UTF-16 units. */
function bucketOf(feature: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < feature.length; at++) hash = Math.imul(hash ^ feature.charCodeAt(at), 0x01000193);
  return NOTION_BUCKETS + ((((hash >>> 0) ^ (hash >>> 15)) >>> 0) % (BUCKETS - NOTION_BUCKETS));
}

/** The place of two notions that stand together, or of one with itself. */
const placeOf = (scope: 0 | 1, a: number, b: number): number => (scope * NOTIONS.length + a) * NOTIONS.length + b;

function grams(clause: string, add: (feature: string) => void): void {
  for (const [run] of clause.matchAll(/\p{Script=Han}+/gu))
    for (let size = 1; size <= NGRAM_MAX; size++)
      for (let at = 0; at + size <= run.length; at++) add(`h${run.slice(at, at + size)}`);
  const words = clause.match(/[a-z0-9']+/g) ?? [];
  words.forEach((word, at) => {
    add(`w${word}`);
    if (at > 0) add(`b${words[at - 1]} ${word}`);
    const edged = `<${word}>`;
    for (let from = 0; from + 4 <= edged.length; from++) add(`c${edged.slice(from, from + 4)}`);
  });
}

export interface Sparse {
  /** Buckets of single and paired notions: each counts fully. */
  notions: number[];
  /** Buckets of pieces of words: they share one length. */
  grams: number[];
}

/** What a text says beside its embedding: pieces of its words, notions and pairs of notions of one clause, hashed. */
export function sparseOf(text: string): Sparse {
  const plain = undisguised(text);
  const notions = new Set<number>();
  const pieces = new Set<number>();
  const clauses = plain.split(CLAUSE).filter((clause) => clause.trim() !== "");
  for (const clause of [plain, ...clauses]) {
    const found = NOTIONS.flatMap(([, words], index) => (words.test(clause) ? [index] : []));
    const scope = clause === plain ? 0 : 1;
    found.forEach((notion, at) => {
      for (const other of found.slice(at)) notions.add(placeOf(scope, notion, other));
    });
  }
  for (const clause of clauses) grams(clause, (feature) => pieces.add(bucketOf(feature)));
  return { notions: [...notions], grams: [...pieces] };
}
