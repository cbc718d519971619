/** The words of outgoing webhooks: events that other systems hear of. */

export const WEBHOOK_EVENTS = [
  "handoff.created",
  "handoff.claimed",
  "handoff.released",
  "handoff.callback",
  "handoff.returned",
  "handoff.resolved",
  "action.executed",
  "session.ended",
  "customer.erased",
] as const;
export type WebhookEventType = (typeof WEBHOOK_EVENTS)[number];

/** Something that happened: ids, states and times, never what anybody wrote. */
export interface WebhookEvent {
  tenant: string;
  type: WebhookEventType;
  /** Names the fact: the same fact told twice is one event. */
  fact: string;
  at: Date;
  data: Record<string, string | number | null>;
}

export interface WebhookPublisher {
  /**
   * Writes the event down for every endpoint that wants it; delivery goes on by itself and holds nobody up. Safe to call again.
   * @throws MongoError when it can't be written down: then the fact's own step must be tried again
   */
  publish(event: WebhookEvent): Promise<void>;
}

/** How a delivery ended, or that it goes on. */
export type DeliveryState = "pending" | "delivered" | "dead" | "disabled";

/** What a delivery's workflow asks for. */
export interface WebhookActivities {
  /** One attempt; fails with `Webhook.NotDelivered`, and when to try again, until it is delivered or given up. */
  deliverWebhook(input: { deliveryId: string }): Promise<DeliveryState>;
}

export const WEBHOOK_WORKFLOW = "deliverWebhookWorkflow";
