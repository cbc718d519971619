/** The real server's clock, made to skip what nobody works in. */
import { randomUUID } from "node:crypto";
import type { Client } from "@temporalio/client";
import { msToTs } from "@temporalio/common/lib/time.js";
import type { Config } from "../../src/config.ts";

/** Skips time whenever nothing is going on: until this much has passed, or for ever. */
export const skipping = (forwardS: number | null) => ({
  enabled: true,
  fastForwardConfig: forwardS === null ? null : { id: randomUUID(), duration: msToTs(forwardS * 1_000) },
});

/** From now on, for a workflow that runs already. */
export const skipOn = (
  client: Client,
  { TEMPORAL_NAMESPACE: namespace }: Config,
  workflowId: string,
  forwardS: number | null,
) =>
  client.workflowService.updateWorkflowExecutionOptions({
    namespace,
    workflowExecution: { workflowId },
    workflowExecutionOptions: { timeSkippingConfig: skipping(forwardS) },
    updateMask: { paths: ["time_skipping_config"] },
  });
