/**
 * Calibrated confidence: what a source's own number is worth, measured on labelled data. A map per source ("examples", a
 * tier's id), piecewise linear, fitted by isotonic regression (pool adjacent violators), kept as data/calibration.json.
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { RequestKind } from "../commerce/types.ts";

/** Knots by rising raw confidence; probabilities never fall. */
const curve = z.array(z.tuple([z.number(), z.number().min(0).max(1)])).min(1);

const fileSchema = z.strictObject({
  /** ISO date of the fit. */
  fittedAt: z.string(),
  embedder: z.string(),
  /** `count`: labelled readings that the curve was fitted on. */
  sources: z.record(z.string(), z.strictObject({ count: z.int().positive(), knots: curve })),
  /** D8: a centred cosine to the open task's topic below it is off topic, for this embedder only. */
  drift: z.strictObject({
    embedder: z.string(),
    threshold: z.number(),
    onTopic: z.int(),
    offTopic: z.int(),
    /** Share of both kinds that the threshold tells apart on the data it was fitted on, mean of the two. */
    balancedAccuracy: z.number(),
  }),
});
export type CalibrationFile = z.infer<typeof fileSchema>;
export type Curve = z.infer<typeof curve>;

export interface Calibration {
  /** Probability that a reading of `source` with this raw confidence is right; unknown sources keep their own number. */
  probability(source: string, confidence: number): number;
  /** The drift threshold for an embedder (D8); null when it was calibrated for another one. */
  driftThreshold(embedder: string): number | null;
}

export const createCalibration = (file: CalibrationFile | null): Calibration => ({
  probability(source, confidence) {
    const knots = file?.sources[source]?.knots;
    return knots ? interpolate(knots, confidence) : confidence;
  },
  driftThreshold: (embedder) => (file?.drift.embedder === embedder ? file.drift.threshold : null),
});

/** @throws Error naming the file when it is missing or malformed */
export async function loadCalibration(path: string): Promise<Calibration> {
  const parsed = fileSchema.safeParse(JSON.parse(await readFile(path, "utf8")));
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}. Write it anew: npm run calibrate`);
  return createCalibration(parsed.data);
}

/** Linear between knots, flat beyond the outer ones. */
export function interpolate(knots: Curve, x: number): number {
  const next = knots.findIndex(([at]) => at >= x);
  const right = knots[next];
  if (!right) return knots.at(-1)?.[1] ?? x;
  const left = knots[next - 1];
  if (!left || right[0] === left[0]) return right[1];
  return left[1] + ((x - left[0]) / (right[0] - left[0])) * (right[1] - left[1]);
}

/** Readings a knot rests on at least: a curve through single ones is noise. */
const MIN_IN_POOL = 15;

/**
 * Isotonic regression by pooling adjacent violators, one knot at the mean confidence of each pool. Each pool is drawn
 * towards certainty by no more than its size allows (one imagined reading of either kind), so that nothing is ever 0 or 1.
 */
export function fitIsotonic(judged: Array<{ confidence: number; right: boolean }>): Curve {
  interface Pool {
    count: number;
    right: number;
    sum: number;
  }
  const rate = (pool: Pool): number => (pool.right + 1) / (pool.count + 2);
  const pools: Pool[] = [];
  for (const { confidence, right } of judged.toSorted((a, b) => a.confidence - b.confidence)) {
    pools.push({ count: 1, right: right ? 1 : 0, sum: confidence });
    for (let last = pools.at(-1), before = pools.at(-2); last && before; last = pools.at(-1), before = pools.at(-2)) {
      const same = before.sum / before.count === last.sum / last.count;
      if (before.count >= MIN_IN_POOL && rate(before) <= rate(last) && !same) break;
      pools.splice(-2, 2, {
        count: before.count + last.count,
        right: before.right + last.right,
        sum: before.sum + last.sum,
      });
    }
  }
  const last = pools.at(-1);
  const before = pools.at(-2);
  // The last pool may be too small to speak for itself.
  if (last && before && last.count < MIN_IN_POOL)
    pools.splice(-2, 2, {
      count: before.count + last.count,
      right: before.right + last.right,
      sum: before.sum + last.sum,
    });
  return pools.map((pool) => [pool.sum / pool.count, rate(pool)]);
}

const TASKS = {
  zh: { return: "退货", exchange: "换货", cancel: "取消订单" },
  en: { return: "Return", exchange: "Exchange", cancel: "Cancel" },
} as const;

/** The open task's topic as a sentence to embed (D8): the threshold was calibrated on this wording. */
export const taskTopic = (kind: RequestKind, products: string[], locale: "zh" | "en"): string =>
  locale === "zh" ? `${TASKS.zh[kind]}：${products.join("、")}` : `${TASKS.en[kind]}: ${products.join(", ")}`;

/**
 * The cosine below which a turn is off topic (D8): halfway between the two neighbours that it tells apart best, by the mean of the
 * shares of either kind that fall on their side, so that unequal counts don't matter.
 * @throws Error when there is nothing of one kind
 */
export function driftThreshold(onTopic: number[], offTopic: number[]): { threshold: number; balancedAccuracy: number } {
  if (onTopic.length === 0 || offTopic.length === 0) throw new Error("both on-topic and off-topic turns are needed");
  const all = [...new Set([...onTopic, ...offTopic])].sort((a, b) => a - b);
  const between = all.map((value, index) => (value + (all[index + 1] ?? value)) / 2);
  const scored = [(all[0] ?? 0) - 1e-6, ...between].map((threshold) => ({
    threshold,
    balancedAccuracy:
      (onTopic.filter((value) => value >= threshold).length / onTopic.length +
        offTopic.filter((value) => value < threshold).length / offTopic.length) /
      2,
  }));
  return scored.reduce((best, one) => (one.balancedAccuracy > best.balancedAccuracy ? one : best));
}
