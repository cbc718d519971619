import Anthropic from "@anthropic-ai/sdk";
import type { Written } from "../ask.ts";
import { askForPrediction } from "../ask.ts";
import { modelErrorOf, noUsage, withDeadline } from "../failures.ts";
import { predictionJsonSchema } from "../prediction.ts";
import type { ChatPrompt } from "../prompts.ts";
import { phrasePrompt } from "../prompts.ts";
import { MAX_OUTPUT_TOKENS } from "../tokens.ts";
import type { Tier, TierAnswer, Usage } from "../types.ts";
import { ModelError } from "../types.ts";

const TOOL = "report";

export interface AnthropicTierOptions {
  id: string;
  where: "local-network" | "cloud";
  /** Without the version path, e.g. "https://api.anthropic.com". */
  baseURL: string;
  apiKey: string;
  model: string;
  /** For a whole call, the second ask included. */
  timeoutMs: number;
}

/**
 * A tier behind Anthropic's messages protocol (M1): the prediction is a forced tool call, an answer's wording is streamed.
 * Calls fail with ModelError; a caller's abort rejects with the signal's reason.
 */
export function createAnthropicTier(options: AnthropicTierOptions): Tier {
  const { id, model } = options;
  const client = new Anthropic({
    baseURL: options.baseURL,
    apiKey: options.apiKey,
    // Explicit, so that the SDK takes nothing from the environment; retrying is Temporal's and the router's job.
    authToken: null,
    maxRetries: 0,
    timeout: options.timeoutMs,
    logLevel: "off",
  });

  async function complete(prompt: ChatPrompt, signal: AbortSignal): Promise<Written> {
    const message = await client.messages.create(
      {
        ...baseParams(model, prompt, MAX_OUTPUT_TOKENS.predict),
        tools: [{ name: TOOL, description: "Report what the customer wants.", input_schema: toolSchema }],
        tool_choice: { type: "tool", name: TOOL, disable_parallel_tool_use: true },
      },
      { signal },
    );
    refuseIf(id, message.stop_reason === "refusal");
    const content = message.content ?? [];
    const call = content.find((block) => block.type === "tool_use");
    const words = content.map((block) => (block.type === "text" ? block.text : "")).join("");
    return {
      text: call === undefined ? words : JSON.stringify(call.input),
      truncated: message.stop_reason === "max_tokens",
      usage: usageOf(message.usage),
    };
  }

  async function stream(
    prompt: ChatPrompt,
    signal: AbortSignal,
    onDelta?: (text: string) => void,
  ): Promise<TierAnswer<string>> {
    const events = await client.messages.create(
      { ...baseParams(model, prompt, MAX_OUTPUT_TOKENS.phrase), stream: true },
      { signal },
    );
    let text = "";
    let usage = noUsage;
    let finished = false;
    let truncated = false;
    for await (const event of events) {
      if (event.type === "message_start") usage = usageOf(event.message.usage);
      else if (event.type === "message_delta") {
        refuseIf(id, event.delta.stop_reason === "refusal");
        truncated = event.delta.stop_reason === "max_tokens";
        usage = { ...usage, outputTokens: event.usage.output_tokens };
      } else if (event.type === "message_stop") finished = true;
      else if (event.type === "content_block_delta" && event.delta.type === "text_delta") {
        text += event.delta.text;
        onDelta?.(event.delta.text);
      }
    }
    // A connection closed between two events ends the loop without an error.
    if (!finished) throw new ModelError("Unavailable", `${id}: stream was cut`, undefined, { usage });
    // Half a sentence is no answer: the next tier, or the passage itself, says it whole.
    if (truncated) throw new ModelError("BadAnswer", `${id}: answer cut off at its limit`, undefined, { usage });
    if (text.trim() === "") throw new ModelError("BadAnswer", `${id}: empty answer`, undefined, { usage });
    return { value: text.trim(), usage };
  }

  const limits = (call: { signal: AbortSignal; timeoutMs: number }) => ({
    tier: id,
    signal: call.signal,
    timeoutMs: Math.min(call.timeoutMs, options.timeoutMs),
  });
  const toModelError = (error: unknown) => anthropicFailure(id, error);

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

const toolSchema: Anthropic.Tool.InputSchema = { ...predictionJsonSchema, type: "object" };

function baseParams(model: string, prompt: ChatPrompt, maxTokens: number) {
  return {
    model,
    max_tokens: maxTokens,
    // No temperature: newer models refuse it.
    system: prompt.system,
    messages: prompt.turns.map((turn) => ({ role: turn.role, content: turn.text })),
  };
}

function refuseIf(tier: string, refused: boolean): void {
  if (refused) throw new ModelError("Refused", `${tier}: the model refused`);
}

function usageOf(usage: Anthropic.Usage | null | undefined): Usage {
  const cached = (usage?.cache_read_input_tokens ?? 0) + (usage?.cache_creation_input_tokens ?? 0);
  return { inputTokens: (usage?.input_tokens ?? 0) + cached, outputTokens: usage?.output_tokens ?? 0 };
}

function anthropicFailure(tier: string, error: unknown): ModelError {
  if (error instanceof Anthropic.APIConnectionTimeoutError)
    return new ModelError("Timeout", `${tier}: no answer in time`);
  if (error instanceof Anthropic.APIError) {
    // An error event inside a stream has a type and no status.
    const status = error.status ?? STATUS_OF_TYPE[error.type ?? ""];
    return modelErrorOf(tier, { status, headers: error.headers, code: error.type });
  }
  return new ModelError("Unavailable", `${tier}: unreadable or broken response`);
}

const STATUS_OF_TYPE: Record<string, number> = {
  rate_limit_error: 429,
  overloaded_error: 529,
  api_error: 500,
  timeout_error: 408,
};
