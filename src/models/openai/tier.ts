import OpenAI from "openai";
import type { ChatCompletionCreateParamsBase, ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { Written } from "../ask.ts";
import { askForPrediction } from "../ask.ts";
import { modelErrorOf, noUsage, withDeadline } from "../failures.ts";
import { predictionJsonSchema } from "../prediction.ts";
import type { ChatPrompt } from "../prompts.ts";
import { phrasePrompt } from "../prompts.ts";
import { MAX_OUTPUT_TOKENS } from "../tokens.ts";
import type { Tier, TierAnswer, Usage } from "../types.ts";
import { ModelError } from "../types.ts";
import type { Dialect } from "./dialect.ts";
import { assumeAll, simplerDialect } from "./dialect.ts";
import { createThoughtFilter } from "./thoughts.ts";

/** Models that count in max_completion_tokens spend most of it on thinking that is not shown. */
const MAX_REASONING_TOKENS = 4_000;

export interface OpenAITierOptions {
  id: string;
  where: "local-network" | "cloud";
  /** With the version path, e.g. "http://127.0.0.1:8000/v1". */
  baseURL: string;
  /** Local servers mostly want none. */
  apiKey?: string | undefined;
  model: string;
  /** For a whole call, the second ask included. */
  timeoutMs: number;
}

/**
 * A tier behind the OpenAI chat-completions protocol (M1): OpenAI itself, or ChatGLM3, Llama2-Chinese and the like behind
 * vLLM, llama.cpp, Ollama or Xinference. Asks for the strictest output the server takes and remembers what it refused.
 * Calls fail with ModelError; a caller's abort rejects with the signal's reason.
 */
export function createOpenAITier(options: OpenAITierOptions): Tier {
  const { id, model } = options;
  const client = new OpenAI({
    baseURL: options.baseURL,
    // The SDK wants a key even where the server wants none.
    apiKey: options.apiKey || "none",
    adminAPIKey: null,
    // Explicit, so that the SDK takes nothing from the environment; retrying is Temporal's and the router's job.
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: options.timeoutMs,
    logLevel: "off",
  });
  let dialect = assumeAll;

  /** Repeats a call the server refused as unsupported, a notch simpler each time. */
  async function speak<T>(call: (dialect: Dialect) => Promise<T>): Promise<T> {
    for (;;) {
      const tried = dialect;
      try {
        return await call(tried);
      } catch (error) {
        const simpler = simplerDialect(tried, error);
        if (simpler === undefined) throw error;
        dialect = simpler;
      }
    }
  }

  async function complete(prompt: ChatPrompt, signal: AbortSignal): Promise<Written> {
    const completion = await speak((spoken) =>
      client.chat.completions.create(
        { ...baseParams(model, prompt, spoken, MAX_OUTPUT_TOKENS.predict), ...responseFormat(spoken), stream: false },
        { signal },
      ),
    );
    // Compatible servers may leave out what the types promise.
    const choice = completion.choices?.[0];
    refuseIf(id, Boolean(choice?.message?.refusal) || choice?.finish_reason === "content_filter");
    return {
      text: createThoughtFilter()(choice?.message?.content ?? ""),
      truncated: choice?.finish_reason === "length",
      usage: usageOf(completion.usage),
    };
  }

  async function stream(
    prompt: ChatPrompt,
    signal: AbortSignal,
    onDelta?: (text: string) => void,
  ): Promise<TierAnswer<string>> {
    const chunks = await speak((spoken) =>
      client.chat.completions.create(
        {
          ...baseParams(model, prompt, spoken, MAX_OUTPUT_TOKENS.phrase),
          stream: true,
          ...(spoken.streamUsage ? { stream_options: { include_usage: true } } : {}),
        },
        { signal },
      ),
    );
    let text = "";
    let usage = noUsage;
    let finished: string | null = null;
    const shown = createThoughtFilter();
    for await (const chunk of chunks) {
      if (chunk.usage) usage = usageOf(chunk.usage);
      const choice = chunk.choices?.[0];
      refuseIf(id, Boolean(choice?.delta?.refusal) || choice?.finish_reason === "content_filter");
      finished = choice?.finish_reason ?? finished;
      const delta = shown(choice?.delta?.content ?? "");
      text += delta;
      if (delta !== "") onDelta?.(delta);
    }
    // A connection closed between two events ends the loop without an error.
    if (finished === null) throw new ModelError("Unavailable", `${id}: stream was cut`, undefined, { usage });
    // Half a sentence is no answer: the next tier, or the passage itself, says it whole.
    if (finished === "length")
      throw new ModelError("BadAnswer", `${id}: answer cut off at its limit`, undefined, { usage });
    if (text.trim() === "") throw new ModelError("BadAnswer", `${id}: empty answer`, undefined, { usage });
    return { value: text.trim(), usage };
  }

  const limits = (call: { signal: AbortSignal; timeoutMs: number }) => ({
    tier: id,
    signal: call.signal,
    timeoutMs: Math.min(call.timeoutMs, options.timeoutMs),
  });
  const toModelError = (error: unknown) => openAIFailure(id, error);

  return {
    id,
    where: options.where,
    predict: (request, call) =>
      withDeadline(
        limits(call),
        (signal, spend) => askForPrediction(id, request, (prompt) => complete(prompt, signal), spend),
        toModelError,
      ),
    phrase: (request, call) =>
      withDeadline(limits(call), (signal) => stream(phrasePrompt(request), signal, call.onDelta), toModelError),
  };
}

function baseParams(model: string, prompt: ChatPrompt, dialect: Dialect, maxTokens: number) {
  const messages: ChatCompletionMessageParam[] = [
    { role: "system", content: prompt.system },
    ...prompt.turns.map((turn) => ({ role: turn.role, content: turn.text })),
  ];
  return {
    model,
    messages,
    ...(dialect.temperature ? { temperature: 0 } : {}),
    ...(dialect.tokenLimit === "max_tokens"
      ? { max_tokens: maxTokens }
      : { max_completion_tokens: Math.max(maxTokens, MAX_REASONING_TOKENS) }),
  };
}

function responseFormat(dialect: Dialect): Pick<ChatCompletionCreateParamsBase, "response_format"> {
  if (dialect.format === "plain") return {};
  if (dialect.format === "json_object") return { response_format: { type: "json_object" } };
  return {
    response_format: {
      type: "json_schema",
      json_schema: { name: "report", strict: true, schema: predictionJsonSchema },
    },
  };
}

function refuseIf(tier: string, refused: boolean): void {
  if (refused) throw new ModelError("Refused", `${tier}: the model refused`);
}

function usageOf(usage: OpenAI.CompletionUsage | null | undefined): Usage {
  return { inputTokens: usage?.prompt_tokens ?? 0, outputTokens: usage?.completion_tokens ?? 0 };
}

function openAIFailure(tier: string, error: unknown): ModelError {
  if (error instanceof OpenAI.APIConnectionTimeoutError) return new ModelError("Timeout", `${tier}: no answer in time`);
  if (error instanceof OpenAI.APIError) return modelErrorOf(tier, error);
  // A body that is no JSON, a socket closed while reading it: nothing the request did wrong.
  return new ModelError("Unavailable", `${tier}: unreadable or broken response`);
}
