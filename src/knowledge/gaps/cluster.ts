import { dot } from "../../understanding/vectors.ts";
import { tellingWords } from "../telling-words.ts";
import type { Worded } from "./words.ts";

/** One time that something was asked in vain, as it is compared; `answer` is what an agent then said. */
export interface Asked {
  question: Worded;
  answer: Worded | null;
}

/** Gaps that hold as many wordings tell no more by another one. */
export const COMPARED_MAX = 8;

/**
 * Of words beside vectors, of answers beside questions: calibrated on 160 made-up questions of each language in eight wordings with
 * three answers each (docs/knowledge.md).
 */
const WORDS_SHARE = 0.5;
const ANSWERS_SHARE = 0.55;
/**
 * From here on two are the same question. By question and answer: of pairs put together .94 belong together, and .73 (Chinese) and .60
 * (English) of those that do are found. Questions alone tell little with this embedder, so they must be nearly the same words.
 */
const SAME_BOTH = 0.45;
const SAME_QUESTION = 0.75;

/** How much two are the same question: vectors and telling words of the questions, and of the answers where both have one. */
export function likeness(a: Asked, b: Asked): number {
  const question = textLikeness(a.question, b.question);
  if (!a.answer || !b.answer) return question;
  return (1 - ANSWERS_SHARE) * question + ANSWERS_SHARE * textLikeness(a.answer, b.answer);
}

const textLikeness = (a: Worded, b: Worded): number =>
  (1 - WORDS_SHARE) * dot(a.vector, b.vector) + WORDS_SHARE * overlap(wordsOf(a), wordsOf(b));

const known = new WeakMap<Worded, ReadonlySet<string>>();

function wordsOf(worded: Worded): ReadonlySet<string> {
  const found = known.get(worded) ?? new Set(tellingWords(worded.text).split(" ").filter(Boolean));
  known.set(worded, found);
  return found;
}

/** Dice's coefficient. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let both = 0;
  for (const word of a) if (b.has(word)) both++;
  return a.size + b.size === 0 ? 0 : (2 * both) / (a.size + b.size);
}

/**
 * How much it belongs to a group, less what it would need: 0 or more is enough. The mean of the two nearest members, so that one odd
 * member doesn't draw in others of its kind.
 */
export function belonging(one: Asked, group: readonly Asked[]): number {
  const all = group
    .slice(0, COMPARED_MAX)
    .map((other) => likeness(one, other) - (one.answer && other.answer ? SAME_BOTH : SAME_QUESTION))
    .sort((a, b) => b - a);
  const [first = Number.NEGATIVE_INFINITY, second = first] = all;
  return (first + second) / 2;
}

/** The group it fits best, or none. */
export function bestGroup<G extends { members: readonly Asked[] }>(one: Asked, groups: readonly G[]): G | null {
  let best: { group: G; by: number } | null = null;
  for (const group of groups) {
    const by = belonging(one, group.members);
    if (by >= 0 && by > (best?.by ?? Number.NEGATIVE_INFINITY)) best = { group, by };
  }
  return best?.group ?? null;
}

/** The member that is nearest to all others: what a group is called by. */
export function mostTypical<T extends Worded>(all: readonly T[]): T | null {
  let best: { one: T; sum: number } | null = null;
  for (const one of all) {
    const sum = all.reduce((total, other) => total + textLikeness(one, other), 0);
    if (sum > (best?.sum ?? Number.NEGATIVE_INFINITY)) best = { one, sum };
  }
  return best?.one ?? null;
}
