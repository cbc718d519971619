import type { HandoffInput, HandoffView } from "../dialogue/session.ts";
import type { LiveBus } from "../live/bus.ts";
import type { Audit } from "../safety/audit.ts";
import type { Store } from "../store/mongo.ts";
import { isDuplicateKey } from "../store/mongo.ts";
import type { Sealer } from "../store/sealed.ts";
import type { WebhookEventType, WebhookPublisher } from "../webhooks/types.ts";

/** Brings the desk's list up to date and hands ownership over. Idempotent; an older version never replaces a newer one. */
export function createProjectHandoff({
  store,
  sealer,
  bus,
  audit,
  webhooks,
  now,
}: {
  store: Store;
  sealer: Sealer;
  bus: LiveBus;
  audit: Audit;
  webhooks: WebhookPublisher;
  now: () => Date;
}) {
  return async (input: {
    handoff: HandoffInput;
    view: HandoffView;
    epoch: number;
    summary?: string;
    version: number;
  }): Promise<void> => {
    const { handoff, view, epoch, version } = input;
    const seal = (text: string) => sealer.seal(handoff.sessionId, text);
    await store.sessions.updateOne({ _id: handoff.sessionId }, { $max: { ownerEpoch: epoch } });
    await store.handoffs
      .updateOne(
        { _id: handoff.handoffId, version: { $lt: version } },
        {
          $set: {
            status: view.status,
            agent: view.agent,
            updatedAt: now(),
            version,
            ...(view.status === "active" ? { claimedAt: now() } : {}),
            ...(input.summary === undefined ? {} : { resolution: await seal(input.summary) }),
          },
          $setOnInsert: {
            tenant: handoff.tenant,
            sessionId: handoff.sessionId,
            customerId: handoff.customerId,
            reason: handoff.reason,
            // The view is of the turn before: this one isn't counted until it has spoken.
            turn: handoff.view.turn + 1,
            state: handoff.view.state,
            intent: handoff.view.intent,
            summary: await seal(handoff.summary),
            createdAt: new Date(handoff.createdAt),
          },
        },
        { upsert: true },
      )
      .catch((error: unknown) => {
        // The upsert of an older version meets the newer document's id.
        if (!isDuplicateKey(error)) throw error;
      });
    await audit.append({
      tenant: handoff.tenant,
      kind: "handoff",
      who: view.agent?.id ?? "system",
      what: view.status,
      refs: { handoffId: handoff.handoffId, sessionId: handoff.sessionId, reason: handoff.reason },
      once: `handoff:${handoff.handoffId}:${version}`,
    });
    await webhooks.publish({
      tenant: handoff.tenant,
      type: eventOf(view.status, version),
      fact: `${handoff.handoffId}:${version}`,
      at: now(),
      data: {
        handoffId: handoff.handoffId,
        sessionId: handoff.sessionId,
        customerId: handoff.customerId,
        status: view.status,
        reason: handoff.reason,
        agentId: view.agent?.id ?? null,
        createdAt: new Date(handoff.createdAt).toISOString(),
      },
    });
    bus.publish({
      type: "handoff",
      tenant: handoff.tenant,
      sessionId: handoff.sessionId,
      id: handoff.handoffId,
      status: view.status,
      agent: view.agent,
    });
  };
}

function eventOf(status: HandoffView["status"], version: number): WebhookEventType {
  if (status === "active") return "handoff.claimed";
  if (status !== "waiting") return `handoff.${status}`;
  return version === 1 ? "handoff.created" : "handoff.released";
}
