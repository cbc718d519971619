/** The servers that tests/support/global-setup.ts started, and a corner of them for each test file. */
import { randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { importShop } from "../../src/commerce/import.ts";
import type { Config } from "../../src/config.ts";
import { loadConfig } from "../../src/config.ts";
import type { Embedded } from "../../src/embedded/types.ts";
import type { Keyring } from "../../src/safety/keys/keyring.ts";
import { createKeyring } from "../../src/safety/keys/keyring.ts";
import { createMasterKeys, newMasterKey } from "../../src/safety/keys/master.ts";
import type { Store } from "../../src/store/mongo.ts";
import { openStore } from "../../src/store/mongo.ts";

export const SERVERS_VARIABLE = "COLLOQUY_TEST_SERVERS";

export interface TestServers {
  dataDir: string;
  cacheDir: string;
  temporalAddress: string;
  /** Without a database. */
  mongodbUri: string;
  s3: { endpoint: string; accessKeyId: string; secretAccessKey: string };
  embedder: { enginePath: string; modelPath: string };
}

/** @throws Error when jest's global set-up did not run */
export function testServers(): TestServers {
  const text = process.env[SERVERS_VARIABLE];
  if (text === undefined)
    throw new Error("no servers: run the tests with `npm test`, whose jest.config.js starts them");
  return JSON.parse(text) as TestServers;
}

/** Set-up and teardown are loaded apart from each other, in one process. */
const kept = globalThis as { colloquyTestServers?: Embedded };
export const keepForTeardown = (embedded: Embedded): void => {
  kept.colloquyTestServers = embedded;
};
export const keptForTeardown = (): Embedded | undefined => kept.colloquyTestServers;

export interface Corner {
  /** As environment variables: what worker.ts and src/api/main.ts take. */
  env: Record<string, string>;
  config: Config;
  store: Store;
  keyring: Keyring;
  tenant: string;
  close(): Promise<void>;
}

const demoShop = fileURLToPath(new URL("../../data/demo-shop.json", import.meta.url));

/** A database, a task queue and a tenant of its own, with the demo shop in it; `more` overrides settings. */
export async function openCorner(more: Record<string, string> = {}): Promise<Corner> {
  const servers = testServers();
  const name = `test-${randomUUID().slice(0, 8)}`;
  const uri = new URL(servers.mongodbUri);
  uri.pathname = `/${name}`;
  const env: Record<string, string> = {
    DATA_DIR: servers.dataDir,
    CACHE_DIR: servers.cacheDir,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    TEMPORAL_TASK_QUEUE: name,
    MONGODB_URI: uri.href,
    S3_ENDPOINT: servers.s3.endpoint,
    S3_ACCESS_KEY_ID: servers.s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: servers.s3.secretAccessKey,
    JWT_SECRET: randomBytes(32).toString("hex"),
    MASTER_KEY: newMasterKey(),
    ERASURE_JOURNAL: join(servers.dataDir, `${name}-erasures.jsonl`),
    AUDIT_KEY: randomBytes(32).toString("hex"),
    TENANT: name,
    SMALL_MODEL: "false",
    LOG_LEVEL: "silent",
    // Tests that aren't about floods write as fast as they can.
    BUCKET_CAPACITY: "10000",
    ...more,
  };
  const config = loadConfig(env);
  const store = await openStore(env.MONGODB_URI ?? "");
  await importShop(store, config.TENANT, demoShop, await readFile(demoShop, "utf8"), new Date());
  const keyring = createKeyring({ store, wrapper: createMasterKeys(config.MASTER_KEY) });
  return { env, config, store, keyring, tenant: config.TENANT, close: () => store.close() };
}
