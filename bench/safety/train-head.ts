/** Fits the moderation model's linear head: softmax regression by AdaGrad in a fixed order. No training framework. */
import type { Sparse } from "../../src/safety/features.ts";
import { BUCKETS } from "../../src/safety/features.ts";
import { gramValue, NOTION_VALUE } from "../../src/safety/head.ts";
import { createRandom } from "./random.ts";

export interface Example {
  /** Centred. */
  vector: Float32Array;
  sparse: Sparse;
  label: number;
  /** How much an error counts. */
  weight: number;
}

/** Chosen by cross-validation among a few: decays of 1e-3 and 1e-4 lost points of recall, none at all gained nothing; 9 passes lost one. */
export const TRAINING = { epochs: 20, rate: 0.15, decay: 1e-5 };

export interface Fitted {
  /** `labels` rows of `dimensions + 1` numbers, the bias last. */
  weights: Float32Array;
  /** For each bucket a number for each label. */
  buckets: Float32Array;
}

export function fitHead(examples: readonly Example[], labels: number, { epochs, rate, decay } = TRAINING): Fitted {
  const dimensions = examples[0]?.vector.length ?? 0;
  const row = dimensions + 1;
  const weights = new Float32Array(labels * row);
  const buckets = new Float32Array(labels * BUCKETS);
  const weightsSum = new Float32Array(labels * row).fill(1e-2);
  const bucketsSum = new Float32Array(labels * BUCKETS).fill(1e-2);
  // The mean of the later passes is steadier than where the last one stops.
  const [weightsMean, bucketsMean] = [new Float32Array(weights.length), new Float32Array(buckets.length)];
  const averagedFrom = Math.floor(epochs / 3);
  let averaged = 0;
  const random = createRandom(7);
  const order = examples.map((_, index) => index);
  const step = (values: Float32Array, sums: Float32Array, at: number, slope: number): void => {
    const gradient = slope + decay * (values[at] as number);
    sums[at] = (sums[at] as number) + gradient * gradient;
    values[at] = (values[at] as number) - (rate * gradient) / Math.sqrt(sums[at] as number);
  };
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let at = order.length - 1; at > 0; at--) {
      const other = random.int(at + 1);
      [order[at], order[other]] = [order[other] as number, order[at] as number];
    }
    if (epoch >= averagedFrom) {
      averaged++;
      weights.forEach((value, at) => {
        weightsMean[at] = (weightsMean[at] as number) + (value - (weightsMean[at] as number)) / averaged;
      });
      buckets.forEach((value, at) => {
        bucketsMean[at] = (bucketsMean[at] as number) + (value - (bucketsMean[at] as number)) / averaged;
      });
    }
    for (const index of order) {
      const { vector, sparse, label, weight } = examples[index] as Example;
      const gram = gramValue(sparse.grams.length);
      const scores = new Float64Array(labels);
      for (let each = 0; each < labels; each++) {
        let score = weights[each * row + dimensions] as number;
        for (let i = 0; i < dimensions; i++) score += (vector[i] as number) * (weights[each * row + i] as number);
        for (const bucket of sparse.notions) score += NOTION_VALUE * (buckets[bucket * labels + each] as number);
        for (const bucket of sparse.grams) score += gram * (buckets[bucket * labels + each] as number);
        scores[each] = score;
      }
      const highest = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - highest));
      const total = powers.reduce((a, b) => a + b, 0);
      for (let each = 0; each < labels; each++) {
        const slope = weight * ((powers[each] as number) / total - Number(each === label));
        if (Math.abs(slope) < 1e-4) continue;
        for (let i = 0; i < dimensions; i++) step(weights, weightsSum, each * row + i, slope * (vector[i] as number));
        step(weights, weightsSum, each * row + dimensions, slope * 0.3);
        for (const bucket of sparse.notions) step(buckets, bucketsSum, bucket * labels + each, slope * NOTION_VALUE);
        for (const bucket of sparse.grams) step(buckets, bucketsSum, bucket * labels + each, slope * gram);
      }
    }
  }
  return { weights: weightsMean, buckets: bucketsMean };
}
