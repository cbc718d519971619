/** The worker's memory: warm in MongoDB, cold on the configured S3, its troubles in the log and in /metrics. */
import type { Registry } from "prom-client";
import { Counter } from "prom-client";
import type { Config } from "../config.ts";
import type { Memory } from "../memory/index.ts";
import { createMemory } from "../memory/index.ts";
import type { ObjectStore } from "../memory/object-store.ts";
import { createObjectStore } from "../memory/object-store.ts";
import type { Embedding } from "../memory/remembered.ts";
import type { Report } from "../memory/report.ts";
import type { Keyring } from "../safety/keys/keyring.ts";
import type { Store } from "../store/mongo.ts";
import type { Logger } from "../telemetry/log.ts";

/** A customer waits for it; the sweep has time. */
const RECALL_TIMEOUT_MS = 1_000;
const SWEEP_TIMEOUT_MS = 60_000;

interface MemoryOptions {
  config: Config;
  log: Logger;
  store: Store;
  sealer: Keyring;
  embedding: Embedding;
  metrics: Registry;
}

export function startMemory({ config, log, store, sealer, embedding, metrics }: MemoryOptions): {
  memory: Memory;
  report: Report;
  closeMemory(): void;
} {
  const report = reporter(log, metrics);
  const [objects, sweepObjects] = [bucketOf(config, RECALL_TIMEOUT_MS), bucketOf(config, SWEEP_TIMEOUT_MS)];
  return {
    report,
    memory: createMemory({ store, sealer, embedding, objects, sweepObjects, report, keepMs: config.WARM_KEEP_MS }),
    closeMemory() {
      objects?.close();
      sweepObjects?.close();
    },
  };
}

/** Null when no S3 is configured: then warm keeps everything. */
function bucketOf(config: Config, timeoutMs: number): ObjectStore | null {
  const { S3_ENDPOINT: endpoint, S3_BUCKET: bucket, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = config;
  if (!endpoint) return null;
  return createObjectStore({
    endpoint,
    bucket,
    accessKeyId: S3_ACCESS_KEY_ID ?? "",
    secretAccessKey: S3_SECRET_ACCESS_KEY ?? "",
    timeoutMs,
  });
}

function reporter(log: Logger, registry: Registry): Report {
  const counter = new Counter({
    name: "colloquy_memory_trouble_total",
    help: "What went wrong with warm and cold memory",
    labelNames: ["trouble"],
    registers: [registry],
  });
  return (trouble, error, details) => {
    counter.inc({ trouble });
    log.error({ trouble, ...details, err: error }, "memory trouble");
  };
}
