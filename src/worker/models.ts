/** The worker's models: tiers from TIERS_FILE or the environment, their limits, the router over them. */
import { Registry } from "prom-client";
import type { Config } from "../config.ts";
import type { Attempt } from "../models/accounting.ts";
import { createInProcessLimits } from "../models/limits/in-process.ts";
import { createRedisLimits } from "../models/limits/redis.ts";
import { createModelMetrics } from "../models/metrics.ts";
import type { Router } from "../models/router.ts";
import { createRouter } from "../models/router.ts";
import { createTiers, inProcessTier } from "../models/tiers.ts";
import type { Tier } from "../models/types.ts";
import type { Logger } from "../telemetry/log.ts";
import { configuredTiers } from "./tiers.ts";

export interface Models {
  /** Null while there is no tier. */
  router(): Router | null;
  /** A tier that became ready while the worker already served. */
  add(tier: Tier): void;
  /** What the tiers do and cost. */
  metrics: Registry;
  close(): Promise<void>;
}

export interface ModelsOptions {
  /** Keeps every attempt (M4, M7). */
  record?: (attempt: Attempt) => void;
  /** Tests only: instead of the configured ones. */
  tiers?: Tier[] | undefined;
}

/**
 * @throws TiersFileError when TIERS_FILE can't be used
 */
export async function startModels(config: Config, log: Logger, { record, tiers }: ModelsOptions = {}): Promise<Models> {
  const { tiers: rows, routes } = await configuredTiers(config);
  const all = tiers ? [...tiers] : createTiers(rows, { timeoutMs: config.MODEL_TIMEOUT_MS, keyOf: config.secret });
  const limits = config.REDIS_URL ? await createRedisLimits({ url: config.REDIS_URL, log }) : createInProcessLimits();
  const registry = new Registry();
  const metrics = createModelMetrics(registry);
  // Rebuilt when a tier joins; quotas, breakers and counts go on.
  const build = (): Router | null =>
    all.length === 0
      ? null
      : createRouter({
          tiers: [...all],
          routes,
          limits,
          metrics,
          log(attempt) {
            // Steps quote the customer: they are kept with the turn, not in a log.
            const { steps: _, ...shown } = attempt;
            log.info({ attempt: shown }, "model call");
            record?.(attempt);
          },
        });
  let router = build();
  return {
    router: () => router,
    add(tier) {
      all.unshift(inProcessTier(tier, rows));
      router = build();
    },
    metrics: registry,
    close: () => limits.close(),
  };
}
