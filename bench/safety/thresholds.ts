import type { ModerationLabel, Score } from "../../src/safety/head.ts";
import { MODERATION_LABELS } from "../../src/safety/head.ts";
import type { Row } from "./moderation-rows.ts";

export interface Judged {
  row: Row;
  score: Score;
}

/**
 * Which of the labels that hide a text it gets matters little, so that a harmful text counts as right under each; self-harm, which
 * nothing hides, must be itself. For self-harm a false alarm costs a minute of a person's time, a miss may cost a life.
 */
const PRECISION_MIN = { usual: 0.96, "self-harm": 0.9 };
/** Of ordinary messages; the labels' add up. */
const ALARMS_MAX = { usual: 0.001, "self-harm": 0.003 };
const LOWEST = 0.1;

/** For each label the lowest margin at which what it takes is right often enough, and takes hardly an ordinary message. */
export function calibrated(judged: readonly Judged[]): Record<ModerationLabel, number> {
  return Object.fromEntries(
    MODERATION_LABELS.map((label) => [label, label === "none" ? 0 : thresholdOf(label, judged)]),
  ) as Record<ModerationLabel, number>;
}

function thresholdOf(label: ModerationLabel, judged: readonly Judged[]): number {
  const key = label === "self-harm" ? label : "usual";
  const ordinary = judged.filter(({ row }) => row.family === "ordinary").length;
  const taken = judged.filter(({ score }) => score.label === label).sort((a, b) => b.score.margin - a.score.margin);
  let [right, alarms, lowest] = [0, 0, Number.POSITIVE_INFINITY];
  taken.forEach(({ row, score }, index) => {
    right += Number(row.label === label || (key === "usual" && row.label !== "none"));
    alarms += Number(row.family === "ordinary");
    if (right / (index + 1) >= PRECISION_MIN[key] && alarms / ordinary <= ALARMS_MAX[key]) lowest = score.margin;
  });
  return Math.max(LOWEST, Math.floor(100 * lowest) / 100);
}
