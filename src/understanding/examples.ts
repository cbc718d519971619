import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { INTENTS } from "../intents/catalog/index.ts";
import type { Embedder, Intent } from "../models/types.ts";
import { fitWeights, kernel } from "./kernel-ridge.ts";
import { centre, embedSet, keptFloats, meanOf } from "./vectors.ts";

/** What a message can be an example of: an intent, or a reply to the assistant. */
export type Label = Intent | (typeof REPLIES)[number];
const REPLIES = ["yes", "no", "abandon", "reason", "decline_reason"] as const;
export const LABELS: readonly Label[] = [...INTENTS, ...REPLIES];

const texts = z.array(z.string().min(1));
const fileSchema = z.strictObject({
  intent: z.record(z.enum(INTENTS), texts),
  yes: texts,
  no: texts,
  abandon: texts,
  reason: texts,
  decline_reason: texts,
});

export interface Guess {
  label: Label;
  /** About -1..1: 1 is an example itself. */
  score: number;
  /** How far the next label is behind; ranks guesses by how often they are right. */
  margin: number;
}

export interface Classifier {
  /** The label whose examples speak for the text most, among `labels`. */
  classify(text: string, labels: readonly Label[]): Promise<Guess>;
  /** The mean of the examples' vectors, for centring other texts of the same kind. */
  mean: Float32Array;
}

/** The in-process tier's classifier (M1): labelled messages of both languages, edited as JSON; fitted at start, then kept in the cache folder. */
export async function loadClassifier(
  dir: string,
  embedder: Embedder,
  cacheDir: string,
  onProgress?: (done: number, total: number) => void,
): Promise<Classifier> {
  const files = await Promise.all(
    ["zh", "en"].map(async (language) =>
      fileSchema.parse(JSON.parse(await readFile(join(dir, `${language}.json`), "utf8"))),
    ),
  );
  const rows = files.flatMap(({ intent, ...replies }) =>
    [...Object.entries(intent), ...Object.entries(replies)].flatMap(([label, examples]) =>
      examples.map((text) => ({ label: label as Label, text })),
    ),
  );
  const raw = await embedSet(
    embedder,
    rows.map((row) => row.text),
    cacheDir,
    (done) => onProgress?.(done, rows.length),
  );
  const mean = meanOf(raw);
  const vectors = raw.map((vector) => centre(vector, mean));
  const weights = await keptFloats(cacheDir, ["kernel-ridge 1", embedder.id, rows], rows.length * LABELS.length, () =>
    fitWeights(
      vectors,
      rows.map((row) => LABELS.map((label) => (label === row.label ? 1 : -1))),
    ).flatMap((row) => [...row]),
  );
  return {
    mean,
    async classify(text, labels) {
      const [embedded] = await embedder.embed([text]);
      if (!embedded) throw new Error("the embedder returned nothing");
      const query = centre(embedded, mean);
      const scores = new Float64Array(LABELS.length);
      for (let row = 0; row < vectors.length; row++) {
        const nearness = kernel(query, vectors[row] as Float32Array);
        for (let c = 0, at = row * LABELS.length; c < LABELS.length; c++, at++)
          scores[c] = (scores[c] as number) + nearness * (weights[at] as number);
      }
      const ranked = LABELS.map((label, c) => ({ label, score: scores[c] ?? -1 }))
        .filter(({ label }) => labels.includes(label))
        .sort((a, b) => b.score - a.score);
      const [best, next] = ranked;
      if (!best) throw new Error("no labels to choose from");
      return { ...best, margin: best.score - (next?.score ?? -1) };
    },
  };
}
