/** One API process: `npm run api`. Configuration by environment, see src/config.ts. */
import { Client, Connection } from "@temporalio/client";
import { createDemoShop } from "../commerce/demo-shop.ts";
import { journalPath, loadConfig, required } from "../config.ts";
import { chooseBus } from "../live/choose.ts";
import { createEncryptionCodec } from "../safety/codec/codec.ts";
import { createDataConverter } from "../safety/codec/data-converter.ts";
import { recordConfiguration } from "../safety/configuration.ts";
import { watchErasures } from "../safety/erasure/caches.ts";
import { enforceTombstones } from "../safety/erasure/erase.ts";
import { openJournal } from "../safety/erasure/journal.ts";
import { createReceiptSigner } from "../safety/erasure/receipt.ts";
import { parseRetention, sweepRetention } from "../safety/erasure/retention.ts";
import { createKeyring } from "../safety/keys/keyring.ts";
import { createMasterKeys } from "../safety/keys/master.ts";
import { openStore } from "../store/mongo.ts";
import { createLogger } from "../telemetry/log.ts";
import { buildApp } from "./app.ts";
import { archiveOf } from "./archive.ts";
import { createTokens } from "./auth.ts";
import { createGateway } from "./gateway.ts";
import { createLeakyBucket } from "./leaky-bucket.ts";
import { createRedisBucket } from "./redis-bucket.ts";
import { createRevocations } from "./revocations.ts";
import { createSafety } from "./safety.ts";
import { createWebhooks } from "./webhooks.ts";

const RETENTION_SWEEP_MS = 3_600_000;
const config = loadConfig();
const log = createLogger(config.LOG_LEVEL, "api");
const wrapper = createMasterKeys(config.MASTER_KEY);
const store = await openStore(config.MONGODB_URI ?? "mongodb://127.0.0.1:27017");
const keyring = createKeyring({ store, wrapper });
const bucketSize = { capacity: config.BUCKET_CAPACITY, leakPerS: config.BUCKET_LEAK_PER_S };
const shared = config.REDIS_URL ? await createRedisBucket({ url: config.REDIS_URL, log, ...bucketSize }) : null;
const revocations = createRevocations(store);
const journal = openJournal(journalPath(config));
const returned = await enforceTombstones({ store, keyring, journal });
if (returned > 0) log.warn({ returned }, "a backup had brought erased customers back: erased again");
// Lazy, so that the API comes up and answers 503 while Temporal is away.
const connection = Connection.lazy({ address: config.TEMPORAL_ADDRESS ?? "127.0.0.1:7233" });
const client = new Client({
  connection,
  namespace: config.TEMPORAL_NAMESPACE,
  dataConverter: createDataConverter(keyring),
});
const bus = chooseBus(config.REDIS_URL, process, log);
const commerce = createDemoShop(store, keyring);
const safety = createSafety(config, { store, keyring }, commerce, log);
const auditKey = required(config, "AUDIT_KEY");
const changed = await recordConfiguration({ store, audit: safety.deps.audit, auditKey, config, process: "api" });
if (changed.length > 0) log.info({ changed }, "settings are others than at the last start");
const webhooks = await createWebhooks({ config, store, client, log });
const cold = archiveOf(config, store, keyring);
const app = await buildApp(
  {
    config,
    store,
    keyring,
    codec: createEncryptionCodec(keyring),
    journal,
    cold,
    receipts: await createReceiptSigner(store, wrapper),
    bus,
    commerce,
    ...safety.deps,
    webhooks,
    gateway: createGateway({ client, config, log }),
    revocations,
    tokens: createTokens(required(config, "JWT_SECRET"), revocations),
    bucket: shared ?? createLeakyBucket(bucketSize),
  },
  log,
);

const erasures = await watchErasures({
  store,
  keyring,
  forget: safety.deps.forget,
  onError: (error) => log.warn({ err: error }, "caches can't be compared with erasures"),
});
const retention = parseRetention(config.RETENTION_DAYS);
const sweep = (): void =>
  void sweepRetention({ store, keyring, journal }, cold, retention, new Date()).then(
    ({ sessions, files: { dropped, damaged } }) => {
      log.info({ sessions, dropped }, "retention sweep");
      if (damaged.length > 0)
        log.error({ damaged }, "files of the archive that the index doesn't know, or that can't be read");
    },
    (error: unknown) => log.error({ err: error }, "retention sweep"),
  );
setInterval(sweep, RETENTION_SWEEP_MS).unref();

async function stop(): Promise<void> {
  erasures.close();
  await app.close();
  shared?.close();
  cold?.objects.close();
  await webhooks.settled();
  await Promise.all([connection.close(), store.close(), bus.close(), safety.close()]);
  process.exit(0);
}
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());
process.once("disconnect", () => void stop());
await app.listen({ port: config.PORT, host: config.HOST });
process.send?.({ ready: true });
log.info({ port: config.PORT }, "api ready");
