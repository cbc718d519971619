import type { Config } from "../config.ts";
import type { ProgressDisplay } from "../embedded/progress.ts";
import { ensureSmallModel } from "../embedded/small-model.ts";
import { createSmallModelTier } from "../models/local/small-model.ts";
import type { Tier } from "../models/types.ts";
import { tiersFrom } from "../worker/start.ts";

/** The small model first, as under `npm start`; without its weights the evaluation goes on. */
export async function availableTiers(config: Config, display: ProgressDisplay): Promise<Tier[]> {
  const configured = tiersFrom(config);
  if (!config.SMALL_MODEL) return configured;
  try {
    const modelPath = await ensureSmallModel({
      cacheDir: config.cacheDir,
      indexUrl: config.PYTHON_INDEX_URL,
      onProgress: display.onProgress,
    });
    return [await createSmallModelTier({ modelPath }), ...configured];
  } catch (error) {
    console.error(`Without the small model: ${error instanceof Error ? error.message : String(error)}`);
    return configured;
  }
}
