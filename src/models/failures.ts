import type { Usage } from "./types.ts";
import { ModelError } from "./types.ts";

const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0 };

export function addUsage(a: Usage, b: Usage): Usage {
  return { inputTokens: a.inputTokens + b.inputTokens, outputTokens: a.outputTokens + b.outputTokens };
}

/** What both vendors' SDK errors have in common. */
export interface VendorError {
  status?: number | undefined;
  headers?: Headers | undefined;
  /** The vendor's machine-readable code or type, e.g. "insufficient_quota". */
  code?: string | null | undefined;
}

/**
 * A vendor's HTTP failure as a ModelError. The text is made here from status and code: the vendor's own may quote the key
 * or the prompt, and must reach neither logs nor workflow histories.
 */
export function modelErrorOf(tier: string, error: VendorError): ModelError {
  const { status } = error;
  if (status === undefined) return new ModelError("Unavailable", `${tier}: connection failed or was cut`);
  const code = error.code && /^[\w.-]{1,64}$/.test(error.code) ? ` ${error.code}` : "";
  const text = `${tier}: HTTP ${status}${code}`;
  if (status === 429) return new ModelError("RateLimited", text, retryAfterMs(error.headers));
  if (status === 408) return new ModelError("Timeout", text);
  if (error.code === "content_filter") return new ModelError("Refused", text);
  // 409 and 425 ask for a retry; 529 is Anthropic's "overloaded".
  if (status >= 500 || status === 409 || status === 425) {
    return new ModelError("Unavailable", text, retryAfterMs(error.headers));
  }
  return new ModelError("BadRequest", text);
}

/** Retry-After (seconds or a date) or retry-after-ms, in ms, at most an hour; undefined when absent or unreadable. */
export function retryAfterMs(headers: Headers | undefined, now: () => number = Date.now): number | undefined {
  const milliseconds = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
  if (Number.isFinite(milliseconds)) return clamp(milliseconds);
  const value = headers?.get("retry-after") ?? "";
  if (/^\d+(\.\d+)?$/.test(value)) return clamp(Number(value) * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : clamp(at - now());
}

function clamp(ms: number): number {
  return Math.min(Math.max(0, Math.ceil(ms)), MAX_RETRY_AFTER_MS);
}

/**
 * Runs one call under the caller's signal and a time limit that covers the whole answer, not only its headers. The call
 * tells what it has spent so far: a failure on the second ask still says what the first one cost (M4).
 * @throws the signal's reason when the caller gave up (no failure of the tier), ModelError("Timeout") at the limit, else
 * what `toModelError` makes of the error.
 */
export async function withDeadline<T>(
  limits: { tier: string; signal: AbortSignal; timeoutMs: number },
  call: (signal: AbortSignal, spend: (usage: Usage) => void) => Promise<T>,
  toModelError: (error: unknown) => ModelError,
): Promise<T> {
  const deadline = AbortSignal.timeout(limits.timeoutMs);
  let spent = noUsage;
  const spend = (usage: Usage): void => {
    spent = addUsage(spent, usage);
  };
  try {
    limits.signal.throwIfAborted();
    return await call(AbortSignal.any([limits.signal, deadline]), spend);
  } catch (error) {
    if (limits.signal.aborted) throw limits.signal.reason;
    // Before the error itself is looked at: the SDKs end an aborted stream as if it had been cut.
    const failure = deadline.aborted
      ? new ModelError("Timeout", `${limits.tier}: no answer in ${limits.timeoutMs} ms`)
      : error instanceof ModelError
        ? error
        : toModelError(error);
    throw failure.usage === undefined && spent !== noUsage ? withUsage(failure, spent) : failure;
  }
}

const withUsage = ({ kind, message, retryAfterMs, cause }: ModelError, usage: Usage): ModelError =>
  new ModelError(kind, message, retryAfterMs, { usage, ...(cause === undefined ? {} : { cause }) });
