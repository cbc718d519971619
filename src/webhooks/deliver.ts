/** One delivery over HTTP, by Standard Webhooks: signed, without redirects, given up after the last try. */
import { ApplicationFailure } from "@temporalio/common";
import type { Store, WebhookDeliveryDoc } from "../store/mongo.ts";
import type { Endpoint } from "./endpoints.ts";
import { signaturesOf } from "./endpoints.ts";
import type { DeliveryState, WebhookActivities } from "./types.ts";

export interface DeliverDeps {
  store: Pick<Store, "webhookDeliveries" | "webhookEndpoints">;
  endpoints: Endpoint[];
  /** Pauses between the tries, in seconds: one more try than there are pauses. */
  retriesS: number[];
  timeoutMs: number;
  /** Hears of every delivery that was given up. */
  onDead: (delivery: Pick<WebhookDeliveryDoc, "_id" | "url" | "type">, why: string) => void;
  now?: () => Date;
}

const GONE = 410;
const RETRY_AFTER_MAX_S = 86_400;
/** Spread, so that receivers that come back aren't met by everything at once. */
const JITTER = 0.1;

/**
 * The activity. Safe to run again: what is delivered or given up is left alone, and a receiver that hears an event twice hears
 * it under the same id.
 */
export function createDeliverWebhook(deps: DeliverDeps): WebhookActivities["deliverWebhook"] {
  const { store, endpoints, retriesS, now = () => new Date() } = deps;
  const settle = async (
    { _id }: WebhookDeliveryDoc,
    state: Exclude<DeliveryState, "pending">,
    outcome: Pick<WebhookDeliveryDoc, "lastStatus" | "lastError">,
  ): Promise<DeliveryState> => {
    await store.webhookDeliveries.updateOne({ _id }, { $set: { ...outcome, state, settledAt: now() } });
    return state;
  };

  return async ({ deliveryId }) => {
    const delivery = await store.webhookDeliveries.findOneAndUpdate(
      { _id: deliveryId, state: "pending" },
      { $inc: { attempts: 1 } },
      { returnDocument: "after" },
    );
    if (!delivery) return (await store.webhookDeliveries.findOne({ _id: deliveryId }))?.state ?? "dead";
    const endpoint = endpoints.find(({ id }) => id === delivery.endpoint);
    if (!endpoint) {
      const lastError = "the endpoint is no longer configured";
      deps.onDead(delivery, lastError);
      return settle(delivery, "dead", { lastStatus: null, lastError });
    }
    if (await store.webhookEndpoints.findOne({ _id: endpoint.id }))
      return settle(delivery, "disabled", { lastStatus: GONE, lastError: "the endpoint said 410 Gone earlier" });

    const { status, error, retryAfterS } = await post(endpoint, delivery, deps.timeoutMs, now());
    if (error === null) return settle(delivery, "delivered", { lastStatus: status, lastError: null });
    if (status === GONE) {
      await store.webhookEndpoints.updateOne(
        { _id: endpoint.id },
        { $setOnInsert: { url: delivery.url, tenant: endpoint.tenant, disabledAt: now() } },
        { upsert: true },
      );
      deps.onDead(delivery, "410 Gone: the endpoint gets no more events");
      return settle(delivery, "disabled", { lastStatus: status, lastError: error });
    }
    const pauseS = retriesS[delivery.attempts - 1];
    if (pauseS === undefined) {
      deps.onDead(delivery, error);
      return settle(delivery, "dead", { lastStatus: status, lastError: error });
    }
    await store.webhookDeliveries.updateOne({ _id: deliveryId }, { $set: { lastStatus: status, lastError: error } });
    const waitS = Math.max(pauseS * (1 + Math.random() * JITTER), retryAfterS);
    throw ApplicationFailure.create({
      message: error,
      type: "Webhook.NotDelivered",
      nextRetryDelay: Math.ceil(waitS * 1_000),
    });
  };
}

interface Answer {
  /** Null without an answer. */
  status: number | null;
  /** Null: it was taken. */
  error: string | null;
  retryAfterS: number;
}

async function post(
  endpoint: Endpoint,
  { eventId, body }: WebhookDeliveryDoc,
  timeoutMs: number,
  at: Date,
): Promise<Answer> {
  try {
    const response = await fetch(endpoint.url, {
      method: "POST",
      // Followed, a redirect could lead anywhere, and the signature would go with it.
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        "content-type": "application/json",
        "user-agent": "Colloquy",
        "webhook-id": eventId,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
        "webhook-signature": signaturesOf(endpoint, eventId, at, body),
      },
      body,
    });
    // What they answer beyond the status is of no interest, however long it is.
    await response.body?.cancel();
    const { status, ok } = response;
    return {
      status,
      error: ok ? null : `HTTP ${status}`,
      retryAfterS: ok ? 0 : retryAfterOf(response.headers.get("retry-after")),
    };
  } catch (error) {
    return { status: null, error: reasonOf(error, timeoutMs), retryAfterS: 0 };
  }
}

const retryAfterOf = (header: string | null): number => {
  const seconds = Number(header ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, RETRY_AFTER_MAX_S) : 0;
};

function reasonOf(error: unknown, timeoutMs: number): string {
  // A DOMException, not always an Error.
  if (typeof error === "object" && error !== null && "name" in error && error.name === "TimeoutError")
    return `no answer within ${timeoutMs} ms`;
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}
