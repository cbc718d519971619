/** How the workflows call activities: which run locally, how long they may take, how they are retried. */
import { proxyActivities, proxyLocalActivities } from "@temporalio/workflow";
import type { Activities } from "../activities/types.ts";

/**
 * The fast path runs as local activities: one workflow task carries a whole turn, which is what keeps a turn cheap.
 * They are all idempotent, because a killed worker runs them again.
 */
export const local = proxyLocalActivities<Pick<Activities, "openSession" | "understand" | "respond">>({
  startToCloseTimeout: "5s",
  retry: { maximumAttempts: 3, initialInterval: "100ms" },
});

/** Understanding that first waits for the rest of a burst: signals that come meanwhile are seen when it is done. */
export const activities = proxyActivities<Pick<Activities, "understand">>({
  startToCloseTimeout: "10s",
  retry: { maximumAttempts: 3, initialInterval: "100ms" },
});

/** A model may take long and be overtaken by a newer message: cancellable, and given up after two tries. */
export const model = proxyActivities<Pick<Activities, "understandByModel">>({
  startToCloseTimeout: "60s",
  heartbeatTimeout: "10s",
  cancellationType: "TRY_CANCEL",
  retry: { maximumAttempts: 2, initialInterval: "500ms" },
});

/** Wording is style: one try, and the knowledge's own words instead. A newer message overtakes it (beyond-list 2). */
export const writer = proxyActivities<Pick<Activities, "writeAnswers">>({
  startToCloseTimeout: "15s",
  heartbeatTimeout: "10s",
  cancellationType: "TRY_CANCEL",
  retry: { maximumAttempts: 1 },
});

/** Changes orders: tried for a minute, then a person takes over. The idempotency key makes every try the same one. */
export const actions = proxyActivities<Pick<Activities, "execute">>({
  startToCloseTimeout: "15s",
  scheduleToCloseTimeout: "60s",
  retry: { initialInterval: "500ms", maximumInterval: "10s" },
});

/** What must happen in the end, however long a store is away: delivery, memory, the desk's list. */
export const delivery = proxyActivities<Pick<Activities, "openSession" | "respond" | "saveWarm" | "projectHandoff">>({
  startToCloseTimeout: "15s",
  retry: { initialInterval: "500ms", maximumInterval: "15s" },
});
