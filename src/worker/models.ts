/** The worker's models: tiers from TIERS_FILE or the environment, their limits, the router over them. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Registry } from "prom-client";
import type { Config } from "../config.ts";
import { createInProcessLimits } from "../models/limits/in-process.ts";
import { createRedisLimits } from "../models/limits/redis.ts";
import { createModelMetrics } from "../models/metrics.ts";
import type { Router } from "../models/router.ts";
import { createRouter } from "../models/router.ts";
import { createTiers, inProcessTier } from "../models/tiers.ts";
import type { TierRow, TiersFile } from "../models/tiers-file.ts";
import { parseTiersFile, TiersFileError } from "../models/tiers-file.ts";
import type { Tier } from "../models/types.ts";
import type { Logger } from "../telemetry/log.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Models {
  /** Null while there is no tier. */
  router(): Router | null;
  /** A tier that became ready while the worker already served. */
  add(tier: Tier): void;
  /** What the tiers do and cost. */
  metrics: Registry;
  close(): Promise<void>;
}

/**
 * @param tiers tests only: instead of the configured ones
 * @throws TiersFileError when TIERS_FILE can't be used
 */
export async function startModels(config: Config, log: Logger, tiers?: Tier[]): Promise<Models> {
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
          log: (attempt) => log.info({ attempt }, "model call"),
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

async function configuredTiers(config: Config): Promise<Pick<TiersFile, "tiers" | "routes">> {
  const path = config.TIERS_FILE;
  if (path === undefined) return { tiers: tiersOfEnvironment(config), routes: {} };
  const text = await readFile(resolve(root, path), "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new TiersFileError(path, [`it can't be read: ${error.code ?? error.message}`]);
  });
  return parseTiersFile(path, text, config.secret);
}

/** Without TIERS_FILE: one tier for each server or key that is set. */
function tiersOfEnvironment(config: Config): TierRow[] {
  const row = (protocol: "openai" | "anthropic", where: "local-network" | "cloud", model: string, baseUrl: string) => ({
    ...{ protocol, where, model, baseUrl, id: model, lastResort: false },
    tasks: ["predict" as const, "phrase" as const],
  });
  const { LOCAL_LLM_BASE_URL, LOCAL_LLM_MODEL, ANTHROPIC_MODEL, OPENAI_MODEL } = config;
  const anthropicUrl = config.ANTHROPIC_BASE_URL ?? "https://api.anthropic.com";
  const openaiUrl = config.OPENAI_BASE_URL ?? "https://api.openai.com/v1";
  return [
    ...(LOCAL_LLM_BASE_URL
      ? [
          {
            ...row("openai", "local-network", LOCAL_LLM_MODEL, LOCAL_LLM_BASE_URL),
            apiKeyEnv: "LOCAL_LLM_API_KEY",
          },
        ]
      : []),
    ...(config.ANTHROPIC_API_KEY
      ? [{ ...row("anthropic", "cloud", ANTHROPIC_MODEL, anthropicUrl), apiKeyEnv: "ANTHROPIC_API_KEY" }]
      : []),
    ...(config.OPENAI_API_KEY
      ? [{ ...row("openai", "cloud", OPENAI_MODEL, openaiUrl), apiKeyEnv: "OPENAI_API_KEY" }]
      : []),
  ];
}
