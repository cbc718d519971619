/** T4: is the right piece still in the prompt when only the nearest three are, and what does that save? */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { utf8Bytes } from "../src/dialogue/hot-window.ts";
import type { Locale } from "../src/dialogue/types.ts";
import type { SessionRecord } from "../src/memory/record.ts";
import type { Embedding } from "../src/memory/remembered.ts";
import { pieceText } from "../src/memory/remembered.ts";
import { cite, PIECES_MAX, relevantPieces } from "../src/memory/retrieval.ts";
import { predictPrompt } from "../src/models/prompts.ts";
import type { PredictRequest } from "../src/models/types.ts";
import type { Played } from "./memory-dialogues.ts";

interface Question {
  customer: string;
  question: string;
  /** Dialogue and turn, any of which answers it. */
  pieces: string[];
}

export interface Answered {
  locale: Locale;
  questions: number;
  /** With the right piece among the three. */
  hits: number;
  /** Turns a customer's past has, on average. */
  turns: number;
  /** Tokens of the past in the prompt, all questions together. */
  tokens: { full: number; ours: number };
  /** Of whole prompts: instructions, examples, window and past. */
  prompts: { full: number; ours: number };
  missed: string[];
}

const folder = join(import.meta.dirname, "..", "data", "evaluation", "memory");

export async function answerQuestions(locale: Locale, played: Played[], embedding: Embedding): Promise<Answered> {
  const lines = (await readFile(join(folder, `${locale}.jsonl`), "utf8")).trim().split("\n");
  const result: Answered = {
    locale,
    questions: lines.length,
    hits: 0,
    turns: 0,
    tokens: { full: 0, ours: 0 },
    prompts: { full: 0, ours: 0 },
    missed: [],
  };
  for (const line of lines) {
    const { customer, question, pieces: right } = JSON.parse(line) as Question;
    const past = played.flatMap(({ record }) => (record.customerId === customer ? record : []));
    const turns = past.flatMap((record) => turnsOf(record));
    // A dialogue gets shorter as it is understood better: of the turns that said it, one has to be there still.
    if (!right.some((piece) => turns.some(({ id }) => id === piece)))
      throw new Error(`${locale}.jsonl names turns that don't exist: ${right.join(", ")}`);
    const found = await relevantPieces(embedding, past, question);
    if (found.length > PIECES_MAX) throw new Error("more pieces than agreed");
    if (found.some(({ sessionId, turn }) => right.includes(`${sessionId}:${turn}`))) result.hits += 1;
    else result.missed.push(question);
    const full = turns.map(({ text }) => text);
    const ours = found.map(cite);
    result.turns += turns.length / lines.length;
    result.tokens.full += countTokens(full.join("\n"));
    result.tokens.ours += countTokens(ours.join("\n"));
    result.prompts.full += promptTokens(locale, question, full);
    result.prompts.ours += promptTokens(locale, question, ours);
  }
  return result;
}

const turnsOf = (record: SessionRecord): Array<{ id: string; text: string }> =>
  Array.from({ length: record.turn }, (_, i) => ({
    id: `${record.sessionId}:${i + 1}`,
    text: cite({ sessionId: record.sessionId, turn: i + 1, at: record.startedAt, text: pieceText(record.said, i + 1) }),
  }));

function promptTokens(locale: Locale, text: string, past: string[]): number {
  const request: PredictRequest = {
    locale,
    text,
    window: past.map((piece) => ({ role: "earlier", text: piece })),
    situation: "INIT",
    orderedProducts: [],
  };
  const { system, turns } = predictPrompt(request);
  return countTokens([system, ...turns.map((turn) => turn.text)].join("\n"));
}

/** What a window of these turns takes, for the record. */
export const windowBytes = (record: SessionRecord): number => utf8Bytes(JSON.stringify(record.window));
