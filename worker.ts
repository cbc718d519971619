/** One worker process: `npm run worker`. Configuration by environment, see src/config.ts. */
import { limitOpenMp, loadConfig } from "./src/config.ts";
import { ensureSmallModel } from "./src/embedded/small-model.ts";
import { ensureEmbedder } from "./src/embedded/weights.ts";
import { chooseBus } from "./src/live/choose.ts";
import { createSmallModelTier } from "./src/models/local/small-model.ts";
import { createLogger } from "./src/telemetry/log.ts";
import { serveMetrics } from "./src/telemetry/metrics-server.ts";
import type { RunningWorker } from "./src/worker/start.ts";
import { installRuntime, startWorker } from "./src/worker/start.ts";

limitOpenMp();
const config = loadConfig();
const log = createLogger(config.LOG_LEVEL, "worker");
const tell = (progress: object): void => void process.send?.({ progress });

/** Joins when its weights are there; the worker serves meanwhile, and without it if they can't be had. */
async function addSmallModel(worker: RunningWorker): Promise<void> {
  try {
    const modelPath = await ensureSmallModel({
      cacheDir: config.cacheDir,
      indexUrl: config.PYTHON_INDEX_URL,
      onProgress: tell,
    });
    worker.addTier(await createSmallModelTier({ modelPath }));
    tell({ part: "small-model", message: "Small model: ready" });
  } catch (error) {
    log.warn({ err: error }, "the small model is not available; patterns and examples go on alone");
  }
}

installRuntime(log);
const bus = chooseBus(config.REDIS_URL, process, log);
const embedderFiles = await ensureEmbedder({
  cacheDir: config.cacheDir,
  indexUrl: config.PYTHON_INDEX_URL,
  onProgress: tell,
});
const worker = await startWorker({
  config,
  log,
  bus,
  embedderFiles,
  onProgress: (message, done, total) => tell({ part: "embedder", message: `${message} (${done} of ${total})` }),
});
const metrics = config.METRICS_PORT ? await serveMetrics(worker.metrics, config.HOST, config.METRICS_PORT) : null;
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void worker.stop());
process.once("disconnect", () => void worker.stop());
process.send?.({ ready: true });
log.info("worker ready");
if (config.SMALL_MODEL) void addSmallModel(worker);
await worker.done;
await metrics?.close();
await bus.close();
process.exit(0);
