import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import type { Registry } from "prom-client";
import { createActivities } from "../activities/create.ts";
import { createDemoShop } from "../commerce/demo-shop.ts";
import { rememberOrders } from "../commerce/recent-orders.ts";
import type { Config } from "../config.ts";
import { journalPath, required } from "../config.ts";
import { createAnswerWriter } from "../knowledge/answer.ts";
import { createAnswerCache } from "../knowledge/answer-cache.ts";
import type { LiveBus } from "../live/bus.ts";
import { createEmbedder } from "../models/local/embedder.ts";
import type { Router } from "../models/router.ts";
import type { Tier } from "../models/types.ts";
import { createAudit } from "../safety/audit.ts";
import { createDataConverter } from "../safety/codec/data-converter.ts";
import { recordConfiguration } from "../safety/configuration.ts";
import { watchErasures } from "../safety/erasure/caches.ts";
import { enforceTombstones } from "../safety/erasure/erase.ts";
import { openJournal } from "../safety/erasure/journal.ts";
import { createKeyring } from "../safety/keys/keyring.ts";
import { createMasterKeys } from "../safety/keys/master.ts";
import { sealedCache } from "../safety/keys/sealed-cache.ts";
import { loadModerator } from "../safety/moderation.ts";
import { createOutputScreen } from "../safety/output.ts";
import { createRedisCache } from "../store/cache.ts";
import { countLookups } from "../store/cache-metrics.ts";
import { modelCallRecorder } from "../store/model-calls.ts";
import { openStore } from "../store/mongo.ts";
import type { Logger } from "../telemetry/log.ts";
import { loadMind } from "../understanding/load.ts";
import { cachedRouter, createPredictionCache } from "../understanding/prediction-cache.ts";
import { workflowBundle } from "./bundle.ts";
import { startMemory } from "./memory.ts";
import { startModels } from "./models.ts";
import { archiveSweep, ensureSchedule, knowledgeGaps } from "./schedule.ts";
import { startWebhooks } from "./webhooks.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface WorkerOptions {
  config: Config;
  log: Logger;
  bus: LiveBus;
  /** Where the embedder's engine and weights are. */
  embedderFiles: { enginePath: string; modelPath: string };
  onProgress?: (message: string, done: number, total: number) => void;
  /** Tests only: tiers of their own. */
  tiers?: Tier[];
}

export interface RunningWorker {
  /** Resolves when the worker has shut down; rejects when it failed. */
  done: Promise<void>;
  /** A tier that became ready while the worker already served: it goes first. */
  addTier(tier: Tier): void;
  /** What its models do and cost, and what its caches save them, for Prometheus. */
  metrics: Registry;
  /** Stops taking work, lets what runs finish. */
  stop(): Promise<void>;
}

/** Also those of the benchmark's floor, so that the two differ in nothing else. */
export const WORKER_LIMITS = {
  /** How soon an activity hears that it was cancelled: a model that was overtaken shouldn't go on costing. */
  maxHeartbeatThrottleInterval: 1_000,
  maxCachedWorkflows: 500,
  shutdownGraceTime: 5_000,
  /** How long a killed worker's conversations wait for it before another takes them over; the SDK's 10 s is a long silence. */
  stickyQueueScheduleToStartTimeout: 3_000,
};

/**
 * One worker: sessions, handoffs and their activities.
 * @throws MasterKeyError without a usable MASTER_KEY, Error when Temporal or MongoDB can't be reached, TiersFileError or WebhooksError when TIERS_FILE or WEBHOOKS can't be used
 */
export async function startWorker({
  config,
  log,
  bus,
  embedderFiles,
  onProgress,
  tiers,
}: WorkerOptions): Promise<RunningWorker> {
  const wrapper = createMasterKeys(config.MASTER_KEY);
  const bundling = workflowBundle(config.cacheDir);
  const [store, embedder] = await Promise.all([openStore(config.MONGODB_URI ?? ""), createEmbedder(embedderFiles)]);
  const keyring = createKeyring({ store, wrapper });
  await enforceTombstones({ store, keyring, journal: openJournal(journalPath(config)) });
  const auditKey = required(config, "AUDIT_KEY");
  const audit = createAudit(store, auditKey);
  await recordConfiguration({ store, audit, auditKey, config, process: "worker" });
  const record = modelCallRecorder(store, keyring, (error) =>
    log.warn({ err: error }, "a model call isn't accounted for"),
  );
  const models = await startModels(config, log, { record, tiers });
  const mind = await loadMind({
    embedder,
    cacheDir: config.cacheDir,
    knowledgeDir: config.KNOWLEDGE_DIR,
    driftCosine: config.DRIFT_COSINE,
    store,
    onError: (error) => log.warn({ err: error }, "a tenant's knowledge can't be read; trying again"),
    onProgress,
  });
  const { commerce, recentOrders, forget: forgetOrders } = rememberOrders(createDemoShop(store, keyring));
  const shared = config.REDIS_URL
    ? sealedCache(
        createRedisCache(config.REDIS_URL, (error) => log.debug({ err: error }, "shared cache is away")),
        keyring,
      )
    : undefined;
  const { knowledge, classifier } = mind;
  const predictions = createPredictionCache({ shared });
  const worded = createAnswerCache({ knowledge, embedder, mean: classifier.mean, shared });
  const erasures = await watchErasures({
    store,
    keyring,
    forget() {
      for (const forget of [embedder.forget, predictions.forget, worded.forget, mind.forget, forgetOrders]) forget();
    },
    onError: (error) => log.warn({ err: error }, "caches can't be compared with erasures"),
  });
  countLookups(models.metrics, { embedding: embedder, answer: worded, prediction: predictions });
  const router = (): Router | null => {
    const current = models.router();
    return current && cachedRouter(current, predictions);
  };
  const note = (error: unknown): void => log.debug({ err: error }, "answered verbatim");
  const answers = createAnswerWriter(knowledge, router, note, worded);
  const limits = { highValue: config.HIGH_VALUE_AMOUNT, handoffConfidence: config.HANDOFF_CONFIDENCE };
  const embedding = { embedder, mean: classifier.mean };
  const { memory, report, closeMemory } = startMemory({
    config,
    log,
    store,
    sealer: keyring,
    embedding,
    metrics: models.metrics,
  });
  const understander = mind.understander({
    commerce,
    past: ({ identity, texts, window = [] }) => memory.relevant(identity, texts.join("\n"), window),
    told: async (identity, question) => (await memory.told(identity, question)).length > 0,
    router,
    limits,
  });
  const connection = await NativeConnection.connect({ address: config.TEMPORAL_ADDRESS ?? "" });
  if (memory.sweep) await ensureSchedule(connection, config, archiveSweep(config));
  await ensureSchedule(connection, config, knowledgeGaps(config));
  const { webhooks, close: closeWebhooks } = await startWebhooks({ config, log, store, keyring, connection });
  const worker = await Worker.create({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    workflowBundle: await bundling,
    dataConverter: createDataConverter(keyring),
    activities: {
      ...createActivities({
        store,
        sealer: keyring,
        commerce,
        recentOrders,
        understander,
        answers,
        embedding,
        bus,
        memory,
        report,
        moderator: await loadModerator(join(root, "data", "safety", "moderation", "head.json"), embedder),
        audit,
        output: createOutputScreen(commerce, knowledge.publishes),
        webhooks,
        modelTimeoutMs: config.MODEL_TIMEOUT_MS,
      }),
    },
    ...WORKER_LIMITS,
  });
  const run = async (): Promise<void> => {
    try {
      await worker.run();
    } finally {
      erasures.close();
      await closeWebhooks();
      knowledge.close();
      await connection.close();
      await store.close();
      await models.close();
      shared?.close();
      closeMemory();
    }
  };
  const done = run();
  return {
    done,
    addTier: models.add,
    metrics: models.metrics,
    async stop() {
      if (worker.getState() === "RUNNING") worker.shutdown();
      await done;
    },
  };
}

/** The SDK's own log lines, through ours. Call before the first worker. */
export function installRuntime(log: Logger): void {
  const levels = { TRACE: "trace", DEBUG: "debug", INFO: "debug", WARN: "warn", ERROR: "error" } as const;
  Runtime.install({
    logger: new DefaultLogger("INFO", ({ level, message, meta }) => log[levels[level]]({ ...(meta ?? {}) }, message)),
    telemetryOptions: { logging: { filter: { core: "WARN", other: "ERROR" }, forward: {} } },
    shutdownSignals: [],
  });
}
