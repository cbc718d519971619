import { normalize } from "../../understanding/text.ts";
import { dot } from "../../understanding/vectors.ts";
import { piecesOf } from "./pieces.ts";

/** With fewer of them, nothing can be said. */
const MIN_PARTNERS = 5;

/** Clauses with their marks. */
const clausesOf = (text: string): string[] =>
  text.split(/(?<=[,，。!！?？;；…~～\n]|\.(?=\s|$))/u).filter((clause) => /[\p{L}\p{N}]/u.test(clause));
export const bare = (text: string): string => normalize(text).replace(/[^\p{L}\p{N}]/gu, "");

/** Mean cosine between all pairs of unit vectors. */
export function coherence(vectors: readonly Float32Array[]): number {
  const n = vectors.length;
  const sum = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0);
  return (dot(sum, sum) - n) / (n * (n - 1));
}

/** The same by words, rare ones weighing more: what texts share, without an embedder. */
export function wordCoherence(all: readonly string[]): (texts: readonly string[]) => number {
  const counts = new Map<string, number>();
  for (const text of all) for (const piece of piecesOf(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  const weigh = (piece: string): number => Math.log(1 + all.length / (counts.get(piece) ?? 1));
  return (texts) => {
    const sum = new Map<string, number>();
    for (const text of texts) {
      const weights = [...piecesOf(text)].map((piece) => [piece, weigh(piece)] as const);
      const length = Math.sqrt(weights.reduce((squares, [, weight]) => squares + weight * weight, 0)) || 1;
      for (const [piece, weight] of weights) sum.set(piece, (sum.get(piece) ?? 0) + weight / length);
    }
    const squares = [...sum.values()].reduce((total, value) => total + value * value, 0);
    return (squares - texts.length) / (texts.length * (texts.length - 1));
  };
}

/**
 * Texts without their stock clauses ("I bought from you before", "hope that helps"): those that stand beside so many other things that
 * `holds` finds nothing common among the partners, which are the answers of a question and the questions of an answer. By text.
 */
export function withoutStockClauses(
  pairs: ReadonlyArray<{ text: string; partner: string }>,
  holds: (partners: string[]) => boolean,
): Map<string, string> {
  const partners = new Map<string, Set<string>>();
  for (const { text, partner } of pairs)
    for (const clause of new Set(clausesOf(text).map(bare)))
      partners.set(clause, (partners.get(clause) ?? new Set()).add(partner));
  const stock = new Set<string>();
  for (const [clause, its] of partners) if (its.size >= MIN_PARTNERS && !holds([...its])) stock.add(clause);
  const stripped = new Map<string, string>();
  for (const { text } of pairs) {
    const left = clausesOf(text).filter((clause) => !stock.has(bare(clause)));
    const joined = left
      .join("")
      .trim()
      .replace(/[,，;；]$/u, "");
    stripped.set(text, joined === "" ? text : joined);
  }
  return stripped;
}
