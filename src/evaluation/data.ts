/**
 * The labelled data. The test split is for `npm run evaluate` alone; everything else, people included, looks at the
 * tuning split.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

import type { ShopFile } from "./memory-shop.ts";
import type { LabelledMessage, Split, TopicPair } from "./types.ts";
import type { TestDialogue } from "./verdict.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const LOCALES = ["zh", "en"] as const;

/** Folders of dialogues with their shops; the tuning split's are the development sets of the tests. */
const DIALOGUE_SETS: Record<Split, string[]> = {
  tuning: ["tests/dialogues", "tests/dialogues/second", "tests/dialogues/third", "tests/dialogues/fourth"],
  test: ["data/evaluation/test"],
};

const refs = z.array(z.string().regex(/^[^/]+(?:\/[^/]+)*\/[\w-]+(?:\*\d+)?$/)).min(1);
const act = z.strictObject({
  intent: z.enum([
    "return",
    "exchange",
    "cancel",
    "order_status",
    "question",
    "human",
    "smalltalk",
    "out_of_scope",
    "abandon",
  ]),
  items: refs.optional(),
  oneOf: refs.optional(),
  refused: refs.optional(),
  unknown: z.literal(true).optional(),
  reason: z.union([z.literal(true), z.literal("maybe")]).optional(),
  wanted: z.union([z.record(z.string(), z.string()), z.literal("unavailable")]).optional(),
  orders: z.array(z.string()).min(1).optional(),
});
const message = z.strictObject({
  id: z.string(),
  template: z.string(),
  locale: z.enum(LOCALES),
  shop: z.string(),
  customer: z.string(),
  situation: z
    .strictObject({
      kind: z.enum(["return", "exchange", "cancel"]),
      items: z.array(z.string()),
      asked: z.array(z.enum(["items", "reason", "variant"])),
    })
    .optional(),
  text: z.string().min(1),
  acts: z.array(act),
  answer: z.enum(["yes", "no"]).optional(),
  orIntents: z.array(z.array(z.string())).optional(),
  tags: z.array(z.string()),
});
const topicPair = z.strictObject({
  locale: z.enum(LOCALES),
  kind: z.enum(["return", "exchange", "cancel"]),
  product: z.string(),
  text: z.string(),
  on: z.boolean(),
});

/** One JSON value a line. @throws Error naming file and line */
async function lines<T>(path: string, schema: z.ZodType<T> | null): Promise<T[]> {
  const text = await readFile(join(root, path), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line, index) => {
      try {
        const value: unknown = JSON.parse(line);
        return schema ? schema.parse(value) : (value as T);
      } catch (error) {
        const what = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
        throw new Error(`${path}, line ${index + 1}: ${what}`);
      }
    });
}

const shops = new Map<string, Promise<ShopFile>>();
/** A shop file of the labelled data, by its path from the repository's root. */
export function shopFile(path: string): Promise<ShopFile> {
  const read = shops.get(path) ?? readFile(join(root, path), "utf8").then((text) => JSON.parse(text) as ShopFile);
  shops.set(path, read);
  return read;
}

export async function loadMessages(split: Split): Promise<LabelledMessage[]> {
  const files = LOCALES.map((locale) => `data/evaluation/${split}/messages.${locale}.jsonl`);
  return (await Promise.all(files.map((file) => lines(file, message as z.ZodType<LabelledMessage>)))).flat();
}

export interface ShopDialogue {
  dialogue: TestDialogue;
  /** Shop file, relative to the repository's root. */
  shop: string;
  template: string;
}

/** Dialogues in the format of tests/dialogues/README.md. */
export async function loadDialogues(split: Split): Promise<ShopDialogue[]> {
  const sets = DIALOGUE_SETS[split].flatMap((folder) => LOCALES.map((locale) => ({ folder, locale })));
  const loaded = await Promise.all(
    sets.map(async ({ folder, locale }) => {
      const file = split === "test" ? `${folder}/dialogues.${locale}.jsonl` : `${folder}/${locale}.jsonl`;
      const dialogues = await lines<TestDialogue & { template?: string }>(file, null);
      return dialogues.map(({ template, ...dialogue }) => ({
        dialogue,
        shop: `${folder}/shop-${locale}.json`,
        template: template ?? `${folder}/${dialogue.id}`,
      }));
    }),
  );
  return loaded.flat();
}

/** Turns on and off the open task's topic, for the drift threshold (D8); tuning only. */
export const loadTopics = (): Promise<TopicPair[]> => lines("data/evaluation/tuning/topics.jsonl", topicPair);
