import type { Embedder } from "../../src/models/types.ts";
import type { Moderation, Moderator } from "../../src/safety/moderation.ts";
import { riskOf } from "../../src/safety/moderation.ts";
import { crossValidated, featuresOf, judge, trainingRows } from "./moderation.ts";
import type { Row } from "./moderation-rows.ts";
import { HELD_OUT, LANGUAGES, moderationRows } from "./moderation-rows.ts";
import { calibrated } from "./thresholds.ts";

const percent = (part: number, whole: number): string => (whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`);

export const table = (head: string[], rows: string[][]): string =>
  [head, head.map((_, column) => (column === 0 ? "---" : "---:")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

const alarmsOf = (verdicts: readonly Moderation[]): number => verdicts.filter(({ risk }) => risk === "high").length;

function labelTable(rows: readonly Row[], verdicts: readonly Moderation[]): string {
  const results = judge(rows, verdicts).filter(({ label }) => label !== "none");
  return table(
    ["label", "texts", "precision, high risk", "recall, high risk", "of high risk under any label"],
    results.map(({ label, there, takenHigh, rightHigh, caught }) => [
      label,
      String(there),
      percent(rightHigh, takenHigh),
      percent(rightHigh, there),
      percent(caught, there),
    ]),
  );
}

/** What docs/security.md shows: texts that nothing was trained on, and ordinary messages. */
export async function testReport(moderator: Moderator): Promise<string> {
  const { rows, ordinary } = await moderationRows();
  const parts: string[] = [];
  for (const split of HELD_OUT)
    for (const language of LANGUAGES) {
      const chosen = rows.filter((row) => row.language === language && row.split === split);
      const verdicts = await moderator.moderate(chosen.map(({ text }) => text));
      const hard = verdicts.filter((_, index) => chosen[index]?.label === "none");
      parts.push(
        `"${split}", ${language}, ${chosen.length} texts: of ${hard.length} that only look dangerous ${alarmsOf(hard)} were called high risk.`,
        "",
        labelTable(chosen, verdicts),
        "",
      );
    }
  for (const language of LANGUAGES) {
    const calm = ordinary.filter((row) => row.language === language && row.split === "test");
    const alarms = alarmsOf(await moderator.moderate(calm.map(({ text }) => text)));
    parts.push(`Ordinary messages, ${language}: of ${calm.length} ${alarms} were called high risk.`, "");
  }
  return parts.join("\n").trimEnd();
}

/** For tuning: the training rows, each judged by a head that learnt only other families. */
export async function crossReport(embedder: Embedder, cacheDir: string, misses: boolean): Promise<string> {
  const learnt = await featuresOf(await trainingRows(), embedder, cacheDir);
  const judged = crossValidated(learnt, embedder.id);
  const thresholds = calibrated(judged);
  const verdicts = judged.map(({ row, score }) => ({
    label: score.label,
    risk: riskOf(score, thresholds),
    masked: row.text,
  }));
  if (misses)
    judged.forEach(({ row, score }, index) => {
      const verdict = verdicts[index];
      const wrong =
        row.label === "none" ? verdict?.risk === "high" : verdict?.label !== row.label || verdict.risk !== "high";
      if (wrong) console.log(`${row.label}, taken for ${score.label} (${score.margin.toFixed(2)}): ${row.text}`);
    });
  const parts = [`Thresholds: ${JSON.stringify(thresholds)}`, ""];
  for (const language of LANGUAGES) {
    const at = judged.map((_, index) => index).filter((index) => judged[index]?.row.language === language);
    const chosen = at.map((index) => (judged[index] as (typeof judged)[number]).row);
    const theirs = at.map((index) => verdicts[index] as Moderation);
    const calm = theirs.filter((_, index) => chosen[index]?.label === "none");
    parts.push(
      `${language}: ${alarmsOf(calm)} of ${calm.length} harmless texts were called high risk.`,
      "",
      labelTable(chosen, theirs),
      "",
    );
  }
  return parts.join("\n").trimEnd();
}
