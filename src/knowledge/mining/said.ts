import { dot } from "../../understanding/vectors.ts";
import type { Facts } from "./facts.ts";

/** One wording of a question with one answer, however often it was said. */
export interface Said {
  question: string;
  answer: string;
  facts: Facts;
  /** Of question and answer: unit vectors, centred. */
  q: Float32Array;
  a: Float32Array;
  /** When, in ms since the epoch, and in which conversations. One of each a time it was said. */
  times: Array<number | null>;
  conversations: string[];
  hedged: boolean;
}

export interface Cluster {
  members: Said[];
  /** Means of the members' vectors, of length 1. */
  q: Float32Array;
  a: Float32Array;
}

/**
 * How much the question counts beside the answer. Paraphrases of one question are far apart for this embedder (median cosine .30, and
 * two questions of one topic reach .60), while agents answer the same question much alike.
 */
const QUESTION_SHARE = 0.4;

export function jointVector({ q, a }: Pick<Said, "q" | "a">): Float32Array {
  const joint = new Float32Array(q.length + a.length);
  const [ofQ, ofA] = [Math.sqrt(QUESTION_SHARE), Math.sqrt(1 - QUESTION_SHARE)];
  q.forEach((value, i) => {
    joint[i] = value * ofQ;
  });
  a.forEach((value, i) => {
    joint[q.length + i] = value * ofA;
  });
  return joint;
}

export function scaled(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return vector.map((value) => value / length);
}

export function clusterOf(members: Said[]): Cluster {
  const mean = (of: (said: Said) => Float32Array): Float32Array => {
    const sum = new Float32Array(members[0] ? of(members[0]).length : 0);
    for (const said of members) {
      const vector = of(said);
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0) * said.times.length;
    }
    return scaled(sum);
  };
  return { members, q: mean(({ q }) => q), a: mean(({ a }) => a) };
}

export const countOf = ({ members }: Cluster): number => members.reduce((sum, { times }) => sum + times.length, 0);
