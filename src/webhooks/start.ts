import type { Client } from "@temporalio/client";
import type { Config } from "../config.ts";
import type { StartDelivery } from "./publish.ts";
import { WEBHOOK_WORKFLOW } from "./types.ts";

const DEADLINE_MS = 5_000;

/** One workflow a delivery, named by it: starting it twice is starting it once; after it has ended it may be started again. */
export const deliveryStarter =
  (client: Client, config: Pick<Config, "TEMPORAL_TASK_QUEUE">): StartDelivery =>
  async (deliveryId) => {
    await client.connection.withDeadline(Date.now() + DEADLINE_MS, () =>
      client.workflow.start(WEBHOOK_WORKFLOW, {
        workflowId: `webhook-${deliveryId}`,
        taskQueue: config.TEMPORAL_TASK_QUEUE,
        workflowIdConflictPolicy: "USE_EXISTING",
        args: [{ deliveryId }],
      }),
    );
  };
