/** The benchmark's arithmetic: what it prints is only as good as this. */
import { expect, test } from "@jest/globals";
import type { Round } from "../bench/measure.ts";
import { closedLoop, pairedRatio, percentile, summarize } from "../bench/measure.ts";

const round = (turns: number, elapsedMs: number, latenciesMs: number[] = []): Round => ({
  turns,
  elapsedMs,
  latenciesMs,
  cpu: { worker: turns * 2, gone: null },
});

test("percentiles are values that occurred", () => {
  const sorted = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([percentile(sorted, 0.5), percentile(sorted, 0.99), percentile([7], 0.99)]).toEqual([50, 99, 7]);
});

test("rounds are pooled by turns and time", () => {
  const summary = summarize([round(100, 1_000, [1, 3]), round(100, 3_000, [2])]);
  expect(summary).toMatchObject({
    turnsPerS: 50,
    turns: 200,
    p50Ms: 2,
    p99Ms: 3,
    cpuPerTurnMs: { worker: 2, gone: null },
  });
  expect(summary.turnsPerSRange.map(Math.round)).toEqual([33, 100]);
});

test("the ratio is of rounds that ran side by side, so that one noisy round decides nothing", () => {
  const floor = [round(100, 1_000), round(100, 4_000), round(100, 1_000)];
  const ours = [round(50, 1_000), round(50, 4_000), round(50, 9_000)];
  expect(pairedRatio(ours, floor)).toBe(0.5);
});

test("a closed loop lets every speaker finish a turn before the next", async () => {
  const said: string[] = [];
  const speaker = (name: string) => async (turn: number) => void said.push(`${name}${turn}`);
  const { turns, latenciesMs } = await closedLoop([speaker("a"), speaker("b")], 2, { self: process.pid });
  expect([turns, latenciesMs.length]).toEqual([4, 4]);
  expect(said.filter((entry) => entry.startsWith("a"))).toEqual(["a0", "a1"]);
  await expect(closedLoop([() => Promise.reject(new Error("no reply"))], 1, {})).rejects.toThrow("no reply");
});
