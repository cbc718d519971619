import { dot } from "../../understanding/vectors.ts";
import { tellingWords } from "../telling-words.ts";
import { createVectorIndex, toInt8 } from "../vector-index.ts";
import { conflicts } from "./facts.ts";
import { commonMarks } from "./marks.ts";
import { piecesOf } from "./pieces.ts";
import type { Cluster } from "./said.ts";
import { clusterOf, countOf, jointVector } from "./said.ts";

/** How much counts for two clusters being one: nearness and shared words, of the questions and of the answers. */
const NEAR = { questions: 0.2, answers: 0.3 };
const SHARED = { questions: 0.2, answers: 0.3 };
/** Answers that contradict each other use the same words in the same places: that says more than mere likeness. */
const SAME = 0.43;
const SAME_THOUGH_OPPOSED = 0.37;
/** Agents err now and then: where many say this and at the same time many say that, they were asked different things. */
const BOTH_ESTABLISHED = 0.6;
const ESTABLISHED_ANSWERS = 4;
/** Questions with other numbers, names or a "not" are the same only when the answers are. */
const ANSWERS_SAME = 0.85;
const CANDIDATES = 12;
const ROUNDS_MAX = 12;

/** The same words with another answer: when half of the smaller cluster's wordings stand in the other, they ask the same. */
const SAME_WORDINGS = 0.5;
const SURELY = 1;

/** Words with how often a cluster's texts have them, weighed by rarity, of length 1. */
type Bag = Map<string, number>;

interface Described {
  cluster: Cluster;
  marks: string;
  /** Of its questions: what tells them from others. */
  wordings: Set<string>;
  questions: Bag;
  answers: Bag;
}

function bagOf(texts: readonly string[]): Bag {
  const bag: Bag = new Map();
  for (const text of texts)
    for (const piece of piecesOf(text)) bag.set(piece, (bag.get(piece) ?? 0) + 1 / texts.length);
  return bag;
}

/** Rare words say more. */
function weighed(bags: Bag[]): Bag[] {
  const clusters = new Map<string, number>();
  for (const bag of bags) for (const piece of bag.keys()) clusters.set(piece, (clusters.get(piece) ?? 0) + 1);
  return bags.map((bag) => {
    const weights = [...bag].map(
      ([piece, share]) => [piece, share * Math.log(1 + bags.length / (clusters.get(piece) ?? 1))] as const,
    );
    const length = Math.sqrt(weights.reduce((sum, [, weight]) => sum + weight * weight, 0)) || 1;
    return new Map(weights.map(([piece, weight]) => [piece, weight / length]));
  });
}

function shared(a: Bag, b: Bag): number {
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  let sum = 0;
  for (const [piece, weight] of few) sum += weight * (many.get(piece) ?? 0);
  return sum;
}

function describe(clusters: readonly Cluster[]): Described[] {
  const questions = weighed(clusters.map(({ members }) => bagOf(members.map(({ question }) => question))));
  const answers = weighed(clusters.map(({ members }) => bagOf(members.map(({ answer }) => answer))));
  return clusters.map((cluster, index) => ({
    cluster,
    wordings: new Set(cluster.members.map(({ question }) => tellingWords(question))),
    marks: commonMarks(cluster.members.map(({ question }) => question)),
    questions: questions[index] ?? new Map(),
    answers: answers[index] ?? new Map(),
  }));
}

/** Above 0 they are one, and how surely. */
function sameness(a: Described, b: Described): number {
  const near = dot(a.cluster.a, b.cluster.a);
  const opposed = opposing(a.cluster, b.cluster);
  if (a.marks !== b.marks && (opposed || near < ANSWERS_SAME)) return 0;
  const score =
    NEAR.questions * dot(a.cluster.q, b.cluster.q) +
    NEAR.answers * near +
    SHARED.questions * shared(a.questions, b.questions) +
    SHARED.answers * shared(a.answers, b.answers);
  if (!opposed) return commonWordings(a, b) >= SAME_WORDINGS ? SURELY : score - SAME;
  const sameWords = commonWordings(a, b) >= SAME_WORDINGS;
  const established = Math.min(countOf(a.cluster), countOf(b.cluster)) >= ESTABLISHED_ANSWERS;
  if (established && atOnce(a.cluster, b.cluster)) return score - BOTH_ESTABLISHED;
  return sameWords ? SURELY : score - SAME_THOUGH_OPPOSED;
}

/** What is said most in the one contradicts what is said most in the other. */
function opposing(a: Cluster, b: Cluster): boolean {
  const [first, second] = [a.members[0], b.members[0]];
  return first !== undefined && second !== undefined && conflicts(first.facts, second.facts).length > 0;
}

/** Neither took over from the other. */
function atOnce(a: Cluster, b: Cluster): boolean {
  const [x, y] = [datesOf(a.members), datesOf(b.members)];
  const at = (dates: number[], share: number): number => dates[Math.floor((dates.length - 1) * share)] ?? 0;
  return x.length === 0 || y.length === 0 || (at(x, 0.9) > at(y, 0.1) && at(y, 0.9) > at(x, 0.1));
}

const datesOf = (said: Cluster["members"]): number[] =>
  said.flatMap(({ times }) => times.filter((time) => time !== null)).sort((x, y) => x - y);

/** Share of the wordings of the one that has fewer. */
function commonWordings(a: Described, b: Described): number {
  const [few, many] = a.wordings.size < b.wordings.size ? [a.wordings, b.wordings] : [b.wordings, a.wordings];
  return [...few].filter((wording) => many.has(wording)).length / (few.size || 1);
}

/** Of each cluster the one it is most like, where that is like enough. */
function partners(described: Described[]): Array<{ other: number; score: number } | null> {
  const joint = neighbours(described.map(({ cluster }) => jointVector(cluster)));
  const asked = neighbours(described.map(({ cluster }) => cluster.q));
  return described.map((one, row) => {
    let best: { other: number; score: number } | null = null;
    for (const other of [...joint(row), ...asked(row)]) {
      const its = described[other];
      if (other === row || its === undefined) continue;
      const score = sameness(one, its);
      if (score > 0 && score > (best?.score ?? 0)) best = { other, score };
    }
    return best;
  });
}

function neighbours(vectors: Float32Array[]): (row: number) => number[] {
  const index = createVectorIndex(vectors[0]?.length ?? 0);
  const rows = vectors.map(toInt8);
  rows.forEach((vector, row) => {
    index.set(row, vector);
  });
  return (row) => index.nearest(rows[row] ?? new Int8Array(0), CANDIDATES);
}

/** Clusters with so few answers may be one agent's slip. */
const DOUBTFUL_ANSWERS = 4;
/** Another cluster must have this many times the answers, and questions as near as this, to cast doubt. */
const MORE = 2;
const ASKS_ALIKE = 0.45;
/** With other numbers, or yes against no. */
const ASKS_ALIKE_OPPOSED = 0.3;

/**
 * Small clusters whose questions are much like those of a larger one, with another answer: an agent who was wrong, or a question of
 * its own; a person sees which. The cluster that casts the doubt, by the doubtful one's place.
 */
export function doubtful(clusters: readonly Cluster[]): Map<number, Cluster> {
  const described = describe(clusters);
  const asked = neighbours(clusters.map(({ q }) => q));
  const found = new Map<number, Cluster>();
  described.forEach((one, row) => {
    const count = countOf(one.cluster);
    if (count > DOUBTFUL_ANSWERS) return;
    for (const other of asked(row)) {
      const its = described[other];
      if (other === row || its === undefined || countOf(its.cluster) < count * MORE) continue;
      const alike = (dot(one.cluster.q, its.cluster.q) + shared(one.questions, its.questions)) / 2;
      const opposed = opposing(one.cluster, its.cluster);
      if (alike >= (opposed ? ASKS_ALIKE_OPPOSED : ASKS_ALIKE) && one.marks === its.marks) found.set(row, its.cluster);
    }
  });
  return found;
}

/** Clusters that mean the same become one: in rounds, each time those which are each other's nearest. */
export function merged(clusters: Cluster[]): Cluster[] {
  let now = clusters;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const nearest = partners(describe(now));
    const next: Cluster[] = [];
    now.forEach((cluster, row) => {
      const other = nearest[row]?.other;
      const its = other === undefined ? undefined : now[other];
      const mutual = other !== undefined && its !== undefined && nearest[other]?.other === row;
      if (!mutual) next.push(cluster);
      else if (row < other) next.push(clusterOf(bySaid([...cluster.members, ...its.members])));
    });
    if (next.length === now.length) return now;
    now = next;
  }
  return now;
}

/** What is said most comes first: it speaks for the cluster. */
const bySaid = (members: Cluster["members"]): Cluster["members"] =>
  members.sort((a, b) => b.times.length - a.times.length || (a.question < b.question ? -1 : 1));
