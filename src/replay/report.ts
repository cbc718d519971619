import { divergedAt, reasonOf } from "./divergence.ts";
import { attributesOf, eventName, isoTime } from "./events.ts";
import { dated, placeEvents } from "./place.ts";
import type { Replayed, ReplayOptions } from "./run.ts";
import { replay } from "./run.ts";
import type { ObservedStep } from "./steps.ts";
import { foldSteps } from "./steps.ts";
import type { Divergence, Execution, ReplayReport, RunReport, Step } from "./types.ts";

const OUTCOMES: Readonly<Record<string, string>> = {
  WorkflowExecutionCompleted: "completed",
  WorkflowExecutionContinuedAsNew: "continued as new",
  WorkflowExecutionFailed: "failed",
  WorkflowExecutionTerminated: "terminated",
  WorkflowExecutionCanceled: "cancelled",
  WorkflowExecutionTimedOut: "timed out",
};

/** Replays one run and puts what the code did beside what the history holds. @throws Error like `replay` */
export async function replayRun(execution: Execution, options: ReplayOptions): Promise<RunReport> {
  return reportOf(execution, await replay(execution, options));
}

function reportOf(execution: Execution, { observations, error }: Replayed): RunReport {
  const { workflowId, runId, events } = execution;
  const observed = foldSteps(observations);
  const event = error ? divergedAt(execution, observations, error.message) : null;
  const steps = error ? [...observed, rest(observed)] : observed;
  const placed = placeEvents(execution, steps, observations);
  const last = events.at(-1);
  const dates = steps.map((step, index) => dated(step, index, execution, placed)).filter((step) => step.events > 0);
  return {
    workflowId,
    runId,
    startedAt: isoTime(events[0]),
    lastEventAt: isoTime(last),
    outcome: (last && OUTCOMES[eventName(last)]) ?? "running",
    events: events.length,
    bytes: sum(execution.bytes),
    steps: dates,
    divergence: error
      ? {
          turn: turnAt(dates, event?.eventId),
          event: event && { id: event.eventId, name: eventName(event) },
          message: reasonOf(error),
        }
      : null,
  };
}

/** Where the events go that were recorded after the divergence. */
const rest = (before: ObservedStep[]): ObservedStep => {
  const state = before.at(-1)?.after ?? "INIT";
  return {
    kind: "open",
    label: "not replayed",
    messages: [],
    before: state,
    after: state,
    view: null,
    understood: null,
    activities: [],
    children: [],
    received: [],
    seqs: [],
    messageIds: [],
    repliedAt: null,
  };
};

/** The turn an event belongs to; what was not replayed comes after the last turn that was. */
function turnAt(steps: Step[], eventId: number | undefined): Divergence["turn"] {
  const at = steps.find((step) => eventId !== undefined && step.firstEvent <= eventId && eventId <= step.lastEvent);
  if (at && at.label !== "not replayed") return at.label;
  const open = steps.findLast((step) => step.kind === "open" && step.label !== "not replayed");
  const turn = steps.findLast((step) => step.view !== null)?.view?.turn ?? 0;
  return open?.label ?? `turn ${turn + 1}`;
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Handoffs that these runs started, by workflow id. */
export const handoffIds = (executions: Execution[]): string[] => [
  ...new Set(
    executions.flatMap(({ events }) =>
      events
        .filter((event) => eventName(event) === "StartChildWorkflowExecutionInitiated")
        .flatMap((event) => attributesOf(event).workflowId ?? []),
    ),
  ),
];

/**
 * Replays a session's runs and its handoffs (beyond-list 8).
 * @throws Error when the workflow code can't be bundled
 */
export async function replayAll(
  workflowId: string,
  executions: Execution[],
  options: ReplayOptions,
): Promise<ReplayReport> {
  const reports: RunReport[] = [];
  for (const execution of executions) reports.push(await replayRun(execution, options));
  const runs = reports.filter((report) => report.workflowId === workflowId);
  return {
    workflowId,
    runs,
    handoffs: reports.filter((report) => report.workflowId !== workflowId),
    totals: {
      runs: runs.length,
      turns: runs.flatMap(({ steps }) => steps).filter(({ kind }) => kind === "turn").length,
      events: sum(runs.map(({ events }) => events)),
      bytes: sum(runs.map(({ bytes }) => bytes)),
    },
    diverged: reports.filter(({ divergence }) => divergence !== null).length,
  };
}
