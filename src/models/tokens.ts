import { predictionJsonSchema } from "./prediction.ts";
import type { ChatPrompt } from "./prompts.ts";
import { phrasePrompt, predictPrompt } from "./prompts.ts";
import type { PhraseRequest, PredictRequest, Task } from "./types.ts";

/** Longest answer a model may write, by task. */
export const MAX_OUTPUT_TOKENS: Record<Task, number> = { predict: 700, phrase: 400 };

const ASCII_CHARS_PER_TOKEN = 4;

/** A tokenizer-free estimate, rather too high: a Chinese character is one token at most in today's vocabularies. */
export function estimateTokens(text: string): number {
  let wide = 0;
  for (const char of text) if (char > "\u007f") wide++;
  return wide + Math.ceil((text.length - wide) / ASCII_CHARS_PER_TOKEN);
}

const promptTokens = ({ system, turns }: ChatPrompt): number =>
  estimateTokens(system + turns.map((turn) => turn.text).join("\n"));

const SCHEMA_TOKENS = estimateTokens(JSON.stringify(predictionJsonSchema));

/** What one call takes from a quota at most: prompt, schema and the longest answer. */
export const predictTokens = (request: PredictRequest): number =>
  promptTokens(predictPrompt(request)) + SCHEMA_TOKENS + MAX_OUTPUT_TOKENS.predict;
export const phraseTokens = (request: PhraseRequest): number =>
  promptTokens(phrasePrompt(request)) + MAX_OUTPUT_TOKENS.phrase;
