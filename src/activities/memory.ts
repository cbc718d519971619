import type { Memory } from "../memory/index.ts";
import type { WebhookPublisher } from "../webhooks/types.ts";
import type { Activities } from "./types.ts";

/** D6: hot moves to warm, one document a session. Idempotent; a session in which nothing was said leaves none. */
export const createSaveWarm =
  ({
    memory,
    webhooks,
    now,
  }: {
    memory: Memory;
    webhooks: WebhookPublisher;
    now: () => Date;
  }): Activities["saveWarm"] =>
  async ({ ended, ...hot }) => {
    await memory.save(hot);
    if (!ended) return;
    const { tenant, sessionId, customerId } = hot.identity;
    await webhooks.publish({
      tenant,
      type: "session.ended",
      // Who comes back goes on with its turns, and ends it again.
      fact: `${sessionId}:${hot.turn}`,
      at: now(),
      data: { sessionId, customerId, turns: hot.turn },
    });
  };
