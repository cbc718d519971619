import { readFile } from "node:fs/promises";
import { z } from "zod";
import { centre } from "../understanding/vectors.ts";
import type { Sparse } from "./features.ts";
import { BUCKETS } from "./features.ts";

export const MODERATION_LABELS = [
  "abuse",
  "sexual",
  "violence",
  "self-harm",
  "fraud",
  "politics",
  "prompt-injection",
  "none",
] as const;
export type ModerationLabel = (typeof MODERATION_LABELS)[number];
const NONE = MODERATION_LABELS.indexOf("none");

/** What `npm run evaluate-safety -- moderation --write` writes: a linear head on an embedding, notions and pieces of words. */
export const headSchema = z.strictObject({
  embedder: z.string(),
  /** Names the rows, notions and settings that it was made from; a test compares. */
  madeFrom: z.string(),
  labels: z.tuple(
    MODERATION_LABELS.map((label) => z.literal(label)) as [
      z.ZodLiteral<ModerationLabel>,
      ...z.ZodLiteral<ModerationLabel>[],
    ],
  ),
  /** How far each label's score must lie above that of "none" to be of high risk: calibrated on folds that training left out. */
  thresholds: z.record(z.enum(MODERATION_LABELS), z.number()),
  /** Float32, little endian, base64: the mean of the training vectors, and a row of weights with its bias for each label. */
  mean: z.base64(),
  weights: z.base64(),
  /** Int8, base64: for each bucket a weight for each label, in units of `bucketUnit`. */
  buckets: z.base64(),
  bucketUnit: z.number().positive(),
});

export interface Head {
  embedder: string;
  thresholds: Record<ModerationLabel, number>;
  mean: Float32Array;
  weights: Float32Array;
  buckets: Int8Array | Float32Array;
  bucketUnit: number;
}

const bytes = (text: string): ArrayBuffer => new Uint8Array(Buffer.from(text, "base64")).buffer;

/** @throws ZodError, SyntaxError or a file error when there is no head at the path */
export async function readHead(path: string): Promise<Head> {
  const { mean, weights, buckets, ...rest } = headSchema.parse(JSON.parse(await readFile(path, "utf8")));
  const head = {
    ...rest,
    mean: new Float32Array(bytes(mean)),
    weights: new Float32Array(bytes(weights)),
    buckets: new Int8Array(bytes(buckets)),
  };
  const labels = MODERATION_LABELS.length;
  if (head.weights.length !== labels * (head.mean.length + 1) || head.buckets.length !== labels * BUCKETS)
    throw new Error(`${path} has weights of another shape: npm run evaluate-safety -- moderation --write`);
  return head;
}

/** A notion counts as much whatever else is said; pieces of words share what one embedding weighs. */
export const NOTION_VALUE = 0.35;
export const gramValue = (pieces: number): number => 0.5 / Math.sqrt(Math.max(8, pieces));

/** What the head says of one text: the best label and how far it lies above "none". */
export interface Score {
  label: ModerationLabel;
  margin: number;
}

export function scoresOf(head: Head, vector: Float32Array, sparse: Sparse): Float64Array {
  const centred = centre(vector, head.mean);
  const labels = MODERATION_LABELS.length;
  const row = centred.length + 1;
  const scores = new Float64Array(labels);
  for (let label = 0; label < labels; label++) {
    let score = head.weights[label * row + centred.length] ?? 0;
    for (let i = 0; i < centred.length; i++)
      score += (centred[i] as number) * (head.weights[label * row + i] as number);
    scores[label] = score;
  }
  const add = (bucket: number, value: number): void => {
    for (let label = 0; label < labels; label++)
      scores[label] =
        (scores[label] as number) + value * head.bucketUnit * (head.buckets[bucket * labels + label] ?? 0);
  };
  for (const bucket of sparse.notions) add(bucket, NOTION_VALUE);
  for (const bucket of sparse.grams) add(bucket, gramValue(sparse.grams.length));
  return scores;
}

export function scoreOf(head: Head, vector: Float32Array, sparse: Sparse): Score {
  const scores = scoresOf(head, vector, sparse);
  const none = scores[NONE] as number;
  let best = NONE;
  scores.forEach((score, label) => {
    if (score > (scores[best] as number)) best = label;
  });
  return { label: MODERATION_LABELS[best] as ModerationLabel, margin: (scores[best] as number) - none };
}
