/** What the hourly search for gaps asks for (P4). Each step may be cut off and tried again. */
import { Context } from "@temporalio/activity";
import type { CollectDeps } from "../knowledge/gaps/collect.ts";
import { collectGaps } from "../knowledge/gaps/collect.ts";
import type { GapActivities } from "./types.ts";

export function createGaps(deps: Omit<CollectDeps, "beat">): GapActivities {
  return {
    gapTenants: () => deps.store.sessions.distinct("tenant"),
    collectGaps({ tenant }) {
      const { heartbeat } = Context.current();
      return collectGaps({ ...deps, beat: () => heartbeat() }, tenant);
    },
  };
}
