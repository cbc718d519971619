import type { Client } from "@temporalio/client";
import type { Config } from "../config.ts";
import type { Store } from "../store/mongo.ts";
import type { Logger } from "../telemetry/log.ts";
import { loadEndpoints } from "../webhooks/endpoints.ts";
import type { Outbox } from "../webhooks/publish.ts";
import { createOutbox } from "../webhooks/publish.ts";
import { deliveryStarter } from "../webhooks/start.ts";

/** What the API tells other systems of: it writes it down and starts it; workers deliver. @throws WebhooksError when WEBHOOKS can't be used */
export async function createWebhooks({
  config,
  store,
  client,
  log,
}: {
  config: Config;
  store: Store;
  client: Client;
  log: Logger;
}): Promise<Outbox> {
  return createOutbox({
    store,
    endpoints: await loadEndpoints(config),
    start: deliveryStarter(client, config),
    onError: (error) => log.warn({ err: error }, "a webhook waits for a worker to start its delivery"),
  });
}
