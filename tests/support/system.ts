/** API and worker in this process, on the shared servers: what most system tests run against. */
import type { AddressInfo } from "node:net";
import { Client, Connection } from "@temporalio/client";
import { buildApp } from "../../src/api/app.ts";
import { archiveOf } from "../../src/api/archive.ts";
import type { Tokens } from "../../src/api/auth.ts";
import { createTokens } from "../../src/api/auth.ts";
import { createGateway } from "../../src/api/gateway.ts";
import { createLeakyBucket } from "../../src/api/leaky-bucket.ts";
import { createRevocations } from "../../src/api/revocations.ts";
import { createSafety } from "../../src/api/safety.ts";
import { createWebhooks } from "../../src/api/webhooks.ts";
import { createDemoShop } from "../../src/commerce/demo-shop.ts";
import type { Config } from "../../src/config.ts";
import { journalPath } from "../../src/config.ts";
import type { LiveBus } from "../../src/live/bus.ts";
import { createLocalBus } from "../../src/live/bus.ts";
import type { Tier } from "../../src/models/types.ts";
import { createEncryptionCodec } from "../../src/safety/codec/codec.ts";
import { createDataConverter } from "../../src/safety/codec/data-converter.ts";
import { openJournal } from "../../src/safety/erasure/journal.ts";
import { createReceiptSigner } from "../../src/safety/erasure/receipt.ts";
import { createMasterKeys } from "../../src/safety/keys/master.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import type { RunningWorker } from "../../src/worker/start.ts";
import { installRuntime, startWorker } from "../../src/worker/start.ts";
import type { Chats } from "./chat.ts";
import { createChats } from "./chat.ts";
import type { Corner } from "./servers.ts";
import { openCorner, testServers } from "./servers.ts";

export interface TestApi {
  url: string;
  client: Client;
  tokens: Tokens;
  close(): Promise<void>;
}

/** An API on a free port; its rate limit, its memory of message ids and its connections are its own. */
export async function startApi({ config, store, keyring }: Corner, bus: LiveBus = createLocalBus()): Promise<TestApi> {
  const log = createLogger(config.LOG_LEVEL, "api");
  const connection = Connection.lazy({ address: config.TEMPORAL_ADDRESS ?? "" });
  const client = new Client({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    dataConverter: createDataConverter(keyring),
  });
  const revocations = createRevocations(store);
  const tokens = createTokens(config.JWT_SECRET ?? "", revocations);
  const commerce = createDemoShop(store, keyring);
  const safety = createSafety(config, { store, keyring }, commerce, log);
  const webhooks = await createWebhooks({ config, store, client, log });
  const cold = archiveOf(config, store, keyring);
  const app = await buildApp(
    {
      config,
      store,
      keyring,
      codec: createEncryptionCodec(keyring),
      journal: openJournal(journalPath(config)),
      cold,
      receipts: await createReceiptSigner(store, createMasterKeys(config.MASTER_KEY)),
      bus,
      tokens,
      revocations,
      commerce,
      ...safety.deps,
      webhooks,
      gateway: createGateway({ client, config, log }),
      bucket: createLeakyBucket({ capacity: config.BUCKET_CAPACITY, leakPerS: config.BUCKET_LEAK_PER_S }),
    },
    log,
  );
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    client,
    tokens,
    async close() {
      await app.close();
      cold?.objects.close();
      await webhooks.settled();
      await safety.close();
      await Promise.all([connection.close(), safety.close()]);
    },
  };
}

let runtimeInstalled = false;

/** A worker on the corner's task queue; without `tiers` only those its configuration names. */
export async function startTestWorker(
  { config }: Corner,
  bus: LiveBus = createLocalBus(),
  tiers?: Tier[],
): Promise<RunningWorker> {
  const log = createLogger(config.LOG_LEVEL, "worker");
  // Once a process: the SDK's own lines would drown jest's.
  if (!runtimeInstalled) installRuntime(log);
  runtimeInstalled = true;
  return startWorker({ config, log, bus, embedderFiles: testServers().embedder, ...(tiers ? { tiers } : {}) });
}

export interface TestSystem extends Corner {
  api: TestApi;
  chats: Chats;
  client: Client;
}

/**
 * A corner with its API and worker, and clients for both.
 * @throws Error when one of them can't be started; nothing is left running then, or jest would never end
 */
export async function startSystem({
  env = {},
  tiers,
  changeWorker = (config) => config,
}: {
  env?: Record<string, string>;
  tiers?: Tier[];
  /** Gives the worker other settings than the API: addresses of a gate, say. */
  changeWorker?: (config: Config) => Config;
} = {}): Promise<TestSystem> {
  const corner = await openCorner(env);
  const bus = createLocalBus();
  const starting = [
    startApi(corner, bus),
    startTestWorker({ ...corner, config: changeWorker(corner.config) }, bus, tiers),
  ] as const;
  const close = async (): Promise<void> => {
    const [api, worker] = await Promise.allSettled(starting);
    if (api.status === "fulfilled") await api.value.close();
    if (worker.status === "fulfilled") await worker.value.stop();
    await bus.close();
    await corner.close();
  };
  try {
    const [api] = await Promise.all(starting);
    const chats = createChats({ url: api.url, tokens: api.tokens, tenant: corner.tenant });
    return { ...corner, api, client: api.client, chats, close };
  } catch (error) {
    await close();
    throw error;
  }
}
