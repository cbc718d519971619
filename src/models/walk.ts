import type { Account, Attempt } from "./accounting.ts";
import { costOf } from "./accounting.ts";
import { noUsage } from "./failures.ts";
import type { Breaker, Ending, TierLimits } from "./limits/types.ts";
import { OPEN_MS } from "./limits/types.ts";
import { policyOf } from "./routes.ts";
import type { Stakes, Task, Tier, TierAnswer, Usage } from "./types.ts";
import { ModelError } from "./types.ts";

/** For a tier that limits without saying how long. */
const DEFAULT_RETRY_AFTER_MS = 10_000;

export interface Walk<T> {
  task: Task;
  stakes: Stakes;
  promptVersion: string;
  candidates: Tier[];
  account: Account;
  signal: AbortSignal;
  /** For all tiers together. */
  timeoutMs: number;
  /** What a call takes from a quota, estimated. */
  tokens: number;
  call(tier: Tier, timeoutMs: number): Promise<TierAnswer<T>>;
  /** Whether the answer ends the walk, and what to note of it. */
  judge(
    tier: Tier,
    value: T,
  ): { accepted: boolean; value: T; steps?: string; rawConfidence?: number; confidence?: number };
}

export interface Walked<T> {
  /** Those that validated, in the order of asking; the last one is accepted if any is. */
  answers: Array<TierAnswer<T> & { tier: string; accepted: boolean }>;
  attempts: Attempt[];
  /** When the first of the tiers that were limited may be asked again. */
  retryAfterMs: number | undefined;
}

export interface WalkDeps {
  limits: TierLimits;
  log(attempt: Attempt): void;
  onBreaker(tier: string, state: Breaker): void;
  now(): number;
}

/**
 * Asks one tier after the other until an answer is accepted: whatever goes wrong with one leads to the next (D7).
 * @throws the signal's reason when the caller gave up
 */
export async function walk<T>({ limits, log, onBreaker, now }: WalkDeps, errand: Walk<T>): Promise<Walked<T>> {
  const { task, stakes, promptVersion, candidates, account, signal, tokens } = errand;
  const attempts: Attempt[] = [];
  const answers: Walked<T>["answers"] = [];
  const waitsMs: number[] = [];
  const endMs = now() + errand.timeoutMs;

  function record(
    tier: Tier,
    startedMs: number,
    outcome: Attempt["outcome"],
    usage: Usage,
    more: Partial<Attempt> = {},
  ) {
    const cost = costOf(usage, policyOf(tier).price);
    const ms = now() - startedMs;
    attempts.push({ tier: tier.id, task, stakes, ms, usage, cost, outcome, promptVersion, ...account, ...more });
    log(attempts.at(-1) as Attempt);
  }

  /** @returns whether the walk ends here. */
  async function ask(tier: Tier, timeoutMs: number): Promise<boolean> {
    const startedMs = now();
    const { tokensPerMinute, contextTokens } = policyOf(tier);
    const skip = (because: NonNullable<Attempt["because"]>): boolean => {
      record(tier, startedMs, "Skipped", noUsage, { because });
      return false;
    };
    if (timeoutMs <= 0) return skip("time");
    if (contextTokens !== undefined && tokens > contextTokens) return skip("context");
    const inProcess = tier.where === "in-process";
    const admission = await limits.admit({ tier: tier.id, tokens, tokensPerMinute, leaseMs: timeoutMs, inProcess });
    onBreaker(tier.id, admission.breaker);
    if (!admission.admitted) {
      if (admission.retryAfterMs !== undefined) waitsMs.push(admission.retryAfterMs);
      return skip(admission.because);
    }
    const settle = async (ending: Ending): Promise<void> => {
      const breaker = await limits.settle(admission.ticket, ending);
      onBreaker(tier.id, breaker);
      if (ending.kind === "limited") waitsMs.push(ending.retryAfterMs);
      else if (breaker === "open") waitsMs.push(OPEN_MS);
    };
    let answer: TierAnswer<T>;
    try {
      signal.throwIfAborted();
      answer = await errand.call(tier, timeoutMs);
    } catch (error) {
      if (signal.aborted) {
        await settle({ kind: "abandoned" });
        throw signal.reason;
      }
      const failure = asModelError(tier, error);
      await settle(endingOf(failure));
      record(tier, startedMs, failure.kind, failure.usage ?? noUsage);
      return false;
    }
    const { usage } = answer;
    await settle({ kind: "answered", tokens: counted(usage) });
    const { accepted, value, ...noted } = errand.judge(tier, answer.value);
    record(tier, startedMs, accepted ? "Accepted" : "LowConfidence", usage, noted);
    answers.push({ value, usage, tier: tier.id, accepted });
    return accepted;
  }

  for (const [index, tier] of candidates.entries()) {
    signal.throwIfAborted();
    // An equal share of what is left: a tier that hangs leaves time for those behind it. Timers take whole milliseconds only.
    if (await ask(tier, Math.floor((endMs - now()) / (candidates.length - index)))) break;
  }
  return { answers, attempts, retryAfterMs: waitsMs.length === 0 ? undefined : Math.min(...waitsMs) };
}

/** Some servers count nothing; then the estimate stands. */
function counted(usage: Usage | undefined): number | undefined {
  const tokens = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
  return tokens === 0 ? undefined : tokens;
}

function endingOf(failure: ModelError): Ending {
  const tokens = counted(failure.usage);
  switch (failure.kind) {
    case "RateLimited":
      return { kind: "limited", retryAfterMs: failure.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS };
    case "Unavailable":
      return { kind: "failed", tokens: tokens ?? 0 };
    case "Timeout":
      // The vendor may well have worked, and counted, until we hung up.
      return { kind: "failed", tokens };
    case "BadRequest":
      return { kind: "answered", tokens: tokens ?? 0 };
    case "BadAnswer":
    case "Refused":
      return { kind: "answered", tokens };
  }
}

function asModelError(tier: Tier, error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  // A tier broke its promise (a bug): the next one answers, the customer does not notice.
  return new ModelError("Unavailable", `${tier.id}: ${error instanceof Error ? error.name : "failed"}`, undefined, {
    cause: error,
  });
}
