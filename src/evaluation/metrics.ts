/** The arithmetic of the evaluation: pure, and held against hand-computed cases by tests. */
import type { Count, MessageResult, SlotName } from "./types.ts";
import { SLOT_NAMES } from "./types.ts";

/** Share of true; null of nothing. */
export const share = (values: boolean[]): number | null =>
  values.length === 0 ? null : values.filter(Boolean).length / values.length;

/** Multiset comparison: what is in both, only found, only expected. */
export function countSlots(expected: string[], found: string[]): Count {
  const left = [...expected];
  let tp = 0;
  for (const value of found) {
    const at = left.indexOf(value);
    if (at < 0) continue;
    left.splice(at, 1);
    tp++;
  }
  return { tp, fp: found.length - tp, fn: left.length };
}

export const addCounts = (counts: Count[]): Count =>
  counts.reduce((sum, { tp, fp, fn }) => ({ tp: sum.tp + tp, fp: sum.fp + fp, fn: sum.fn + fn }), {
    tp: 0,
    fp: 0,
    fn: 0,
  });

export const precision = ({ tp, fp }: Count): number | null => (tp + fp === 0 ? null : tp / (tp + fp));
export const recall = ({ tp, fn }: Count): number | null => (tp + fn === 0 ? null : tp / (tp + fn));

export const slotCounts = (results: MessageResult[]): Record<SlotName, Count> =>
  Object.fromEntries(
    SLOT_NAMES.map((slot) => [slot, addCounts(results.map((result) => result.slots[slot]))]),
  ) as Record<SlotName, Count>;

/** Nearest rank: the smallest value that at least `p` of all values don't exceed. Null of nothing. */
export function percentile(values: number[], p: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? null;
}

export interface Judged {
  confidence: number;
  right: boolean;
}

export interface Bin {
  /** Lower and upper bound of the confidences in it. */
  from: number;
  to: number;
  count: number;
  /** Mean confidence and share right; 0 for an empty bin. */
  confidence: number;
  accuracy: number;
}

const BINS = 10;

/** The reliability curve: ten bins of equal width over 0..1; 1 itself belongs to the last. */
export function reliability(judged: Judged[]): Bin[] {
  return Array.from({ length: BINS }, (_, index) => {
    const inside = judged.filter(({ confidence }) => binOf(confidence) === index);
    const count = inside.length;
    const mean = (values: number[]): number =>
      count === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / count;
    return {
      from: index / BINS,
      to: (index + 1) / BINS,
      count,
      confidence: mean(inside.map(({ confidence }) => confidence)),
      accuracy: mean(inside.map(({ right }) => (right ? 1 : 0))),
    };
  });
}

const binOf = (confidence: number): number => Math.min(BINS - 1, Math.max(0, Math.floor(confidence * BINS)));

/** Expected calibration error: mean distance of confidence and accuracy, bins weighted by how many are in them. */
export function calibrationError(judged: Judged[]): number | null {
  if (judged.length === 0) return null;
  return (
    reliability(judged).reduce((sum, bin) => sum + bin.count * Math.abs(bin.confidence - bin.accuracy), 0) /
    judged.length
  );
}
