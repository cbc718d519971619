import { isCancellation, proxyActivities } from "@temporalio/workflow";
import type { ArchiveActivities } from "../activities/types.ts";

/** S3 or the store may be away for long: a step waits with them for hours, then leaves its part to the next sweep. */
const steps = proxyActivities<ArchiveActivities>({
  startToCloseTimeout: "15m",
  scheduleToCloseTimeout: "3h",
  heartbeatTimeout: "2m",
  retry: { initialInterval: "1s", maximumInterval: "1m" },
});

/** What can't be read now can't be read in a minute: nothing of it is deleted, and the next sweep looks again. */
const merging = proxyActivities<Pick<ArchiveActivities, "compactArchive">>({
  startToCloseTimeout: "15m",
  heartbeatTimeout: "2m",
  retry: { initialInterval: "1s", maximumInterval: "1m", maximumAttempts: 5 },
});

export interface Swept {
  sessions: number;
  files: number;
  /** Hours, days and months left to the next sweep. */
  failed: number;
}

/** Everything that is due goes from warm to cold, then days and months that are over are compacted (T3). */
export async function archiveSweepWorkflow(): Promise<Swept> {
  const swept: Swept = { sessions: 0, files: 0, failed: 0 };
  // One tenant's trouble holds no other up; the activity has told operators.
  const counted = (step: Promise<number>): Promise<number> =>
    step.catch((error: unknown) => {
      if (isCancellation(error)) throw error;
      swept.failed += 1;
      return 0;
    });
  for (const hour of await steps.dueForArchive()) swept.sessions += await counted(steps.archiveHour(hour));
  for (const scope of await steps.dueForCompaction()) swept.files += await counted(merging.compactArchive(scope));
  return swept;
}
