/** The parts of the report that look for what to improve: reliability, and what fails by tag. */
import type { Calibration } from "../models/calibration.ts";
import { percent, table } from "./markdown.ts";
import type { Bin, Judged } from "./metrics.ts";
import { calibrationError, reliability } from "./metrics.ts";
import type { VariantResult } from "./types.ts";

/** Each source on its own: its confidence against how often its intent is right. */
export function calibrationText({
  variants,
  calibration,
}: {
  variants: VariantResult[];
  calibration: Calibration;
}): string {
  const bySource = new Map<string, Judged[]>();
  for (const { messages } of variants.filter(({ name }) => name === "examples" || name.endsWith(" alone")))
    for (const { source, confidence, intentRight } of messages)
      bySource.set(source, [...(bySource.get(source) ?? []), { confidence, right: intentRight }]);
  return [...bySource]
    .map(([source, before]) => {
      const after = before.map(({ confidence, right }) => ({
        confidence: calibration.probability(source, confidence),
        right,
      }));
      return `### ${source}: ${before.length} readings, expected calibration error ${percent(calibrationError(before))} before and ${percent(calibrationError(after))} after calibration\n\n${curveTable(reliability(before), reliability(after))}`;
    })
    .join("\n\n");
}

const BAR_CHARACTERS = 20;
const drawn = (bin: Bin): string =>
  bin.count === 0 ? "" : `\`${"█".repeat(Math.round(bin.accuracy * BAR_CHARACTERS)).padEnd(BAR_CHARACTERS, "·")}\``;
const cells = (bin: Bin): string[] =>
  bin.count === 0
    ? ["0", "", "", ""]
    : [String(bin.count), bin.confidence.toFixed(2), bin.accuracy.toFixed(2), drawn(bin)];

function curveTable(before: Bin[], after: Bin[]): string {
  return table(
    ["confidence", "before", "mean", "right", "", "after", "mean", "right", ""],
    before.flatMap((bin, index) => {
      const other = after[index];
      if (!other || bin.count + other.count === 0) return [];
      return [[`${bin.from.toFixed(1)}–${bin.to.toFixed(1)}`, ...cells(bin), ...cells(other)]];
    }),
  );
}

export function tagsTable(variant: VariantResult | undefined): string {
  if (!variant) return "";
  const tags = new Map<string, { intent: boolean[]; slots: boolean[]; dialogues: boolean[] }>();
  const entry = (tag: string) => {
    const known = tags.get(tag) ?? { intent: [], slots: [], dialogues: [] };
    tags.set(tag, known);
    return known;
  };
  for (const message of variant.messages)
    for (const tag of message.tags) {
      entry(tag).intent.push(message.intentRight);
      entry(tag).slots.push(message.slotsRight);
    }
  for (const dialogue of variant.dialogues) for (const tag of dialogue.tags) entry(tag).dialogues.push(dialogue.right);
  const missed = (values: boolean[]): string =>
    values.length === 0 ? "" : `${values.filter((right) => !right).length} of ${values.length}`;
  return table(
    ["tag", "intent wrong", "slots wrong", "dialogues wrong"],
    [...tags]
      .filter(([, found]) => [...found.intent, ...found.slots, ...found.dialogues].includes(false))
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([tag, found]) => [tag, missed(found.intent), missed(found.slots), missed(found.dialogues)]),
  );
}
