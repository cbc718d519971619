/** What the hourly search for gaps asks for (P4). Each step may be cut off and tried again. */
import { ApplicationFailure, Context } from "@temporalio/activity";
import type { CollectDeps } from "../knowledge/gaps/collect.ts";
import { collectGaps } from "../knowledge/gaps/collect.ts";
import { UnderWayError } from "../knowledge/gaps/turn.ts";
import type { GapActivities } from "./types.ts";

/** Another run takes seconds. */
const WAIT = "2s";

export function createGaps(deps: Omit<CollectDeps, "beat">): GapActivities {
  return {
    gapTenants: () => deps.store.sessions.distinct("tenant"),
    async collectGaps({ tenant }) {
      const { heartbeat } = Context.current();
      try {
        return await collectGaps({ ...deps, beat: () => heartbeat() }, tenant);
      } catch (error) {
        if (!(error instanceof UnderWayError)) throw error;
        throw ApplicationFailure.create({ type: "Gaps.UnderWay", message: error.message, nextRetryDelay: WAIT });
      }
    },
  };
}
