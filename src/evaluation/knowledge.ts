/**
 * Whether customers get the answer that the shop's agents know (P4): questions that no log has in these words, judged by what their
 * answers must and must not say. `npm run evaluate -- --knowledge`.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { RequestKind } from "../commerce/types.ts";
import type { RefusalWhy } from "../dialogue/types.ts";
import { en } from "../intents/wording.en.ts";
import type { Wording } from "../intents/wording.ts";
import { zh } from "../intents/wording.zh.ts";
import type { KnowledgeLocale } from "../knowledge/types.ts";

const folder = join(fileURLToPath(new URL("../..", import.meta.url)), "data", "evaluation", "knowledge");
const WORDINGS: Record<KnowledgeLocale, Wording> = { zh, en };

const line = z.strictObject({
  question: z.string().min(1),
  /** The fact (data/logs) that answers it; null when none does, and saying so is right. */
  fact: z.string().nullable(),
  /** Regular expressions, ignoring case: a right answer matches one of `right` and none of `wrong`. */
  right: z.array(z.string()),
  wrong: z.array(z.string()),
  stakes: z.enum(["money", "medicine"]).nullable(),
  /** `plain`: as most customers type it, one that the logs don't have; `story`: told from the side, in words the shop doesn't use. */
  style: z.enum(["plain", "story"]),
  /** Where the fact stands: in the shop's articles too, in the logs only, nowhere. */
  from: z.enum(["articles", "logs"]).nullable(),
});
export type KnowledgeQuestion = z.infer<typeof line> & { locale: KnowledgeLocale };

/** What a customer got. */
export interface Reply {
  text: string;
  /** The dialogue's state afterwards. */
  state: string;
  /** Of a reply to what was perhaps meant: what each question says that it offers instead. */
  offered?: string[];
}

/**
 * `asked-back`: the reply said that it isn't sure what was meant, and it, or one of the two questions it offers, answers.
 * `astray`: none of them does. `wrong`: something was answered as if it were sure, and it isn't right. `refused`: no answer was given, in so many words or by passing the customer to a
 * person. `misread`: taken for something else than a question. `failed`: no reply came.
 */
export type Outcome = "right" | "asked-back" | "wrong" | "astray" | "refused" | "misread" | "failed";

export interface KnowledgeResult {
  question: KnowledgeQuestion;
  outcome: Outcome;
  /** The reply, or what failed. */
  detail: string;
  /** One of the index's three best says it; null when the index wasn't asked or no fact answers. */
  recalled: boolean | null;
}

/** Thrown for a question that can't be used; names file and line. */
export class KnowledgeQuestionError extends Error {
  override readonly name = "KnowledgeQuestionError";
}

/** @throws KnowledgeQuestionError naming file and line */
export async function loadKnowledgeQuestions(locale: KnowledgeLocale): Promise<KnowledgeQuestion[]> {
  const path = join(folder, `${locale}.jsonl`);
  const lines = (await readFile(path, "utf8")).split("\n");
  return lines.flatMap((text, index) => {
    if (text.trim() === "") return [];
    try {
      return [{ ...line.parse(JSON.parse(text)), locale }];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new KnowledgeQuestionError(`${path}:${index + 1}: ${why}`, { cause: error });
    }
  });
}

const matchesAny = (patterns: string[], text: string): boolean =>
  patterns.some((source) => new RegExp(source, "i").test(text));

export const saysRight = ({ right, wrong }: Pick<KnowledgeQuestion, "right" | "wrong">, text: string): boolean =>
  matchesAny(right, text) && !matchesAny(wrong, text);

const KINDS: RequestKind[] = ["return", "exchange", "cancel"];
const WHYS: RefusalWhy[] = [
  "not-delivered",
  "already-shipped",
  "already-cancelled",
  "already-requested",
  "no-orders",
  "sign-in",
];

/** Stands for what varies in a sentence. */
const ANY = "\u{e000}";
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(ANY, ".{1,80}?");

/** Sentences that answer nothing, longest first: one may begin with another. */
function emptyWords(locale: KnowledgeLocale): RegExp[] {
  const words = WORDINGS[locale];
  const requests = KINDS.flatMap((kind) => [
    ...WHYS.map((why) => words.refused(kind, [], why)),
    ...(["items", "reason", "variant"] as const).map((slot) => words.ask[slot](kind, [])),
  ]);
  const unknown = [...KINDS, null].map((kind) => words.notFound(ANY, kind));
  return [...Object.values(words.fixed), ...requests, ...unknown, words.statusNone(null), words.statusNone(ANY)]
    .sort((a, b) => b.length - a.length)
    .map((text) => new RegExp(escaped(text), "g"));
}
const EMPTY: Record<KnowledgeLocale, RegExp[]> = { zh: emptyWords("zh"), en: emptyWords("en") };

const PERHAPS: Record<KnowledgeLocale, RegExp> = {
  zh: new RegExp(escaped(zh.perhaps(ANY, ""))),
  en: new RegExp(escaped(en.perhaps(ANY, ""))),
};
/** Whether a reply answers what was perhaps meant. */
export const isPerhaps = (locale: KnowledgeLocale, text: string): boolean => PERHAPS[locale].test(text);

const REFUSALS = ["noAnswer", "unsure", "handedOff", "holding", "outOfScope", "offerPerson", "clarify"] as const;

/** Judges the text that the customer reads, whichever part of the system it came from. */
export function judgeReply(question: KnowledgeQuestion, { text, state, offered = [] }: Reply): Outcome {
  if (PERHAPS[question.locale].test(text)) {
    const answers = question.fact !== null && [text, ...offered].some((said) => saysRight(question, said));
    return answers ? "asked-back" : "astray";
  }
  if (question.fact !== null && saysRight(question, text)) return "right";
  const words = WORDINGS[question.locale];
  const rest = EMPTY[question.locale].reduce((left, empty) => left.replace(empty, ""), text);
  const refuses = state === "HANDOFF" || REFUSALS.some((key) => text.includes(words.fixed[key]));
  if (rest.trim() === "") {
    if (!refuses) return "misread";
    return question.fact === null ? "right" : "refused";
  }
  // A request that is asked back about: nobody took it for an answer.
  return state === "COLLECT" || state === "CONFIRM" ? "misread" : "wrong";
}

/** How a question reaches the system. @throws Error when no reply comes */
export type Ask = (question: KnowledgeQuestion) => Promise<Reply>;
/** The answers of the index's best entries, best first. */
export type Recall = (question: KnowledgeQuestion) => Promise<string[]>;

export interface RunOptions {
  ask: Ask;
  recall?: Recall | undefined;
  /** Questions that are asked at the same time. */
  atOnce: number;
  onStep?: (done: number, total: number) => void;
}

/** One question's failure is its result, and no reason to leave the others out. */
export async function runKnowledge(questions: KnowledgeQuestion[], options: RunOptions): Promise<KnowledgeResult[]> {
  const results: KnowledgeResult[] = [];
  const queue = questions.entries();
  let done = 0;
  const work = async (): Promise<void> => {
    for (const [index, question] of queue) {
      results[index] = await askOne(question, options);
      options.onStep?.(++done, questions.length);
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, work));
  return results;
}

async function askOne(question: KnowledgeQuestion, { ask, recall }: RunOptions): Promise<KnowledgeResult> {
  try {
    const found = recall && question.fact !== null ? await recall(question) : null;
    const recalled = found?.slice(0, 3).some((answer) => saysRight(question, answer)) ?? null;
    const reply = await ask(question);
    return { question, outcome: judgeReply(question, reply), detail: reply.text, recalled };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { question, outcome: "failed", detail, recalled: null };
  }
}
