import { Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from "@temporalio/client";
import type { NativeConnection } from "@temporalio/worker";
import type { Config } from "../config.ts";

/** One a task queue: deployments that share a namespace sweep their own. */
export const sweepScheduleId = (config: Config): string => `archive-sweep-${config.TEMPORAL_TASK_QUEUE}`;

/** A sweep that was missed while Temporal was away is made up for within this time; what is due stays due anyway. */
const CATCH_UP = "1 hour";

/** Makes sure that the archive's sweep runs (T3). Every worker calls it; a changed interval is taken over. */
export async function scheduleSweep(connection: NativeConnection, config: Config): Promise<void> {
  const { schedule } = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
  const scheduleId = sweepScheduleId(config);
  const spec = { intervals: [{ every: config.ARCHIVE_SWEEP_EVERY_MS }] };
  try {
    await schedule.create({
      scheduleId,
      spec,
      action: {
        type: "startWorkflow",
        workflowType: "archiveSweepWorkflow",
        taskQueue: config.TEMPORAL_TASK_QUEUE,
        args: [],
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const handle = schedule.getHandle(scheduleId);
    const [interval] = (await handle.describe()).spec.intervals ?? [];
    if (Number(interval?.every) !== config.ARCHIVE_SWEEP_EVERY_MS)
      await handle.update((current) => ({ ...current, spec }));
  }
}
