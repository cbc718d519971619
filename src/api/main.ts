/** One API process: `npm run api`. Configuration by environment, see src/config.ts. */
import { Client, Connection } from "@temporalio/client";
import { createDemoShop } from "../commerce/demo-shop.ts";
import { loadConfig, required } from "../config.ts";
import { chooseBus } from "../live/choose.ts";
import { openStore } from "../store/mongo.ts";
import { createLogger } from "../telemetry/log.ts";
import { buildApp } from "./app.ts";
import { createTokens } from "./auth.ts";
import { createGateway } from "./gateway.ts";
import { createLeakyBucket } from "./leaky-bucket.ts";
import { createSafety } from "./safety.ts";

const config = loadConfig();
const log = createLogger(config.LOG_LEVEL, "api");
const store = await openStore(config.MONGODB_URI ?? "mongodb://127.0.0.1:27017");
// Lazy, so that the API comes up and answers 503 while Temporal is away.
const connection = Connection.lazy({ address: config.TEMPORAL_ADDRESS ?? "127.0.0.1:7233" });
const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
const bus = chooseBus(config.REDIS_URL, process, log);
const commerce = createDemoShop(store);
const safety = createSafety(config, store, commerce, log);
const app = await buildApp(
  {
    config,
    store,
    bus,
    commerce,
    ...safety.deps,
    gateway: createGateway({ client, config, log }),
    tokens: createTokens(required(config, "JWT_SECRET")),
    bucket: createLeakyBucket({ capacity: config.BUCKET_CAPACITY, leakPerS: config.BUCKET_LEAK_PER_S }),
  },
  log,
);

async function stop(): Promise<void> {
  await app.close();
  await Promise.all([connection.close(), store.close(), bus.close(), safety.close()]);
  process.exit(0);
}
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());
process.once("disconnect", () => void stop());
await app.listen({ port: config.PORT, host: config.HOST });
process.send?.({ ready: true });
log.info({ port: config.PORT }, "api ready");
