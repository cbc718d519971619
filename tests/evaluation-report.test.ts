/** docs/evaluation.md is worded from results: another result is another text. */
import { describe, expect, test } from "@jest/globals";
import type { Report } from "../src/evaluation/report.ts";
import { wordReport } from "../src/evaluation/report.ts";
import type { DialogueResult, MessageResult, VariantResult } from "../src/evaluation/types.ts";
import { SLOT_NAMES } from "../src/evaluation/types.ts";
import { createCalibration } from "../src/models/calibration.ts";

const message = (more: Partial<MessageResult>): MessageResult => ({
  id: "m",
  locale: "zh",
  tags: ["plain"],
  intentRight: true,
  slotsRight: true,
  slots: Object.fromEntries(SLOT_NAMES.map((slot) => [slot, { tp: 1, fp: 0, fn: 0 }])) as MessageResult["slots"],
  detail: "",
  source: "examples",
  confidence: 0.9,
  ms: 10,
  quick: true,
  ...more,
});
const dialogue = (more: Partial<DialogueResult>): DialogueResult => ({
  id: "d",
  locale: "zh",
  tags: ["plain"],
  right: true,
  wrongAction: false,
  finished: 1,
  turns: [
    { ms: 20, quick: true },
    { ms: 3_000, quick: false },
    { ms: 40, quick: true },
  ],
  transcript: "",
  ...more,
});
const variant = (more: Partial<VariantResult>): VariantResult => ({
  name: "examples",
  messages: [message({}), message({ locale: "en" }), message({ locale: "en", intentRight: false, tags: ["typo"] })],
  dialogues: [dialogue({}), dialogue({ locale: "en" })],
  spending: { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 },
  cpuS: 3.6,
  ...more,
});
const report = (more: Partial<Report> = {}): string =>
  wordReport({
    split: "test",
    date: "2026-01-02",
    commit: "abc1234",
    machine: "a machine",
    variants: [variant({})],
    twoStep: { compared: 4, of: 5, jointTurns: 3, twoStepTurns: 4, jointRight: 5, twoStepRight: 4 },
    allGpt4: { calls: 9, inputTokens: 9_000, outputTokens: 900, usd: 0.032 },
    live: null,
    calibration: createCalibration(null),
    ...more,
  });

/** The row that begins so. */
const rowOf = (text: string, start: string): string =>
  text.split("\n").find((line) => line.startsWith(`| ${start}`)) ?? "";

describe("the report", () => {
  test("says when, where and on what it was measured", () => {
    expect(report()).toContain("2026-01-02, commit abc1234, a machine. Split: test.");
  });

  test("holds each bar against what was measured", () => {
    const text = report();
    expect(rowOf(text, "intent right, Chinese")).toBe("| intent right, Chinese | ≥ 95.0 % | 100.0 % | ✓ |");
    expect(rowOf(text, "intent right, English")).toBe("| intent right, English | ≥ 95.0 % | 50.0 % | ✗ |");
    expect(rowOf(text, "wrong or unconfirmed actions")).toContain("| 0 | ✓ |");
    expect(rowOf(text, "p50 of a turn, in process")).toContain("| 40 ms | ✓ |");
    expect(rowOf(text, "p50 of a turn that")).toContain("| 20 ms | ✓ |");
  });

  test("one wrong action breaks its bar, in process or over HTTP", () => {
    const wrong = dialogue({ right: false, wrongAction: true });
    expect(rowOf(report({ variants: [variant({ dialogues: [wrong] })] }), "wrong or")).toContain("| 1 | ✗ |");
    const live = report({ live: [wrong] });
    expect(rowOf(live, "wrong or")).toContain("| 1 | ✗ |");
    expect(live).toContain("0 of 1 right, 1 with a wrong action");
  });

  test("latency is over HTTP where that was run", () => {
    const slow = dialogue({ turns: [{ ms: 2_500, quick: true }] });
    expect(rowOf(report({ live: [slow] }), "p50 of a turn, over HTTP")).toContain("| 2500 ms | ✗ |");
  });

  test("the small model behind the examples is what the bars are for", () => {
    const text = report({ variants: [variant({}), variant({ name: "examples + small", messages: [message({})] })] });
    expect(text).toContain("Tiers: examples + small; 1 messages");
  });

  test("turns against intent first, and their difference", () => {
    expect(report()).toContain("25.0 % fewer turns");
  });

  test("cost against all-GPT-4", () => {
    // 3.6 s of a core at $0.04 an hour for 9 turns, against $0.032.
    expect(rowOf(report(), "examples | 9 | 0")).toContain("| 1 : 800 |");
  });

  test("calibration before and after", () => {
    const messages = [message({ confidence: 1 }), message({ confidence: 1, intentRight: false })];
    const calibration = createCalibration({
      fittedAt: "2026-01-01",
      embedder: "e",
      sources: { examples: { count: 2, knots: [[1, 0.5]] } },
      drift: { embedder: "e", threshold: 0, onTopic: 1, offTopic: 1, balancedAccuracy: 1 },
    });
    expect(report({ variants: [variant({ messages })], calibration })).toContain(
      "2 readings, expected calibration error 50.0 % before and 0.0 % after",
    );
  });

  test("what fails, by tag", () => {
    expect(rowOf(report(), "typo")).toBe("| typo | 1 of 1 | 0 of 1 |  |");
    expect(rowOf(report(), "plain")).toBe("");
  });
});
