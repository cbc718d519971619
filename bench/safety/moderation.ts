import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Embedder } from "../../src/models/types.ts";
import { undisguised } from "../../src/safety/disguise.ts";
import type { Sparse } from "../../src/safety/features.ts";
import { sparseOf } from "../../src/safety/features.ts";
import type { Head, ModerationLabel } from "../../src/safety/head.ts";
import { MODERATION_LABELS, scoreOf } from "../../src/safety/head.ts";
import { NOTIONS } from "../../src/safety/lexicon.ts";
import type { Moderation } from "../../src/safety/moderation.ts";
import { centre, embedSet, meanOf } from "../../src/understanding/vectors.ts";
import type { Row } from "./moderation-rows.ts";
import { moderationData, moderationRows } from "./moderation-rows.ts";
import { calibrated } from "./thresholds.ts";
import type { Example } from "./train-head.ts";
import { fitHead, TRAINING } from "./train-head.ts";

export const headPath = join(moderationData, "head.json");
const FOLDS = 5;

export const trainingRows = async (): Promise<Row[]> => {
  const { rows, ordinary } = await moderationRows();
  return [...rows, ...ordinary].filter(({ split }) => split === "train" || split === "validation");
};

/** Names what a head is made from: rows, notions and settings. */
export function madeFrom(rows: readonly Row[]): string {
  const notions = NOTIONS.map(([name, words]) => [name, words.source]);
  return createHash("sha256")
    .update(JSON.stringify([rows, notions, TRAINING]))
    .digest("hex")
    .slice(0, 24);
}

/** Label by label, so that new rows of one label leave the vectors of the others in the cache. */
export async function vectorsOf(rows: readonly Row[], embedder: Embedder, cacheDir: string): Promise<Float32Array[]> {
  const byRow = new Map<Row, Float32Array>();
  for (const label of MODERATION_LABELS) {
    const chosen = rows.filter((row) => row.label === label);
    const texts = chosen.map(({ text }) => undisguised(text));
    const vectors = await embedSet(embedder, texts, cacheDir);
    chosen.forEach((row, index) => {
      byRow.set(row, vectors[index] ?? new Float32Array(embedder.dimensions));
    });
  }
  return rows.map((row) => byRow.get(row) ?? new Float32Array(embedder.dimensions));
}

export interface Learnt {
  row: Row;
  vector: Float32Array;
  sparse: Sparse;
}

/** Rows with what a head sees of them. */
export async function featuresOf(rows: readonly Row[], embedder: Embedder, cacheDir: string): Promise<Learnt[]> {
  const vectors = await vectorsOf(rows, embedder, cacheDir);
  return rows.map((row, index) => ({
    row,
    vector: vectors[index] ?? new Float32Array(embedder.dimensions),
    sparse: sparseOf(row.text),
  }));
}

export function learn(learnt: readonly Learnt[], embedder: string): Head {
  const mean = meanOf(learnt.map(({ vector }) => vector));
  const examples: Example[] = learnt.map(({ row, vector, sparse }) => ({
    vector: centre(vector, mean),
    sparse,
    label: MODERATION_LABELS.indexOf(row.label),
    // A miss of self-harm is the worst error.
    weight: row.label === "self-harm" ? 2 : 1,
  }));
  const thresholds = Object.fromEntries(MODERATION_LABELS.map((label) => [label, 0])) as Head["thresholds"];
  return { embedder, thresholds, mean, ...fitHead(examples, MODERATION_LABELS.length), bucketUnit: 1 };
}

/** Rows of one template are in one fold (families with a number); the folds are the same for the same rows. */
export const foldOf = ({ language, family, text }: Row): number =>
  (createHash("sha256")
    .update(`${language} ${/\d$/.test(family) ? family : text}`)
    .digest()[0] ?? 0) % FOLDS;

/** What each row is taken for by a head that learnt only other families. */
export function crossValidated(learnt: readonly Learnt[], embedder: string) {
  return Array.from({ length: FOLDS }, (_, fold) => fold).flatMap((fold) => {
    const head = learn(
      learnt.filter(({ row }) => foldOf(row) !== fold),
      embedder,
    );
    return learnt
      .filter(({ row }) => foldOf(row) === fold)
      .map(({ row, vector, sparse }) => ({ row, score: scoreOf(head, vector, sparse) }));
  });
}

/** What data/safety/moderation/head.json holds (src/safety/head.ts). */
export async function trainHead(embedder: Embedder, cacheDir: string): Promise<object> {
  const rows = await trainingRows();
  const learnt = await featuresOf(rows, embedder, cacheDir);
  const thresholds = calibrated(crossValidated(learnt, embedder.id));
  const { mean, weights, buckets } = learn(learnt, embedder.id);
  const base64 = (values: Float32Array | Int8Array): string =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
  let most = 0;
  for (const value of buckets) most = Math.max(most, Math.abs(value));
  const bucketUnit = most / 127;
  return {
    embedder: embedder.id,
    madeFrom: madeFrom(rows),
    labels: MODERATION_LABELS,
    thresholds,
    bucketUnit,
    mean: base64(mean),
    weights: base64(weights),
    buckets: base64(Int8Array.from(buckets, (value) => Math.round(value / bucketUnit))),
  };
}

export interface LabelResult {
  label: ModerationLabel;
  there: number;
  /** Labelled so, and rightly; of any risk. */
  taken: number;
  right: number;
  /** The same for what is called high risk. */
  takenHigh: number;
  rightHigh: number;
  /** Called high risk under whatever label: the bot doesn't act on it. */
  caught: number;
}

/** What a moderator makes of texts whose labels are known. */
export function judge(rows: readonly Row[], verdicts: readonly Moderation[]): LabelResult[] {
  return MODERATION_LABELS.map((label) => {
    const result: LabelResult = { label, there: 0, taken: 0, right: 0, takenHigh: 0, rightHigh: 0, caught: 0 };
    rows.forEach((row, index) => {
      const verdict = verdicts[index];
      const hit = Number(row.label === label);
      result.there += hit;
      if (verdict?.risk === "high") result.caught += hit;
      if (verdict?.label !== label) return;
      result.taken++;
      result.right += hit;
      if (verdict.risk !== "high") return;
      result.takenHigh++;
      result.rightHigh += hit;
    });
    return result;
  });
}
