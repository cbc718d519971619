import { proxyActivities } from "@temporalio/workflow";
import type { ArchiveActivities } from "../activities/types.ts";

/** S3 or the store may be away for hours: the sweep waits with it and goes on where it was. */
const { dueForArchive, archiveHour, dueForCompaction } = proxyActivities<ArchiveActivities>({
  startToCloseTimeout: "15m",
  heartbeatTimeout: "2m",
  retry: { initialInterval: "1s", maximumInterval: "1m" },
});

/** Of a file that can't be read nothing is deleted; after this many tries the next sweep sees to it again. */
const compactOnce = proxyActivities<Pick<ArchiveActivities, "compactArchive">>({
  startToCloseTimeout: "15m",
  heartbeatTimeout: "2m",
  retry: { initialInterval: "1s", maximumInterval: "1m", maximumAttempts: 5 },
});

export interface Swept {
  sessions: number;
  files: number;
}

/** Everything that is due goes from warm to cold, then days and months that are over are compacted (T3). */
export async function archiveSweepWorkflow(): Promise<Swept> {
  const swept: Swept = { sessions: 0, files: 0 };
  for (const hour of await dueForArchive()) swept.sessions += await archiveHour(hour);
  for (const scope of await dueForCompaction()) swept.files += await compactOnce.compactArchive(scope).catch(() => 0);
  return swept;
}
