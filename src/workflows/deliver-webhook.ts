import { proxyActivities } from "@temporalio/workflow";
import type { DeliveryState, WebhookActivities } from "../webhooks/types.ts";

/**
 * Tries that failed say themselves when the next one is due, and the last one gives up; what is retried without end is only
 * what stands between: a worker that died, a store that is away.
 */
const webhooks = proxyActivities<WebhookActivities>({
  startToCloseTimeout: "2m",
  retry: { initialInterval: "5s", maximumInterval: "5m" },
});

/** One event on its way to one endpoint, over days if it must be. */
export async function deliverWebhookWorkflow(delivery: { deliveryId: string }): Promise<DeliveryState> {
  return webhooks.deliverWebhook(delivery);
}
