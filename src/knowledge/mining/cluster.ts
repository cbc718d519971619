import { dot } from "../../understanding/vectors.ts";
import { createVectorIndex, toInt8 } from "../vector-index.ts";
import { conflicts } from "./facts.ts";
import { marksOf } from "./marks.ts";
import { merged } from "./merge.ts";
import type { Cluster, Said } from "./said.ts";
import { clusterOf, jointVector } from "./said.ts";

/** Calibrated on paraphrases with known meaning, see docs/knowledge.md. */
const JOIN = 0.62;
/** Answers that say different numbers are about the same thing only when the questions are near. */
const QUESTIONS_NEAR = 0.5;
/** Questions whose telling words differ are the same only when the answers are. */
const ANSWERS_SAME = 0.85;
const CANDIDATES = 8;

class Grouping {
  readonly groups: Said[][] = [];
  readonly #sums: Float32Array[] = [];
  readonly #index;
  readonly #marks = new Map<Said, string>();

  constructor(dimensions: number) {
    this.#index = createVectorIndex(dimensions * 2);
  }

  /** The group it belongs to, or a new one. */
  place(said: Said): number {
    const vector = jointVector(said);
    const found = this.#index
      .nearest(toInt8(vector), CANDIDATES)
      .find((group) => this.#similarity(group, vector) >= JOIN && this.#fits(said, group));
    const group = found ?? this.groups.push([]) - 1;
    this.add(said, group, vector);
    return group;
  }

  add(said: Said, group: number, vector = jointVector(said)): void {
    this.groups[group]?.push(said);
    const sum = this.#sums[group] ?? new Float32Array(vector.length);
    const weight = said.times.length;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0) * weight;
    this.#sums[group] = sum;
    this.#index.set(group, toInt8(sum));
  }

  #similarity(group: number, vector: Float32Array): number {
    const sum = this.#sums[group];
    return sum === undefined ? 0 : dot(sum, vector) / (Math.sqrt(dot(sum, sum)) || 1);
  }

  #marksOf(said: Said): string {
    const known = this.#marks.get(said) ?? marksOf(said.question);
    this.#marks.set(said, known);
    return known;
  }

  /** Against the group's first member, the one said most. */
  #fits(said: Said, group: number): boolean {
    const [first] = this.groups[group] ?? [];
    if (first === undefined) return false;
    const opposed = conflicts(said.facts, first.facts).length > 0;
    if (opposed && dot(said.q, first.q) < QUESTIONS_NEAR) return false;
    return this.#marksOf(said) === this.#marksOf(first) || (!opposed && dot(said.a, first.a) >= ANSWERS_SAME);
  }
}

/**
 * Groups what was said by what it means: leader clustering with an index of the groups' means, so that tens of thousands of questions
 * take seconds, then rounds that join groups which mean the same in other words (src/knowledge/mining/merge.ts). The order of `said` decides; what is said most
 * should come first.
 */
export function clustersOf(said: readonly Said[]): Cluster[] {
  const [first] = said;
  if (first === undefined) return [];
  const grouping = new Grouping(first.q.length);
  for (const one of said) grouping.place(one);
  return merged(grouping.groups.map(clusterOf));
}
