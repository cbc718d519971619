import type { Config } from "../config.ts";
import type { ColdParts } from "../memory/cold.ts";
import { createLedger } from "../memory/ledger.ts";
import { createObjectStore } from "../memory/object-store.ts";
import type { RecordSealer } from "../memory/record.ts";
import type { Store } from "../store/mongo.ts";

/** Whoever exports can wait. */
const TIMEOUT_MS = 30_000;

/** The archive for reading; null when no S3 is configured. */
export function archiveOf(config: Config, store: Store, sealer: RecordSealer): ColdParts | null {
  const { S3_ENDPOINT: endpoint, S3_BUCKET: bucket, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = config;
  if (!endpoint) return null;
  const credentials = { accessKeyId: S3_ACCESS_KEY_ID ?? "", secretAccessKey: S3_SECRET_ACCESS_KEY ?? "" };
  const objects = createObjectStore({ endpoint, bucket, ...credentials, timeoutMs: TIMEOUT_MS });
  return { objects, ledger: createLedger(store), sealer };
}
