import { words } from "../../understanding/text.ts";
import { dot } from "../../understanding/vectors.ts";
import type { EntryFlag } from "../types.ts";
import type { Facts } from "./facts.ts";
import { conflicts } from "./facts.ts";
import type { Cluster, Said } from "./said.ts";
import { clusterOf } from "./said.ts";

const DAY_MS = 86_400_000;
/** What was said so long before the newest message of the log counts half. */
const HALF_LIFE_DAYS = 45;
/** A side must have this share of the weight to be believed against the others. */
const STRONG = 0.7;
/** At least so many agents' answers make a change, and not a slip. */
const CHANGE_MIN = 2;

/** One side of a disagreement: answers whose numbers and yes or no agree. */
interface Side {
  answers: Said[];
  facts: Facts;
  weight: number;
  count: number;
}

/** What agents say to one question, decided. */
export interface Settled {
  /** Those who agree with the side that is believed. */
  agreeing: Said[];
  flags: EntryFlag[];
  /** False when no side is strong enough: a person decides. */
  resolved: boolean;
  /** Share of the believed side, 0..1. */
  share: number;
}

export function weightOf({ times }: Said, newest: number): number {
  return times.reduce<number>(
    (sum, at) => sum + 0.5 ** (at === null ? 0 : Math.max(0, newest - at) / (HALF_LIFE_DAYS * DAY_MS)),
    0,
  );
}

/** The facts of a side: of each unit the values that its answers say. */
function joined(a: Facts, b: Facts): Facts {
  const numbers = new Map([...a.numbers].map(([unit, values]) => [unit, new Set(values)]));
  for (const [unit, values] of b.numbers) numbers.set(unit, new Set([...(numbers.get(unit) ?? []), ...values]));
  return { numbers, polarity: a.polarity ?? b.polarity };
}

/** Answers said most come first, so that a side begins with what most say. */
function sidesOf(members: readonly Said[], newest: number): Side[] {
  const sides: Side[] = [];
  const ordered = [...members].sort((a, b) => weightOf(b, newest) - weightOf(a, newest));
  for (const said of ordered) {
    const weight = weightOf(said, newest);
    const side = sides.find(({ facts }) => conflicts(facts, said.facts).length === 0);
    if (side === undefined) sides.push({ answers: [said], facts: said.facts, weight, count: said.times.length });
    else {
      side.answers.push(said);
      // Only the numbers that the side began with: what one answer adds must not excuse the next.
      if (side.facts.numbers.size === 0) side.facts = joined(side.facts, said.facts);
      side.weight += weight;
      side.count += said.times.length;
    }
  }
  return sides.sort((a, b) => b.weight - a.weight);
}

const datesOf = ({ answers }: Side): number[] =>
  answers.flatMap(({ times }) => times.filter((at) => at !== null)).sort((a, b) => a - b);
const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
const NOTE_CHARACTERS = 120;
const best = ({ answers }: Side): string => answers[0]?.answer.slice(0, NOTE_CHARACTERS) ?? "";
const lastOf = (said: readonly Said[]): number => Math.max(...said.flatMap(({ times }) => times.map((at) => at ?? 0)));
const middle = (dates: number[]): number => dates[Math.floor(dates.length / 2)] ?? 0;

/** The side that took over: nearly all of it is later than nearly all of the other. */
function follows(later: Side, earlier: Side): boolean {
  const [a, b] = [datesOf(earlier), datesOf(later)];
  if (a.length === 0 || b.length < CHANGE_MIN) return false;
  const lastOld = a[Math.floor((a.length - 1) * 0.9)] ?? 0;
  const firstNew = b[Math.floor((b.length - 1) * 0.1)] ?? 0;
  return firstNew >= lastOld && middle(b) > middle(a);
}

/**
 * Decides between agents who said different things: an answer that took over from an older one wins (a price that changed), else
 * the side with most of the weight, newer answers counting more. `newest` is the log's last message, in ms.
 */
export function settle(all: readonly Said[], newest: number): Settled {
  const past = superseded(all);
  const members = all.filter((said) => !past.includes(said));
  const sides = sidesOf(members, newest);
  const [strongest] = sides;
  if (strongest === undefined) return { agreeing: [], flags: [], resolved: false, share: 0 };
  const successor = sides.find((side) => side !== strongest && follows(side, strongest));
  const winner = successor ?? strongest;
  const stale = sides.filter((side) => side !== winner && follows(winner, side));
  const others = sides.filter((side) => side !== winner && !stale.includes(side));
  const flags: EntryFlag[] = stale.map((side) => ({
    kind: "stale",
    note: `Until ${day(datesOf(side).at(-1) ?? 0)} agents said: ${best(side)}`,
  }));
  const [gone] = past;
  if (gone !== undefined && stale.length === 0)
    flags.push({
      kind: "stale",
      note: `Until ${day(lastOf(past))} agents said: ${gone.answer.slice(0, NOTE_CHARACTERS)}`,
    });
  const against = others.reduce((sum, { weight }) => sum + weight, 0);
  const share = winner.weight / (winner.weight + against);
  const [other] = others;
  if (other !== undefined)
    flags.push({
      kind: "contradiction",
      note: `${other.count} of ${others.reduce((sum, { count }) => sum + count, 0) + winner.count} answers disagree: ${best(other)}`,
    });
  return { agreeing: winner.answers, flags, resolved: share >= STRONG, share };
}

/** Answers this near say the same in other words. */
const SAME_MEANING = 0.7;
/** So unlikely would it be by chance that an answer which was as frequent as before wasn't given again. */
const CHANCE = 0.005;

/**
 * Answers that were given for a while and then never again, while others still were: the rule has changed, even where no number
 * shows it. Never all of them.
 */
export function superseded(members: readonly Said[]): Said[] {
  const groups: Said[][] = [];
  for (const said of members) {
    const group = groups.find(
      ([first]) => first && dot(first.a, said.a) >= SAME_MEANING && conflicts(first.facts, said.facts).length === 0,
    );
    if (group) group.push(said);
    else groups.push([said]);
  }
  const all = members.flatMap(({ times }) => times.filter((at) => at !== null));
  const old = groups.filter((group) => {
    const own = group.flatMap(({ times }) => times.filter((at) => at !== null));
    if (own.length < CHANGE_MIN || own.length === all.length) return false;
    const last = Math.max(...own);
    const until = all.filter((at) => at <= last).length;
    return (1 - own.length / until) ** (all.length - until) < CHANCE && all.length - until >= CHANGE_MIN;
  });
  return old.length < groups.length ? old.flat() : [];
}

/** Share of the questions of one side that must have a word, and of the others that may. */
const WORD_MOST = 0.8;
const WORD_FEW = 0.1;

/**
 * Agents who seem to disagree may have been asked different things: where a word tells the questions of two sides apart ("lamp",
 * "earbuds"), they are two clusters. Else the cluster stays as it is.
 */
export function splitByWord(cluster: Cluster, newest: number): Cluster[] {
  const sides = sidesOf(cluster.members, newest).filter(({ count }) => count >= CHANGE_MIN);
  const [first, ...rest] = sides;
  if (first === undefined || rest.length === 0) return [cluster];
  const apart = rest.filter((side) => toldApart(side, first) && !follows(side, first) && !follows(first, side));
  if (apart.length === 0) return [cluster];
  const moved = new Set(apart.flatMap(({ answers }) => answers));
  const left = cluster.members.filter((said) => !moved.has(said));
  return [...splitByWord(clusterOf(left), newest), ...apart.map(({ answers }) => clusterOf(answers))];
}

function toldApart(side: Side, other: Side): boolean {
  const [own, its] = [wordCounts(side.answers), wordCounts(other.answers)];
  const has = (a: Counts, b: Counts): boolean =>
    [...a.words].some(
      ([word, count]) => count >= a.total * WORD_MOST && (b.words.get(word) ?? 0) <= b.total * WORD_FEW,
    );
  // Both ways: "lamp" here and "earbuds" there. One word more in one of them is no other question.
  return has(own, its) && has(its, own);
}

interface Counts {
  total: number;
  words: Map<string, number>;
}

function wordCounts(said: readonly Said[]): Counts {
  const counts: Counts = { total: said.length, words: new Map() };
  for (const { question } of said)
    for (const word of new Set(words(question.toLowerCase()).filter((found) => found.length > 1)))
      counts.words.set(word, (counts.words.get(word) ?? 0) + 1);
  return counts;
}

const LABEL = /\[(?:[a-z]+-)*[a-z]+\]/;
/** Longer ones tell a story; much shorter ones leave something out. */
const LONG_CHARACTERS = 220;

/**
 * The agents' best answer: near to what all of them mean, with the facts that many of them name, newer before older, sure before
 * unsure, without anything personal.
 */
export function bestAnswer(agreeing: readonly Said[], newest: number): Said | null {
  const { a: mean } = clusterOf([...agreeing]);
  const facts = commonFacts(agreeing, newest);
  const clean = agreeing.filter(({ answer }) => !LABEL.test(answer));
  const scored = clean.map((said) => {
    const named = facts.filter(([unit, value]) => said.facts.numbers.get(unit)?.has(value)).length;
    const complete = facts.length === 0 ? 1 : named / facts.length;
    const lengthy = Math.max(0, said.answer.length - LONG_CHARACTERS) / LONG_CHARACTERS;
    const age = newest - Math.max(0, ...said.times.map((at) => at ?? newest));
    const score =
      dot(said.a, mean) +
      complete +
      0.15 * Math.log2(1 + weightOf(said, newest)) +
      richness(said.answer) -
      (said.hedged ? 0.5 : 0) -
      lengthy -
      0.2 * Math.min(1, age / (180 * DAY_MS));
    return { said, score };
  });
  scored.sort((x, y) => y.score - x.score || (x.said.answer < y.said.answer ? -1 : 1));
  return scored[0]?.said ?? null;
}

/** Whole sentences read better than four words; beyond sixty characters more isn't better. */
const richness = (answer: string): number => 0.25 * Math.min(1, answer.length / 60);

/** [unit, value] that at least a third of the answers name. */
function commonFacts(said: readonly Said[], newest: number): Array<[string, string]> {
  const weights = new Map<string, { fact: [string, string]; weight: number }>();
  let total = 0;
  for (const one of said) {
    const weight = weightOf(one, newest);
    total += weight;
    for (const [unit, values] of one.facts.numbers)
      for (const value of values) {
        const known = weights.get(`${unit}=${value}`);
        weights.set(`${unit}=${value}`, { fact: [unit, value], weight: (known?.weight ?? 0) + weight });
      }
  }
  return [...weights.values()].filter(({ weight }) => weight >= total / 3).map(({ fact }) => fact);
}
