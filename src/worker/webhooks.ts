/** A worker's webhooks: what it publishes, how it delivers, and the look for deliveries that nobody started. */
import { Client } from "@temporalio/client";
import type { NativeConnection } from "@temporalio/worker";
import type { Config } from "../config.ts";
import { createDataConverter } from "../safety/codec/data-converter.ts";
import type { Keyring } from "../safety/keys/keyring.ts";
import type { Store } from "../store/mongo.ts";
import type { Logger } from "../telemetry/log.ts";
import { createDeliverWebhook } from "../webhooks/deliver.ts";
import { loadEndpoints } from "../webhooks/endpoints.ts";
import { createOutbox } from "../webhooks/publish.ts";
import { deliveryStarter } from "../webhooks/start.ts";
import type { WebhookActivities, WebhookPublisher } from "../webhooks/types.ts";

const LOOK_EVERY_MS = 10_000;

export interface RunningWebhooks {
  webhooks: WebhookPublisher & WebhookActivities;
  /** Waits for starts that are under way. */
  close(): Promise<void>;
}

/** @throws WebhooksError when WEBHOOKS can't be used */
export async function startWebhooks({
  config,
  log,
  store,
  keyring,
  connection,
}: {
  config: Config;
  log: Logger;
  store: Store;
  keyring: Keyring;
  connection: NativeConnection;
}): Promise<RunningWebhooks> {
  const endpoints = await loadEndpoints(config);
  const client = new Client({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    dataConverter: createDataConverter(keyring),
  });
  const onError = (error: unknown): void => log.warn({ err: error }, "a webhook waits for its delivery to be started");
  const outbox = createOutbox({ store, endpoints, start: deliveryStarter(client, config), onError });
  const deliverWebhook = createDeliverWebhook({
    store,
    endpoints,
    retriesS: config.WEBHOOK_RETRIES_S,
    timeoutMs: config.WEBHOOK_TIMEOUT_MS,
    onDead: ({ _id, url, type }, why) => log.error({ delivery: _id, url, type, why }, "a webhook was given up"),
  });
  let looking: Promise<unknown> = Promise.resolve();
  const look = (): void => {
    looking = outbox.startForgotten().catch(onError);
  };
  // Also what waits for an endpoint that was taken out of the settings: it is given up, and seen.
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  look();
  return {
    webhooks: { publish: outbox.publish, deliverWebhook },
    async close() {
      clearInterval(timer);
      await looking;
      await outbox.settled();
    },
  };
}
