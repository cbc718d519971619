import { createHash } from "node:crypto";
import { z } from "zod";
import { noUsage } from "../models/failures.ts";
import { parsePrediction } from "../models/prediction.ts";
import { promptVersion } from "../models/prompts.ts";
import type { Router } from "../models/router.ts";
import type { Intent, Prediction, PredictRequest } from "../models/types.ts";
import type { CacheStats, SharedCache } from "../store/cache.ts";
import { TwoLevelCache } from "../store/cache.ts";
import { normalize } from "./text.ts";

/** Predictions that change no order, found again by all that the model saw (T5, M4). */
export interface PredictionCache {
  find(request: PredictRequest, minConfidence: number): Promise<{ tier: string; value: Prediction } | null>;
  keep(request: PredictRequest, tier: string, prediction: Prediction): Promise<void>;
  stats(): CacheStats;
  /** What this process has in memory: somebody was erased. */
  forget(): void;
}

/** What words mean doesn't age; an hour bounds what one wrong reading can do, and lets a better tier have its say. */
const TTL_MS = 60 * 60 * 1000;
const MAX_ENTRIES = 5_000;
/** Longer ones are never said twice. */
const MAX_TEXT_CHARACTERS = 120;
const SIMPLE: readonly Intent[] = ["order_status", "question", "smalltalk"];
/** What leans on earlier turns: "and that one?", "那这个呢". */
const LEANS =
  /[这那它他她另]|还有|还是|也|呢$|刚才|刚刚|上面|一样|再|\b(?:it|its|this|that|these|those|they|them|one|ones|same|also|too|else|other|another|again|and|so|then|what about|how about)\b/;

const keptSchema = z.object({ tier: z.string(), json: z.string() });

export function createPredictionCache({
  shared,
  now,
}: {
  shared?: SharedCache | undefined;
  now?: () => number;
} = {}): PredictionCache {
  const cache = new TwoLevelCache({ schema: keptSchema, ttlMs: TTL_MS, maxEntries: MAX_ENTRIES, shared, now });
  const stats: CacheStats = { hits: 0, misses: 0 };
  return {
    async find(request, minConfidence) {
      const key = keyOf(request);
      const kept = key === null ? undefined : await cache.get(key);
      const parsed = kept && parsePrediction(kept.json);
      const good = parsed?.ok && isSimple(parsed.value) && parsed.value.confidence >= minConfidence;
      stats[good ? "hits" : "misses"]++;
      return good && kept ? { tier: kept.tier, value: parsed.value } : null;
    },
    async keep(request, tier, prediction) {
      const key = keyOf(request);
      if (key !== null && isSimple(prediction)) await cache.set(key, { tier, json: JSON.stringify(prediction) });
    },
    stats: () => ({ ...stats }),
    forget: () => cache.clear(),
  };
}

/**
 * The router, asked for a prediction only when the cache has none. A hit names the tier that predicted, and costs nothing:
 * no attempts, no tokens. Kept are accepted readings of what changes no order, at normal stakes; never a yes or a no.
 */
export function cachedRouter(router: Router, cache: PredictionCache): Router {
  return {
    ...router,
    async predict(request, options) {
      if ((options.stakes ?? "normal") !== "normal") return router.predict(request, options);
      const kept = await cache.find(request, options.minConfidence ?? 0);
      if (kept) return { ...kept, accepted: true, usage: noUsage, attempts: [], cost: {} };
      const routed = await router.predict(request, options);
      if (routed.accepted) await cache.keep(request, routed.tier, routed.value);
      return routed;
    },
  };
}

const isSimple = ({ acts, answer }: Prediction): boolean =>
  answer === null && acts.length > 0 && acts.every(({ intent }) => SIMPLE.includes(intent));

/** Null: while a proposal is open, words are read anew. */
function keyOf({ locale, text, window, situation, orderedProducts }: PredictRequest): string | null {
  const said = normalize(text)
    .replace(/[\s\p{P}]+/gu, " ")
    .trim();
  if (situation.startsWith("CONFIRM") || said === "" || said.length > MAX_TEXT_CHARACTERS) return null;
  // Words that stand on their own mean the same after any conversation.
  const earlier = LEANS.test(said) ? window : [];
  const restsOn = [promptVersion, locale, situation, orderedProducts, earlier, said];
  return `prediction:${createHash("sha256").update(JSON.stringify(restsOn)).digest("hex")}`;
}
