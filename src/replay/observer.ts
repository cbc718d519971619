/**
 * Runs inside the workflow sandbox during a replay and tells what the code does: with this, a replay shows the inputs
 * that a history does not hold (those of local activities), decoded by the SDK itself. Passes every call on unchanged
 * and adds no promise of its own to a chain, so that it can't change the order of anything.
 */
import type { Sinks, WorkflowInterceptors } from "@temporalio/workflow";
import { proxySinks } from "@temporalio/workflow";
import type { Observation } from "./types.ts";

export interface ObserverSinks extends Sinks {
  replay: { observed(observation: Observation): void };
}

type Untimed = Observation extends infer O ? (O extends Observation ? Omit<O, "at"> : never) : never;

const { replay } = proxySinks<ObserverSinks>();
/** Told as it is now: sinks are handed over after the task, when the workflow may have changed what it passed. */
function tell(observation: Untimed): void {
  replay.observed(JSON.parse(JSON.stringify({ ...observation, at: Date.now() })) as Observation);
}

function watch(seq: number, settling: Promise<unknown>): Promise<unknown> {
  settling.then(
    (result) => tell({ type: "settled", seq, ok: true, result }),
    (error: unknown) =>
      tell({ type: "settled", seq, ok: false, error: error instanceof Error ? error.message : String(error) }),
  );
  return settling;
}

export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      execute(input, next) {
        tell({ type: "started", args: input.args });
        return next(input);
      },
      handleSignal(input, next) {
        tell({ type: "message", kind: "signal", name: input.signalName, args: input.args });
        return next(input);
      },
      handleUpdate(input, next) {
        tell({ type: "message", kind: "update", name: input.name, args: input.args });
        return next(input);
      },
    },
  ],
  outbound: [
    {
      scheduleActivity(input, next) {
        tell({ type: "scheduled", seq: input.seq, activity: input.activityType, local: false, args: input.args });
        return watch(input.seq, next(input));
      },
      scheduleLocalActivity(input, next) {
        tell({ type: "scheduled", seq: input.seq, activity: input.activityType, local: true, args: input.args });
        return watch(input.seq, next(input));
      },
      startChildWorkflowExecution(input, next) {
        tell({ type: "child", workflowId: input.options.workflowId, workflowType: input.workflowType });
        return next(input);
      },
    },
  ],
});
