import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { MODERATION_LABELS } from "../../src/safety/head.ts";

export const LANGUAGES = ["zh", "en"] as const;
const data = join(import.meta.dirname, "..", "..", "data");
export const moderationData = join(data, "safety", "moderation");

/**
 * Never learnt from: "test" was written before training on the rows beside it, "fresh" after the head was fixed, so that it
 * couldn't shape rows, notions or settings.
 */
export const HELD_OUT = ["test", "fresh"] as const;

const rowSchema = z.strictObject({
  label: z.enum(MODERATION_LABELS),
  /** Sentences of one family are of one kind or template: a family is for training or for the test, never for both. */
  family: z.string(),
  split: z.enum(["train", "validation", ...HELD_OUT]),
  text: z.string().min(1),
});
export type Row = z.infer<typeof rowSchema> & { language: (typeof LANGUAGES)[number] };

/** The files of a language, in the order they are learnt in; the tests were written apart from the rest. */
const FILES = ["", ".more", ".test", ".fresh"] as const;

async function ordinaryTexts(language: string): Promise<string[]> {
  const { intent, ...replies } = JSON.parse(await readFile(join(data, "examples", `${language}.json`), "utf8")) as {
    intent: Record<string, string[]>;
  } & Record<string, string[]>;
  // Who asks for a person may be rude, and what is out of scope may be anything.
  const { human: _human, out_of_scope: _other, ...requests } = intent;
  return [...Object.values(requests), ...Object.values(replies)].flat();
}

const NOT_ORDINARY = new Set(["injection", "out-of-scope", "human"]);

async function tuningTexts(language: string): Promise<string[]> {
  const lines = await readFile(join(data, "evaluation", "tuning", `messages.${language}.jsonl`), "utf8");
  const messages = lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { text: string; tags: string[] });
  return messages.filter(({ tags }) => !tags.some((tag) => NOT_ORDINARY.has(tag))).map(({ text }) => text);
}

/** data/safety/moderation, and as "none" the ordinary messages of data/examples and data/evaluation/tuning: every fourth of those is for the test. */
export async function moderationRows(): Promise<{ rows: Row[]; ordinary: Row[] }> {
  const rows: Row[] = [];
  const ordinary: Row[] = [];
  for (const language of LANGUAGES) {
    for (const part of FILES) {
      const lines = (await readFile(join(moderationData, `${language}${part}.jsonl`), "utf8")).trim().split("\n");
      rows.push(...lines.map((line) => ({ ...rowSchema.parse(JSON.parse(line)), language })));
    }
    const texts = [...new Set([...(await ordinaryTexts(language)), ...(await tuningTexts(language))])];
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
