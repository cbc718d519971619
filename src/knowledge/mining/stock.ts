import { bare, coherence } from "./clauses.ts";
import type { Said } from "./said.ts";

/** With fewer of them, nothing can be said. */
const MIN_PARTNERS = 5;
/**
 * Mean cosine between the questions of one answer, under which it answers none of them: "one moment" follows any question, the
 * questions of a real answer lie at .2 and more. The same the other way round: what gets any answer asks nothing.
 */
export const COHERENT = 0.1;

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

/** Without stock phrases: answers that go with any question, and questions that go with any answer. Works in any language. */
export function withoutStock(said: readonly Said[]): Said[] {
  const answer = ({ answer: text }: Said): string => bare(text);
  const question = ({ question: text }: Said): string => bare(text);
  const answers = incoherent(said, answer, question, ({ q }) => q);
  const left = said.filter((one) => !answers.has(answer(one)));
  const questions = incoherent(left, question, answer, ({ a }) => a);
  return left.filter((one) => !questions.has(question(one)));
}
