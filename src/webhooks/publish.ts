import { createHash } from "node:crypto";
import type { Store, WebhookDeliveryDoc } from "../store/mongo.ts";
import type { Endpoint } from "./endpoints.ts";
import { shownUrl } from "./endpoints.ts";
import type { WebhookEvent, WebhookPublisher } from "./types.ts";

/** Starts a delivery's workflow; that it runs already is fine. */
export type StartDelivery = (deliveryId: string) => Promise<void>;

type WebhookStore = Pick<Store, "webhookDeliveries" | "webhookEndpoints">;

export interface Outbox extends WebhookPublisher {
  /**
   * Starts what was written down and never started, because a process died in between, or Temporal was away.
   * @returns how many
   */
  startForgotten(): Promise<number>;
  /** Resolves when every start that is under way has ended. */
  settled(): Promise<void>;
}

/** Younger ones are just being started. */
const FORGOTTEN_AFTER_MS = 5_000;
const BATCH = 200;

/** `webhook-id`: the same for every endpoint and every try, so that receivers can tell doubles. */
export const eventIdOf = ({ tenant, type, fact }: WebhookEvent): string =>
  `evt_${createHash("sha256")
    .update(JSON.stringify([tenant, type, fact]))
    .digest("base64url")
    .slice(0, 24)}`;

/** The outbox: one document for each event and endpoint, written where the fact is recorded, then delivered by a workflow each. */
export function createOutbox({
  store,
  endpoints,
  start,
  onError,
  now = () => new Date(),
}: {
  store: WebhookStore;
  endpoints: Endpoint[];
  start: StartDelivery;
  /** Hears of a start that failed; it is made up for. */
  onError: (error: unknown) => void;
  now?: () => Date;
}): Outbox {
  const starting = new Set<Promise<void>>();

  async function startOne(deliveryId: string): Promise<boolean> {
    try {
      await start(deliveryId);
      await store.webhookDeliveries.updateOne({ _id: deliveryId }, { $set: { startedAt: now() } });
      return true;
    } catch (error) {
      onError(error);
      return false;
    }
  }
  const inBackground = (deliveryId: string): void => {
    const run = startOne(deliveryId).then(() => undefined);
    starting.add(run);
    void run.finally(() => starting.delete(run));
  };

  return {
    async publish(event) {
      const wanted = endpoints.filter(
        ({ tenant, events }) => events.has(event.type) && (tenant === null || tenant === event.tenant),
      );
      if (wanted.length === 0) return;
      const eventId = eventIdOf(event);
      const off = new Set(
        (await store.webhookEndpoints.find({ _id: { $in: wanted.map(({ id }) => id) } }).toArray()).map(
          ({ _id }) => _id,
        ),
      );
      const docs = wanted.map((endpoint) => toDoc(event, eventId, endpoint, off.has(endpoint.id), now()));
      const { upsertedIds } = await store.webhookDeliveries.bulkWrite(
        docs.map(({ _id, ...doc }) => ({
          updateOne: { filter: { _id }, update: { $setOnInsert: doc }, upsert: true },
        })),
        { ordered: false },
      );
      for (const id of Object.values(upsertedIds)) {
        if (docs.find(({ _id }) => _id === id)?.state === "pending") inBackground(String(id));
      }
    },
    async startForgotten() {
      const before = new Date(now().getTime() - FORGOTTEN_AFTER_MS);
      const forgotten = await store.webhookDeliveries
        .find(
          { state: "pending", startedAt: null, queuedAt: { $lt: before } },
          { projection: { _id: 1 }, limit: BATCH },
        )
        .toArray();
      const started = await Promise.all(forgotten.map(({ _id }) => startOne(_id)));
      return started.filter(Boolean).length;
    },
    async settled() {
      await Promise.all(starting);
    },
  };
}

function toDoc(
  { tenant, type, at, data }: WebhookEvent,
  eventId: string,
  endpoint: Endpoint,
  disabled: boolean,
  now: Date,
): WebhookDeliveryDoc {
  return {
    _id: `${eventId}.${endpoint.id}`,
    eventId,
    endpoint: endpoint.id,
    url: shownUrl(endpoint.url),
    tenant,
    type,
    body: JSON.stringify({ type, timestamp: at.toISOString(), data: { tenant, ...data } }),
    state: disabled ? "disabled" : "pending",
    attempts: 0,
    lastStatus: null,
    lastError: disabled ? "the endpoint said 410 Gone earlier" : null,
    queuedAt: now,
    startedAt: null,
    settledAt: null,
  };
}
