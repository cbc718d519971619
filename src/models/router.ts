import type { Account, Attempt, Cost } from "./accounting.ts";
import { totalOf } from "./accounting.ts";
import { createInProcessLimits } from "./limits/in-process.ts";
import type { TierLimits } from "./limits/types.ts";
import type { ModelMetrics } from "./metrics.ts";
import { phrasePromptVersion, promptVersion } from "./prompts.ts";
import type { Routes } from "./routes.ts";
import { candidatesFor, thresholdFor } from "./routes.ts";
import { phraseTokens, predictTokens } from "./tokens.ts";
import type { PhraseRequest, Prediction, PredictRequest, Stakes, Tier, TierAnswer } from "./types.ts";
import { ModelError } from "./types.ts";
import type { WalkDeps, Walked } from "./walk.ts";
import { walk } from "./walk.ts";

export interface Routed<T> extends TierAnswer<T> {
  tier: string;
  /** False: no tier was sure enough, this is the best of them. For money and medicine that is a case for a person (M6). */
  accepted: boolean;
  attempts: Attempt[];
  /** Of all attempts; `usage` is the answer's own. */
  cost: Cost;
}

/** No tier gave an answer; kind is "Unavailable". `retryAfterMs` is when the first tier that was limited may be asked again. */
export class NoTierAnswered extends ModelError {
  readonly attempts: Attempt[];
  readonly cost: Cost;
  constructor(attempts: Attempt[], retryAfterMs: number | undefined) {
    const tried = attempts.map(({ tier, outcome, because }) => [tier, outcome, because].filter(Boolean).join(" "));
    const { usage, cost } = totalOf(attempts);
    super("Unavailable", `no model answered: ${tried.join(", ") || "none is configured for this"}`, retryAfterMs, {
      usage,
    });
    this.attempts = attempts;
    this.cost = cost;
  }
}

export interface RouteOptions extends Account {
  signal: AbortSignal;
  /** For all tiers together. */
  timeoutMs: number;
  /** Private text: no cloud tier is asked, nor one that may see public text only (M2). */
  localOnly?: boolean;
  /** Default "normal" (M3, M6). */
  stakes?: Stakes;
}

export interface Router {
  /** Whether any tier writes answers. */
  writes(): boolean;
  /**
   * The first prediction that validates and reaches the confidence that its tier and the stakes ask for (`minConfidence`
   * instead, when given), else the most confident one that validated, `accepted` false. Its confidence is the calibrated one.
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
  /** Asked near ones first, unless a route says otherwise (M2). */
  tiers: Tier[];
  routes?: Routes;
  /** Quotas and breakers; of this router alone when absent. */
  limits?: TierLimits;
  /** Calibrates what a tier says of its own confidence; default: taken as said. */
  confidence?: (tier: string, raw: number) => number;
  metrics?: ModelMetrics;
  /** Told of every attempt as it ends (M4). */
  log: (attempt: Attempt) => void;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/**
 * Walks the tiers for a task: a failure or a doubtful answer leads to the next one, a tier over its quota or with an open
 * breaker is passed over and comes back by itself (M1, M2, M3, M5).
 */
export function createRouter(options: RouterOptions): Router {
  const { tiers, routes = {}, confidence = (_tier, raw) => raw, metrics, now = Date.now } = options;
  const deps: WalkDeps = {
    limits: options.limits ?? createInProcessLimits(now),
    log(attempt) {
      options.log(attempt);
      metrics?.attempt(attempt);
    },
    onBreaker: (tier, state) => metrics?.breaker(tier, state),
    now,
  };

  return {
    writes: () => candidatesFor(tiers, routes, { task: "phrase", stakes: "normal", localOnly: false }).length > 0,

    async predict(request, asked) {
      const { signal, timeoutMs, stakes = "normal", localOnly = false, minConfidence } = asked;
      const walked = await walk<Prediction>(deps, {
        task: "predict",
        stakes,
        promptVersion,
        candidates: candidatesFor(tiers, routes, { task: "predict", stakes, localOnly }),
        account: accountOf(asked),
        signal,
        timeoutMs,
        tokens: predictTokens(request),
        call: (tier, shareMs) => tier.predict(request, { signal, timeoutMs: shareMs }),
        judge(tier, value) {
          const calibrated = confidence(tier.id, value.confidence);
          return {
            accepted: calibrated >= (minConfidence ?? thresholdFor(tier, routes, stakes)),
            value: { ...value, confidence: calibrated },
            ...(value.steps ? { steps: value.steps } : {}),
            rawConfidence: value.confidence,
            confidence: calibrated,
          };
        },
      });
      const byConfidence = walked.answers.toSorted((a, b) => b.value.confidence - a.value.confidence);
      return routed(walked, walked.answers.find(({ accepted }) => accepted) ?? byConfidence[0]);
    },

    async phrase(request, asked) {
      const { signal, timeoutMs, stakes = "normal", localOnly = false } = asked;
      let deltas = 0;
      const onDelta = (text: string) => {
        deltas++;
        asked.onDelta?.(text);
      };
      const walked = await walk<string>(deps, {
        task: "phrase",
        stakes,
        promptVersion: phrasePromptVersion,
        candidates: candidatesFor(tiers, routes, { task: "phrase", stakes, localOnly }),
        account: accountOf(asked),
        signal,
        timeoutMs,
        tokens: phraseTokens(request),
        async call(tier, shareMs) {
          if (deltas > 0) asked.onRestart?.();
          deltas = 0;
          if (tier.phrase === undefined) throw new ModelError("BadRequest", `${tier.id} does not write`);
          return await tier.phrase(request, { signal, timeoutMs: shareMs, onDelta });
        },
        judge: (_tier, value) => ({ accepted: true, value }),
      });
      return routed(walked, walked.answers[0]);
    },
  };
}

const accountOf = ({ tenant, sessionId, turn }: Account): Account => ({
  ...(tenant === undefined ? {} : { tenant }),
  ...(sessionId === undefined ? {} : { sessionId }),
  ...(turn === undefined ? {} : { turn }),
});

function routed<T>({ attempts, retryAfterMs }: Walked<T>, answer: Walked<T>["answers"][number] | undefined): Routed<T> {
  if (answer === undefined) throw new NoTierAnswered(attempts, retryAfterMs);
  return { ...answer, attempts, cost: totalOf(attempts).cost };
}
