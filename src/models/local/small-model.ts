import { availableParallelism } from "node:os";
import type { Llama, LlamaContextSequence, LlamaGrammar, LlamaModel, Token } from "node-llama-cpp";
import { withDeadline } from "../failures.ts";
import { firstJsonObject } from "../prediction.ts";
import type { Prediction, PredictRequest, Tier, TierAnswer } from "../types.ts";
import { ModelError } from "../types.ts";
import type { SmallAnswer } from "./small-prompt.ts";
import {
  SMALL_LABELS,
  SMALL_SHOTS,
  SMALL_SYSTEM,
  smallAnswerText,
  smallRequestText,
  toPrediction,
} from "./small-prompt.ts";

const TIER_ID = "small";
/** Prefix (about 700 tokens), the longest request (about 800) and the answer. */
const CONTEXT_TOKENS = 2_048;
const MAX_ANSWER_TOKENS = 160;
/** Longer messages go to the next tier: cut short they would be misread. */
const MAX_TEXT_CHARS = 500;
/** A call takes a second or more and only one runs: a longer queue helps nobody. */
const MAX_WAITING = 4;
const TYPICAL_CALL_MS = 1_500;

type Locale = PredictRequest["locale"];

export interface SmallModelTier extends Tier {
  /** Frees the model's memory; calls after that fail. */
  dispose(): Promise<void>;
}

/**
 * The in-process chat model (M1): Qwen2.5-Coder-0.5B-Instruct in GGUF through llama.cpp on the CPU, one core left free. It
 * labels and extracts, it doesn't write: no phrase(). What it says is raw: ground it in the message and the shop's data
 * before use. Confidence is the probability it gave its label. Resolves when both languages' prefixes are evaluated (some
 * ten seconds), so serve without it meanwhile.
 * @throws Error when the weights or llama.cpp's binary for this platform cannot be loaded.
 */
export async function createSmallModelTier({ modelPath }: { modelPath: string }): Promise<SmallModelTier> {
  // Loaded here and not at the top: most processes never have the weights.
  const { getLlama, LlamaGrammarEvaluationState, LlamaLogLevel } = await import("node-llama-cpp");
  const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error });
  const model = await llama.loadModel({ modelPath });
  const grammar = await answerGrammar(llama);
  const threads = Math.max(1, availableParallelism() - 1);
  const context = await model.createContext({ contextSize: CONTEXT_TOKENS, sequences: 2, threads });
  const languages = {
    zh: await warm(model, context.getSequence(), "zh"),
    en: await warm(model, context.getSequence(), "en"),
  };
  const queue = new SerialQueue();

  async function generate(request: PredictRequest, signal: AbortSignal): Promise<TierAnswer<Prediction>> {
    const { sequence, prefixTokens } = languages[request.locale];
    // What the last call, finished or aborted, left after the prefix.
    await sequence.eraseContextTokenRanges([{ start: prefixTokens, end: sequence.nextTokenIndex }]);
    const prompt = [...turnTokens(model, "user", smallRequestText(request)), ...openAnswer(model)];
    const state = new LlamaGrammarEvaluationState({ model, grammar });
    const written = sequence.evaluateWithMetadata(
      prompt,
      { confidence: true },
      { temperature: 0, grammarEvaluationState: state },
    );
    const tokens: Token[] = [];
    let text = "";
    let confidence = 1;
    for await (const next of written) {
      signal.throwIfAborted();
      tokens.push(next.token);
      text = model.detokenize(tokens);
      // The label ends with the first comma; its least likely token says how sure the model was.
      if (!text.includes(",")) confidence = Math.min(confidence, next.confidence);
      const usage = { inputTokens: prompt.length, outputTokens: tokens.length };
      const answer = text.includes("}") ? firstJsonObject(text) : undefined;
      if (answer !== undefined) return { value: toPrediction(answer as unknown as SmallAnswer, confidence), usage };
      // The grammar allows nothing else: the engine computes nonsense (seen where its binding runs in a foreign realm).
      if (!text.startsWith("{")) throw new ModelError("Unavailable", `${TIER_ID}: the engine ignores its grammar`);
      if (tokens.length >= MAX_ANSWER_TOKENS)
        throw new ModelError("BadAnswer", `${TIER_ID}: answer too long`, undefined, { usage });
    }
    throw new ModelError("BadAnswer", `${TIER_ID}: answer incomplete`);
  }

  return {
    id: TIER_ID,
    where: "in-process",
    predict(request, options) {
      if (request.text.length > MAX_TEXT_CHARS) {
        return Promise.reject(
          new ModelError("BadRequest", `${TIER_ID}: message longer than ${MAX_TEXT_CHARS} characters`),
        );
      }
      return withDeadline(
        { tier: TIER_ID, ...options },
        (signal) => queue.run(signal, () => generate(request, signal)),
        (error) => new ModelError("Unavailable", `${TIER_ID}: ${error instanceof Error ? error.name : "failed"}`),
      );
    },
    dispose: () => model.dispose(),
  };
}

/** Nullable, not optional, fields: the model skips what it may leave out. */
async function answerGrammar(llama: Llama): Promise<LlamaGrammar> {
  const slot = { type: ["string", "null"] } as const;
  return await llama.createGrammarForJsonSchema({
    type: "object",
    properties: { intent: { enum: SMALL_LABELS }, product: slot, order_id: slot, reason: slot, wanted: slot },
  } as const);
}

/** Evaluates a language's instructions and shots once; every call then only reads its own message. */
async function warm(model: LlamaModel, sequence: LlamaContextSequence, locale: Locale) {
  const shots = SMALL_SHOTS[locale].flatMap(([text, answer]) => [
    ...turnTokens(model, "user", text),
    ...turnTokens(model, "assistant", smallAnswerText(answer)),
  ]);
  const prefix = [...turnTokens(model, "system", SMALL_SYSTEM[locale]), ...shots];
  await sequence.evaluateWithoutGeneratingNewTokens(prefix);
  return { sequence, prefixTokens: prefix.length };
}

/** One ChatML turn. The text is tokenised without special tokens: a customer cannot open a turn of their own. */
function turnTokens(model: LlamaModel, role: "system" | "user" | "assistant", text: string): Token[] {
  return [
    ...model.tokenize(`<|im_start|>${role}\n`, true),
    ...model.tokenize(text),
    ...model.tokenize("<|im_end|>\n", true),
  ];
}

function openAnswer(model: LlamaModel): Token[] {
  return model.tokenize("<|im_start|>assistant\n", true);
}

/** Runs one task at a time in order of arrival; those whose signal aborts while waiting are dropped. */
class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  async run<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MAX_WAITING) {
      throw new ModelError(
        "RateLimited",
        `${TIER_ID}: ${MAX_WAITING} calls wait already`,
        MAX_WAITING * TYPICAL_CALL_MS,
      );
    }
    this.#waiting++;
    const turn = this.#tail.then(() => {
      this.#waiting--;
      signal.throwIfAborted();
      return task();
    });
    this.#tail = turn.catch(() => undefined);
    return await orAborted(turn, signal);
  }
}

/** A waiting caller learns of its abort at once, not when its turn comes. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener("abort", onAbort);
  }
}
