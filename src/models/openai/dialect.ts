import { APIError } from "openai";

/** What a server that calls itself OpenAI-compatible really takes. */
export interface Dialect {
  format: "json_schema" | "json_object" | "plain";
  tokenLimit: "max_tokens" | "max_completion_tokens";
  temperature: boolean;
  streamUsage: boolean;
}

export const assumeAll: Dialect = {
  format: "json_schema",
  tokenLimit: "max_tokens",
  temperature: true,
  streamUsage: true,
};

/**
 * The next simpler dialect when the server refused the request for something in it that it doesn't know, undefined when
 * the refusal has another reason (the request is wrong, or nothing is left to leave out).
 */
export function simplerDialect(dialect: Dialect, error: unknown): Dialect | undefined {
  // 422 is how FastAPI servers (Xinference, older vLLM) say it.
  if (!(error instanceof APIError) || (error.status !== 400 && error.status !== 422)) return undefined;
  const text = `${error.param ?? ""} ${error.message}`.toLowerCase();
  if (dialect.tokenLimit === "max_tokens" && text.includes("max_completion_tokens")) {
    return { ...dialect, tokenLimit: "max_completion_tokens" };
  }
  if (dialect.temperature && text.includes("temperature")) return { ...dialect, temperature: false };
  if (dialect.streamUsage && text.includes("stream_options")) return { ...dialect, streamUsage: false };
  if (!/response_format|json_schema|json_object|json mode|structured output|guided|grammar/.test(text))
    return undefined;
  if (dialect.format === "json_schema") return { ...dialect, format: "json_object" };
  if (dialect.format === "json_object") return { ...dialect, format: "plain" };
  return undefined;
}
