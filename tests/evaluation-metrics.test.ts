/** The evaluation's arithmetic against cases counted by hand, and calibration on confidences that are wrong in a known way. */
import { describe, expect, test } from "@jest/globals";
import type { Judged } from "../src/evaluation/metrics.ts";
import {
  addCounts,
  calibrationError,
  countSlots,
  percentile,
  precision,
  recall,
  reliability,
  share,
} from "../src/evaluation/metrics.ts";
import { createCalibration, driftThreshold, fitIsotonic, interpolate, taskTopic } from "../src/models/calibration.ts";

describe("metrics", () => {
  test.each([
    [["a", "b"], ["b", "c"], { tp: 1, fp: 1, fn: 1 }],
    [["a", "a"], ["a"], { tp: 1, fp: 0, fn: 1 }],
    [["a"], ["a", "a"], { tp: 1, fp: 1, fn: 0 }],
    [[], [], { tp: 0, fp: 0, fn: 0 }],
  ])("expected %j, found %j", (expected, found, counts) => {
    expect(countSlots(expected, found)).toEqual(counts);
  });

  test("precision and recall are of the sum, and of nothing are nothing", () => {
    const sum = addCounts([
      { tp: 3, fp: 1, fn: 0 },
      { tp: 0, fp: 0, fn: 2 },
    ]);
    expect(precision(sum)).toBe(3 / 4);
    expect(recall(sum)).toBe(3 / 5);
    expect(precision({ tp: 0, fp: 0, fn: 4 })).toBeNull();
    expect(recall({ tp: 0, fp: 4, fn: 0 })).toBeNull();
  });

  test("percentiles are nearest ranks", () => {
    expect(percentile([40, 10, 30, 20], 0.5)).toBe(20);
    expect(percentile([40, 10, 30, 20], 0.95)).toBe(40);
    expect(percentile([7], 0.5)).toBe(7);
    expect(percentile([], 0.5)).toBeNull();
  });

  test("shares", () => {
    expect(share([true, false, false, true])).toBe(0.5);
    expect(share([])).toBeNull();
  });

  test("the reliability curve and its error", () => {
    const judged: Judged[] = [
      { confidence: 0.95, right: true },
      { confidence: 0.95, right: false },
      { confidence: 1, right: true },
      { confidence: 0.2, right: false },
    ];
    const bins = reliability(judged);
    expect(bins).toHaveLength(10);
    expect(bins[9]).toMatchObject({ count: 3, accuracy: 2 / 3 });
    expect(bins[9]?.confidence).toBeCloseTo(2.9 / 3);
    expect(bins[2]).toMatchObject({ count: 1, confidence: 0.2, accuracy: 0 });
    // 3 of 4 are 0.9667 - 0.6667 = 0.3 off, 1 of 4 is 0.2 off.
    expect(calibrationError(judged)).toBeCloseTo(0.75 * 0.3 + 0.25 * 0.2);
    expect(calibrationError([])).toBeNull();
  });
});

/** A model that is right with p = raw² and says raw. */
function overconfident(count: number): Judged[] {
  return Array.from({ length: count }, (_, index) => {
    const confidence = 0.3 + (0.7 * (index % 50)) / 50;
    // Spread evenly, so that the share right is what it should be without chance.
    const turn = Math.floor(index / 50);
    return { confidence, right: turn / (count / 50) < confidence ** 2 };
  });
}

describe("calibration", () => {
  test("brings an overconfident source's error down, on readings it was not fitted on", () => {
    const knots = fitIsotonic(overconfident(1_000));
    const calibration = createCalibration({
      fittedAt: "2026-01-01",
      embedder: "e",
      sources: { examples: { count: 1_000, knots } },
      drift: { embedder: "e", threshold: 0.4, onTopic: 1, offTopic: 1, balancedAccuracy: 1 },
    });
    const fresh = overconfident(500);
    const after = fresh.map(({ confidence, right }) => ({
      confidence: calibration.probability("examples", confidence),
      right,
    }));
    expect(calibrationError(fresh)).toBeGreaterThan(0.1);
    expect(calibrationError(after)).toBeLessThan(0.05);
  });

  test("never falls as confidence grows, and never says 0 or 1", () => {
    const knots = fitIsotonic(overconfident(1_000));
    const points = Array.from({ length: 101 }, (_, index) => interpolate(knots, index / 100));
    expect(points).toEqual(points.toSorted((a, b) => a - b));
    expect(Math.min(...points)).toBeGreaterThan(0);
    expect(Math.max(...points)).toBeLessThan(1);
  });

  test("one confidence for everything becomes the share that is right", () => {
    const judged = Array.from({ length: 98 }, (_, index) => ({ confidence: 1, right: index < 74 }));
    expect(fitIsotonic(judged)).toEqual([[1, 0.75]]);
  });

  test("interpolates between knots and is flat beyond them", () => {
    const knots: Array<[number, number]> = [
      [0.2, 0.1],
      [0.6, 0.5],
    ];
    expect(interpolate(knots, 0)).toBe(0.1);
    expect(interpolate(knots, 0.4)).toBeCloseTo(0.3);
    expect(interpolate(knots, 0.9)).toBe(0.5);
  });

  test("an unknown source keeps its number, and another embedder has no drift threshold", () => {
    const calibration = createCalibration(null);
    expect(calibration.probability("anything", 0.37)).toBe(0.37);
    expect(calibration.driftThreshold("e")).toBeNull();
  });
});

describe("drift", () => {
  test("tells apart what can be told apart", () => {
    expect(driftThreshold([0.5, 0.6], [0.1, 0.2])).toEqual({ threshold: 0.35, balancedAccuracy: 1 });
  });

  test("weighs both kinds alike, however many there are", () => {
    // Off topic at 0.3 is one of two; letting it pass costs more than losing one of ten on-topic turns.
    const on = [0.25, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5];
    const { threshold, balancedAccuracy } = driftThreshold(on, [0.1, 0.3]);
    expect(threshold).toBeCloseTo(0.35);
    expect(balancedAccuracy).toBeCloseTo((0.9 + 1) / 2);
  });

  test("needs turns of both kinds", () => {
    expect(() => driftThreshold([0.5], [])).toThrow("both");
  });

  test("the topic is worded in the customer's language", () => {
    expect(taskTopic("return", ["鱼竿"], "zh")).toBe("退货：鱼竿");
    expect(taskTopic("cancel", ["Lamp", "Rug"], "en")).toBe("Cancel: Lamp, Rug");
  });
});
