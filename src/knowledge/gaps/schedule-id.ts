import type { Config } from "../../config.ts";

/** Of the hourly search for gaps. One a task queue: deployments that share a namespace search their own. */
export const gapsScheduleId = (config: Pick<Config, "TEMPORAL_TASK_QUEUE">): string =>
  `knowledge-gaps-${config.TEMPORAL_TASK_QUEUE}`;
