import { isCancellation, proxyActivities } from "@temporalio/workflow";
import type { GapActivities } from "../activities/types.ts";

/** The store may be away: a tenant waits with it for half an hour, then for the next time. */
const steps = proxyActivities<GapActivities>({
  startToCloseTimeout: "20m",
  scheduleToCloseTimeout: "30m",
  heartbeatTimeout: "2m",
  retry: { initialInterval: "1s", maximumInterval: "1m" },
});

export interface GapsGathered {
  cases: number;
  opened: number;
  merged: number;
  /** Tenants left to the next time. */
  failed: number;
}

/** Brings every tenant's gaps up to now (P4), one after the other: it is no hurry, and customers are. */
export async function knowledgeGapsWorkflow(): Promise<GapsGathered> {
  const gathered: GapsGathered = { cases: 0, opened: 0, merged: 0, failed: 0 };
  for (const tenant of await steps.gapTenants()) {
    try {
      const { cases, opened, merged } = await steps.collectGaps({ tenant });
      gathered.cases += cases;
      gathered.opened += opened;
      gathered.merged += merged;
    } catch (error) {
      // One tenant's trouble holds no other up.
      if (isCancellation(error)) throw error;
      gathered.failed += 1;
    }
  }
  return gathered;
}
