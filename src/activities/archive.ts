/** The sweep's steps (T3). Each may be cut off and tried again; operators hear of every failure. */
import { ApplicationFailure, Context } from "@temporalio/activity";
import type { Memory, Sweep } from "../memory/index.ts";
import type { Report } from "../memory/report.ts";
import type { ArchiveActivities } from "./types.ts";

export interface ArchiveDeps {
  memory: Memory;
  report: Report;
  now: () => Date;
}

export function createArchive({ memory, report, now }: ArchiveDeps): ArchiveActivities {
  const step = async <T>(
    details: Record<string, unknown>,
    run: (sweep: Sweep, beat: () => void) => Promise<T>,
  ): Promise<T> => {
    const { sweep } = memory;
    if (!sweep)
      throw ApplicationFailure.nonRetryable("this worker has no archive (S3_ENDPOINT)", "Archive.NotConfigured");
    const { heartbeat } = Context.current();
    try {
      return await run(sweep, () => heartbeat());
    } catch (error) {
      report("sweep", error, details);
      throw error;
    }
  };
  return {
    dueForArchive: () => step({}, (sweep) => sweep.dueHours(now())),
    archiveHour: ({ tenant, hour }) =>
      step({ tenant, hour }, (sweep, beat) => sweep.archiveHour(tenant, hour, now(), beat)),
    dueForCompaction: () => step({}, (sweep) => sweep.compactionsDue(now())),
    compactArchive: (scope) => step({ ...scope }, (sweep, beat) => sweep.compact(scope, now(), beat)),
  };
}
