import { Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from "@temporalio/client";
import type { NativeConnection } from "@temporalio/worker";
import type { Config } from "../config.ts";
import { gapsScheduleId } from "../knowledge/gaps/schedule-id.ts";

/** What a worker has done now and then. */
export interface Recurring {
  scheduleId: string;
  workflowType: string;
  everyMs: number;
}

/** The archive's sweep (T3). One a task queue: deployments that share a namespace sweep their own. */
export const sweepScheduleId = (config: Config): string => `archive-sweep-${config.TEMPORAL_TASK_QUEUE}`;

export const archiveSweep = (config: Config): Recurring => ({
  scheduleId: sweepScheduleId(config),
  workflowType: "archiveSweepWorkflow",
  everyMs: config.ARCHIVE_SWEEP_EVERY_MS,
});
/** The search for gaps in the knowledge (P4). */
export const knowledgeGaps = (config: Config): Recurring => ({
  scheduleId: gapsScheduleId(config),
  workflowType: "knowledgeGapsWorkflow",
  everyMs: config.KNOWLEDGE_GAPS_EVERY_MS,
});

/** A run that was missed while Temporal was away is made up for within this time; what is due stays due anyway. */
const CATCH_UP = "1 hour";

/** Makes sure that it runs, never twice at once. Every worker calls it; a changed interval is taken over. */
export async function ensureSchedule(
  connection: NativeConnection,
  config: Config,
  { scheduleId, workflowType, everyMs }: Recurring,
): Promise<void> {
  const { schedule } = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
  const spec = { intervals: [{ every: everyMs }] };
  try {
    await schedule.create({
      scheduleId,
      spec,
      action: { type: "startWorkflow", workflowType, taskQueue: config.TEMPORAL_TASK_QUEUE, args: [] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const handle = schedule.getHandle(scheduleId);
    const [interval] = (await handle.describe()).spec.intervals ?? [];
    if (Number(interval?.every) !== everyMs) await handle.update((current) => ({ ...current, spec }));
  }
}
