import type { Config } from "../config.ts";
import type { ProgressDisplay } from "../embedded/progress.ts";
import { ensureSmallModel } from "../embedded/small-model.ts";
import { createSmallModelTier } from "../models/local/small-model.ts";
import type { Routes } from "../models/routes.ts";
import { createTiers, inProcessTier } from "../models/tiers.ts";
import type { Tier } from "../models/types.ts";
import { configuredTiers } from "../worker/tiers.ts";

export interface AvailableTiers {
  tiers: Tier[];
  routes: Routes;
}

/** The tiers that a worker with this configuration has; without the small model's weights the evaluation goes on. */
export async function availableTiers(config: Config, display: ProgressDisplay): Promise<AvailableTiers> {
  const { tiers: rows, routes } = await configuredTiers(config);
  const tiers = createTiers(rows, { timeoutMs: config.MODEL_TIMEOUT_MS, keyOf: config.secret });
  if (!config.SMALL_MODEL) return { tiers, routes };
  try {
    const modelPath = await ensureSmallModel({
      cacheDir: config.cacheDir,
      indexUrl: config.PYTHON_INDEX_URL,
      onProgress: display.onProgress,
    });
    return { tiers: [inProcessTier(await createSmallModelTier({ modelPath }), rows), ...tiers], routes };
  } catch (error) {
    console.error(`Without the small model: ${error instanceof Error ? error.message : String(error)}`);
    return { tiers, routes };
  }
}
