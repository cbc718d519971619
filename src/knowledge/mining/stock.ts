import { normalize } from "../../understanding/text.ts";
import { dot } from "../../understanding/vectors.ts";
import type { Said } from "./said.ts";

/** With fewer of them, nothing can be said. */
const MIN_PARTNERS = 5;
/**
 * Mean cosine between the questions of one answer, under which it answers none of them: "one moment" follows any question, the
 * questions of a real answer lie at .2 and more. The same the other way round: what gets any answer asks nothing.
 */
const COHERENT = 0.1;

/** Mean cosine between all pairs of unit vectors. */
function coherence(vectors: Float32Array[]): number {
  const n = vectors.length;
  const sum = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0);
  return (dot(sum, sum) - n) / (n * (n - 1));
}

function incoherent(
  said: readonly Said[],
  key: (one: Said) => string,
  other: (one: Said) => string,
  vector: (one: Said) => Float32Array,
): Set<string> {
  const partners = new Map<string, Map<string, Float32Array>>();
  for (const one of said) {
    const own = partners.get(key(one)) ?? new Map<string, Float32Array>();
    own.set(other(one), vector(one));
    partners.set(key(one), own);
  }
  const found = new Set<string>();
  for (const [text, own] of partners)
    if (own.size >= MIN_PARTNERS && coherence([...own.values()]) < COHERENT) found.add(text);
  return found;
}

const bare = (text: string): string => normalize(text).replace(/[^\p{L}\p{N}]/gu, "");

/** Without stock phrases: answers that go with any question, and questions that go with any answer. Works in any language. */
export function withoutStock(said: readonly Said[]): Said[] {
  const answer = ({ answer: text }: Said): string => bare(text);
  const question = ({ question: text }: Said): string => bare(text);
  const answers = incoherent(said, answer, question, ({ q }) => q);
  const left = said.filter((one) => !answers.has(answer(one)));
  const questions = incoherent(left, question, answer, ({ a }) => a);
  return left.filter((one) => !questions.has(question(one)));
}
