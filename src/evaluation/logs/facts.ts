/** What the made-up logs are made of: facts (data/logs/facts.LOCALE.json) and talk around them (data/logs/talk.LOCALE.json). */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { KnowledgeLocale } from "../../knowledge/types.ts";

const folder = join(fileURLToPath(new URL("../../..", import.meta.url)), "data", "logs");
const texts = z.array(z.string().min(1)).min(1);
const share = z.number().min(0).max(1);
const pattern = z.string().refine((source) => {
  try {
    return new RegExp(source, "i") instanceof RegExp;
  } catch {
    return false;
  }
}, "not a regular expression");

const fact = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  topic: z.string(),
  /** What hangs on the answer (M6). */
  stakes: z.enum(["money", "medicine"]).nullable(),
  questions: texts,
  /** As different agents say it; the first one is the best. */
  answers: texts,
  /** What was right before a day of the three months. */
  was: z.strictObject({ until: z.iso.date(), text: z.string().min(1) }).optional(),
  mistakes: z.array(z.string().min(1)),
  /** Wordings that lean on the question before. */
  followUp: z.strictObject({ after: z.string(), questions: texts }).optional(),
  /** Every right wording matches it (ignoring case), no `was` and no mistake does. */
  right: pattern,
  /** Every `was` and every mistake matches it, no right wording does. */
  wrong: pattern,
});
export type Fact = z.infer<typeof fact>;

const agent = z.strictObject({
  name: z.string(),
  /** How often the best wording is the one given, a wrong one is, and one answer takes two messages. */
  best: share,
  mistakes: share,
  splits: share,
  before: z.array(z.string()).min(1),
  after: z.array(z.string()).min(1),
});
export type LogAgent = z.infer<typeof agent>;

const swaps = z.record(z.string().min(1), z.string().min(1));
const talk = z.strictObject({
  agents: z.array(agent).min(1),
  ...{ bot: texts, systemIn: texts, systemOut: texts, askHuman: texts, hello: texts, agentHello: texts },
  ...{ nudges: texts, waits: texts, askOrder: texts, thanks: texts, closings: texts },
  smallTalk: z.array(z.tuple([z.string(), z.string()])).min(1),
  /** Before, after and around a question; some are empty. */
  ...{ leads: z.array(z.string()).min(1), tails: z.array(z.string()).min(1), seconds: z.array(z.string()).min(1) },
  ...{ bursts: texts, doubts: texts, corrections: texts, confirms: texts, unanswered: texts },
  /** Talk about one order, which teaches nothing: `C: ` customer, `A: ` agent, personal data in braces. */
  orders: z.array(z.array(z.string().regex(/^[CA]: ./)).min(2)).min(1),
  ...{ cities: texts, streets: texts, names: texts, products: texts },
  /** Words of the other language, and slips of the hand. */
  ...{ words: swaps, homophones: swaps },
});
export type Talk = z.infer<typeof talk>;

const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), "utf8"));

export const loadFacts = async (locale: KnowledgeLocale): Promise<Fact[]> =>
  z.array(fact).parse(await read(`facts.${locale}.json`));

export const loadTalk = async (locale: KnowledgeLocale): Promise<Talk> => talk.parse(await read(`talk.${locale}.json`));

/** Whether a text gives the fact's answer, and no stale or wrong one. */
export const saysFact = ({ right, wrong }: Pick<Fact, "right" | "wrong">, text: string): boolean =>
  new RegExp(right, "i").test(text) && !new RegExp(wrong, "i").test(text);
