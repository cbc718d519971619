import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, Connection } from "@temporalio/client";
import type { Tokens } from "../src/api/auth.ts";
import { createTokens } from "../src/api/auth.ts";
import type { Gateway } from "../src/api/gateway.ts";
import { createGateway } from "../src/api/gateway.ts";
import { importShop } from "../src/commerce/import.ts";
import type { Config } from "../src/config.ts";
import { inheritedEnvironment, loadConfig } from "../src/config.ts";
import { freePort } from "../src/embedded/ports.ts";
import { startEmbedded } from "../src/embedded/start.ts";
import type { LiveBus } from "../src/live/bus.ts";
import { createLocalBus } from "../src/live/bus.ts";
import { createDataConverter } from "../src/safety/codec/data-converter.ts";
import type { Keyring } from "../src/safety/keys/keyring.ts";
import { createKeyring } from "../src/safety/keys/keyring.ts";
import { createMasterKeys, newMasterKey } from "../src/safety/keys/master.ts";
import type { Store } from "../src/store/mongo.ts";
import { openStore } from "../src/store/mongo.ts";
import { createLogger } from "../src/telemetry/log.ts";
import type { Running } from "./processes.ts";
import { startChild } from "./processes.ts";

const demoShop = fileURLToPath(new URL("../data/demo-shop.json", import.meta.url));
export const FLOOR_QUEUE = "bench-floor";

/** Everything a run needs: servers in a folder of their own, our worker and API, the floor's worker. */
export interface Bench {
  config: Config;
  client: Client;
  /** Of the floor: nothing is encrypted. */
  plainClient: Client;
  store: Store;
  keyring: Keyring;
  gateway: Gateway;
  tokens: Tokens;
  apiUrl: string;
  /** What the workers published. */
  bus: LiveBus;
  pids: Record<"temporal" | "mongodb" | "worker" | "api" | "floor" | "load", number | undefined>;
  /** Which servers they are, a sentence. */
  engines: string;
  /** Stops and removes all of it. */
  stop(): Promise<void>;
}

/** `settings` override ours. @throws Error saying which part didn't start; nothing is left running then */
export async function startBench(
  onProgress: (message: string) => void,
  settings: Record<string, string> = {},
): Promise<Bench> {
  const dataDir = await mkdtemp(join(tmpdir(), "colloquy-bench-"));
  const undo: Array<() => Promise<unknown>> = [() => rm(dataDir, { recursive: true, force: true })];
  let stopping: Promise<void> | undefined;
  const stopAll = async (): Promise<void> => {
    for (const step of undo.reverse()) await step();
  };
  // Ctrl-C and the failure it causes both ask for it: the second waits for the first.
  const stop = (): Promise<void> => {
    stopping ??= stopAll();
    return stopping;
  };
  try {
    return await startAll(dataDir, undo, stop, onProgress, settings);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(
  dataDir: string,
  undo: Array<() => Promise<unknown>>,
  stop: () => Promise<void>,
  onProgress: (message: string) => void,
  settings: Record<string, string>,
): Promise<Bench> {
  const { cacheDir } = loadConfig();
  const embedded = await startEmbedded({
    dataDir,
    cacheDir,
    configured: {},
    headless: true,
    onProgress: ({ message }) => onProgress(message),
  });
  undo.push(() => embedded.stop());
  const port = await freePort();
  const env = {
    ...environment(dataDir, embedded.temporal.address, embedded.mongodb.uri, port),
    ...settings,
  };
  const config = loadConfig(env);
  const store = await openStore(embedded.mongodb.uri);
  undo.push(() => store.close());
  await importShop(store, config.TENANT, demoShop, await readFile(demoShop, "utf8"), new Date());

  const bus = createLocalBus();
  const relays: Running[] = [];
  const hear = (event: Parameters<LiveBus["publish"]>[0]): void => {
    bus.publish(event);
    for (const child of relays) child.send(event);
  };
  onProgress("starting our worker, the API and the floor's worker");
  const worker = await startChild("worker.ts", env, hear);
  undo.push(() => worker.stop());
  const api = await startChild("src/api/main.ts", env, () => undefined);
  undo.push(() => api.stop());
  relays.push(api);
  const floor = await startChild("bench/floor/worker.ts", { ...env, TEMPORAL_TASK_QUEUE: FLOOR_QUEUE }, bus.publish);
  undo.push(() => floor.stop());

  const connection = await Connection.connect({ address: embedded.temporal.address });
  undo.push(() => connection.close());
  const keyring = createKeyring({ store, wrapper: createMasterKeys(config.MASTER_KEY) });
  const client = new Client({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    dataConverter: createDataConverter(keyring),
  });
  const plainClient = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
  return {
    config,
    client,
    plainClient,
    store,
    keyring,
    bus,
    gateway: createGateway({ client, config, log: createLogger("silent", "bench") }),
    tokens: createTokens(config.JWT_SECRET ?? ""),
    apiUrl: `http://${config.HOST}:${config.PORT}`,
    pids: {
      temporal: embedded.temporal.pid,
      mongodb: embedded.mongodb.pid,
      worker: worker.pid,
      api: api.pid,
      floor: floor.pid,
      load: process.pid,
    },
    engines: await enginesOf(client, store),
    stop,
  };
}

async function enginesOf(client: Client, store: Store): Promise<string> {
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  const build = await store.db.admin().command({ buildInfo: 1 });
  const mongodb = "secantus" in build || /secantus/i.test(JSON.stringify(build)) ? "SecantusDB" : "mongod";
  return `Temporal server ${serverVersion} with SQLite, ${mongodb} (speaks MongoDB ${build.version}), as \`npm start\` runs them.`;
}

/** The defaults, whatever the caller's environment says, except where things are kept. */
function environment(
  dataDir: string,
  temporalAddress: string,
  mongodbUri: string,
  port: number,
): Record<string, string | undefined> {
  const { PATH, HOME, CACHE_DIR, XDG_CACHE_HOME } = inheritedEnvironment();
  return {
    PATH,
    HOME,
    CACHE_DIR,
    XDG_CACHE_HOME,
    DATA_DIR: dataDir,
    TEMPORAL_ADDRESS: temporalAddress,
    MONGODB_URI: mongodbUri,
    PORT: String(port),
    JWT_SECRET: randomBytes(32).toString("hex"),
    MASTER_KEY: newMasterKey(),
    AUDIT_KEY: randomBytes(32).toString("hex"),
    SMALL_MODEL: "false",
    LOG_LEVEL: "silent",
    // The load client is one user per session and writes as fast as it is answered.
    BUCKET_CAPACITY: "1000000",
  };
}
