import { noUsage } from "./failures.ts";
import { phrasePromptVersion, promptVersion } from "./prompts.ts";
import type { ModelFailureKind, PhraseRequest, Prediction, PredictRequest, Tier, TierAnswer, Usage } from "./types.ts";
import { ModelError } from "./types.ts";

const FAILURES_TO_OPEN = 3;
const OPEN_MS = 30_000;
/** For a tier that limits without saying how long. */
const DEFAULT_RETRY_AFTER_MS = 10_000;
const DEFAULT_MIN_CONFIDENCE = 0.6;

/** One tier's try at one task; `Skipped` costs nothing, `LowConfidence` validated but was not sure enough. */
export interface Attempt {
  tier: string;
  task: "predict" | "phrase";
  ms: number;
  usage: Usage;
  outcome: "Accepted" | "LowConfidence" | "Skipped" | ModelFailureKind;
  promptVersion: string;
}

export interface Routed<T> extends TierAnswer<T> {
  tier: string;
  attempts: Attempt[];
}

/** No tier gave an answer; kind is "Unavailable". `retryAfterMs` is when the first tier that was limited may be asked again. */
export class NoTierAnswered extends ModelError {
  readonly attempts: Attempt[];
  constructor(attempts: Attempt[], retryAfterMs: number | undefined) {
    const tried = attempts.map((attempt) => `${attempt.tier} ${attempt.outcome}`).join(", ");
    super("Unavailable", `no model answered: ${tried || "none is configured for this"}`, retryAfterMs);
    this.attempts = attempts;
  }
}

export interface RouteOptions {
  signal: AbortSignal;
  /** For all tiers together. */
  timeoutMs: number;
  /** Private text: cloud tiers are passed over (M2). */
  localOnly?: boolean;
}

export interface Router {
  /** Whether any tier writes answers. */
  writes(): boolean;
  /**
   * The first prediction that reaches `minConfidence` (default 0.6), else the most confident one that validated.
   * @throws NoTierAnswered when none validated; the signal's reason when aborted.
   */
  predict(request: PredictRequest, options: RouteOptions & { minConfidence?: number }): Promise<Routed<Prediction>>;
  /**
   * Words an answer with the first tier that can.
   * `onRestart` tells that the deltas so far came from a tier that failed: forget them.
   * @throws NoTierAnswered when no tier writes or all failed; the signal's reason when aborted.
   */
  phrase(
    request: PhraseRequest,
    options: RouteOptions & { onDelta?: (text: string) => void; onRestart?: () => void },
  ): Promise<Routed<string>>;
}

export interface RouterOptions {
  /** In the order to be tried: local first, then cloud (M2). */
  tiers: Tier[];
  /** Told of every attempt as it ends (M4). */
  log: (attempt: Attempt) => void;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/**
 * Walks the tiers for a task (M1, M2): a failure or a doubtful answer leads to the next one. A tier that was Unavailable or
 * timed out three times running is passed over for 30 s, a rate-limited one for as long as it asked.
 */
export function createRouter({ tiers, log, now = Date.now }: RouterOptions): Router {
  const health = new Map(tiers.map((tier) => [tier.id, { failures: 0, closedUntilMs: 0 }]));

  function note(tier: Tier, error: ModelError | undefined): void {
    const state = health.get(tier.id);
    if (state === undefined) return;
    if (error === undefined) state.failures = 0;
    else if (error.kind === "RateLimited") state.closedUntilMs = now() + (error.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS);
    else if (error.kind === "Unavailable" || error.kind === "Timeout") {
      state.failures++;
      // Stays at the threshold afterwards: one more failure on the probe closes the tier again at once.
      if (state.failures >= FAILURES_TO_OPEN) state.closedUntilMs = now() + OPEN_MS;
    } else state.failures = 0;
  }

  /** Runs `call` on each usable tier until `accept` takes an answer. */
  async function walk<T>(
    task: Attempt["task"],
    candidates: Tier[],
    options: RouteOptions,
    call: (tier: Tier, timeoutMs: number) => Promise<TierAnswer<T>>,
    accept: (value: T) => boolean,
  ): Promise<{ answers: Array<Routed<T>>; attempts: Attempt[] }> {
    const attempts: Attempt[] = [];
    const answers: Array<Routed<T>> = [];
    const endMs = now() + options.timeoutMs;
    const record = (tier: Tier, startedMs: number, outcome: Attempt["outcome"], usage: Usage) => {
      const version = task === "predict" ? promptVersion : phrasePromptVersion;
      const attempt: Attempt = { tier: tier.id, task, ms: now() - startedMs, usage, outcome, promptVersion: version };
      attempts.push(attempt);
      log(attempt);
    };

    for (const [index, tier] of candidates.entries()) {
      const startedMs = now();
      options.signal.throwIfAborted();
      if (startedMs >= endMs || startedMs < (health.get(tier.id)?.closedUntilMs ?? 0)) {
        record(tier, startedMs, "Skipped", noUsage);
        continue;
      }
      try {
        // An equal share of what is left: a tier that hangs leaves time for those behind it.
        const answer = await call(tier, (endMs - startedMs) / (candidates.length - index));
        note(tier, undefined);
        const accepted = accept(answer.value);
        record(tier, startedMs, accepted ? "Accepted" : "LowConfidence", answer.usage);
        answers.push({ ...answer, tier: tier.id, attempts });
        if (accepted) break;
      } catch (error) {
        // The caller gave up: nobody's failure.
        if (options.signal.aborted) throw options.signal.reason;
        const failure = asModelError(tier, error);
        note(tier, failure);
        record(tier, startedMs, failure.kind, failure.usage ?? noUsage);
      }
    }
    return { answers, attempts };
  }

  function allowed(options: RouteOptions): Tier[] {
    return options.localOnly ? tiers.filter((tier) => tier.where !== "cloud") : tiers;
  }

  function nextChanceMs(candidates: Tier[]): number | undefined {
    const waits = candidates.map((tier) => (health.get(tier.id)?.closedUntilMs ?? 0) - now()).filter((ms) => ms > 0);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  return {
    writes: () => tiers.some((tier) => tier.phrase !== undefined),
    async predict(request, options) {
      const candidates = allowed(options);
      const minConfidence = options.minConfidence ?? DEFAULT_MIN_CONFIDENCE;
      const { answers, attempts } = await walk(
        "predict",
        candidates,
        options,
        (tier, timeoutMs) => tier.predict(request, { signal: options.signal, timeoutMs }),
        (prediction) => prediction.confidence >= minConfidence,
      );
      const best = answers.toSorted((a, b) => b.value.confidence - a.value.confidence)[0];
      if (best === undefined) throw new NoTierAnswered(attempts, nextChanceMs(candidates));
      return best;
    },

    async phrase(request, options) {
      const candidates = allowed(options).filter((tier) => tier.phrase !== undefined);
      let deltas = 0;
      const onDelta = (text: string) => {
        deltas++;
        options.onDelta?.(text);
      };
      const { answers, attempts } = await walk(
        "phrase",
        candidates,
        options,
        async (tier, timeoutMs) => {
          if (deltas > 0) options.onRestart?.();
          deltas = 0;
          if (tier.phrase === undefined) throw new ModelError("BadRequest", `${tier.id} does not write`);
          return await tier.phrase(request, { signal: options.signal, timeoutMs, onDelta });
        },
        () => true,
      );
      const answer = answers[0];
      if (answer === undefined) throw new NoTierAnswered(attempts, nextChanceMs(candidates));
      return answer;
    },
  };
}

function asModelError(tier: Tier, error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  // A tier broke its promise (a bug): the next one answers, the customer does not notice (D7).
  return new ModelError("Unavailable", `${tier.id}: ${error instanceof Error ? error.name : "failed"}`, undefined, {
    cause: error,
  });
}
