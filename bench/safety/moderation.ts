import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Embedder } from "../../src/models/types.ts";
import type { Moderation, ModerationLabel } from "../../src/safety/moderation.ts";
import { MODERATION_LABELS } from "../../src/safety/moderation.ts";
import { centre, embedSet, meanOf } from "../../src/understanding/vectors.ts";
import { fitHead } from "./train-head.ts";

export const LANGUAGES = ["zh", "en"] as const;
const data = join(import.meta.dirname, "..", "..", "data");
export const headPath = join(data, "safety", "moderation", "head.json");

const rowSchema = z.strictObject({
  label: z.enum(MODERATION_LABELS),
  /** Sentences of one family come from one template: a family is for training or for the test, never for both. */
  family: z.string(),
  split: z.enum(["train", "test"]),
  text: z.string().min(1),
});
export type Row = z.infer<typeof rowSchema> & { language: (typeof LANGUAGES)[number] };

/** data/safety/moderation, and the ordinary messages of data/examples as "none": every fourth of those is for the test. */
export async function moderationRows(): Promise<{ rows: Row[]; ordinary: Row[] }> {
  const rows: Row[] = [];
  const ordinary: Row[] = [];
  for (const language of LANGUAGES) {
    const lines = (await readFile(join(data, "safety", "moderation", `${language}.jsonl`), "utf8")).trim().split("\n");
    rows.push(...lines.map((line) => ({ ...rowSchema.parse(JSON.parse(line)), language })));
    const { intent, ...replies } = JSON.parse(await readFile(join(data, "examples", `${language}.json`), "utf8")) as {
      intent: Record<string, string[]>;
    } & Record<string, string[]>;
    // Who asks for a person may be rude, and what is out of scope may be anything.
    const { human: _human, out_of_scope: _other, ...requests } = intent;
    const texts = [...Object.values(requests), ...Object.values(replies)].flat();
    ordinary.push(
      ...texts.map((text, index) => ({
        label: "none" as const,
        family: "ordinary",
        split: index % 4 === 3 ? ("test" as const) : ("train" as const),
        text,
        language,
      })),
    );
  }
  return { rows, ordinary };
}

/** What data/safety/moderation/head.json holds (src/safety/moderation.ts). */
export async function trainHead(embedder: Embedder, cacheDir: string): Promise<object> {
  const { rows, ordinary } = await moderationRows();
  const training = [...rows, ...ordinary].filter(({ split }) => split === "train");
  const texts = training.map(({ text }) => text);
  const vectors = await embedSet(embedder, texts, cacheDir);
  const mean = meanOf(vectors);
  const examples = training.map(({ label }, index) => ({
    vector: centre(vectors[index] ?? mean, mean),
    label: MODERATION_LABELS.indexOf(label),
  }));
  const base64 = (values: Float32Array): string =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
  return {
    embedder: embedder.id,
    labels: MODERATION_LABELS,
    mean: base64(mean),
    weights: base64(fitHead(examples, MODERATION_LABELS.length)),
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
}

/** What a moderator makes of texts whose labels are known. */
export function judge(rows: readonly Row[], verdicts: readonly Moderation[]): LabelResult[] {
  return MODERATION_LABELS.map((label) => {
    const result: LabelResult = { label, there: 0, taken: 0, right: 0, takenHigh: 0, rightHigh: 0 };
    rows.forEach((row, index) => {
      const verdict = verdicts[index];
      const hit = Number(row.label === label);
      result.there += hit;
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
