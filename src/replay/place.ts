/** Which events of the history belong to which step, and so when it happened and what it cost. */
import { attributesOf, eventName, isoTime, localActivity, toMs } from "./events.ts";
import type { ObservedStep } from "./steps.ts";
import type { ActivityReport, Execution, Observation, PlainEvent, Step } from "./types.ts";

/** The step of each event, by index into `events`: its own, or that of the next event that has one, or the last; the start is the first's. */
export function placeEvents({ events }: Execution, steps: ObservedStep[], observations: Observation[]): number[] {
  const owned = ownSteps(events, steps, observations);
  const placed: number[] = [];
  let next = Math.max(0, steps.length - 1);
  for (let index = events.length - 1; index >= 0; index--) {
    next = owned[index] ?? next;
    placed[index] = index === 0 ? 0 : next;
  }
  return placed;
}

function ownSteps(events: PlainEvent[], steps: ObservedStep[], observations: Observation[]): Array<number | undefined> {
  const bySeq = new Map(steps.flatMap(({ seqs }, step) => seqs.map((seq) => [seq, step] as const)));
  const byMessage = new Map(steps.flatMap(({ messageIds }, step) => messageIds.map((id) => [id, step] as const)));
  const byChild = new Map(steps.flatMap(({ children }, step) => children.map((id) => [id, step] as const)));
  const byScheduled = new Map<number, number | undefined>();
  const signals = observations
    .filter((observation) => observation.type === "message" && observation.kind === "signal")
    .values();
  return events.map((event) => {
    const attributes = attributesOf(event);
    const marker = localActivity(event);
    if (marker) return bySeq.get(marker.seq);
    if (attributes.signalName !== undefined && eventName(event) === "WorkflowExecutionSignaled")
      return byMessage.get(messageId(signals.next().value));
    if (attributes.activityId !== undefined && attributes.activityType) {
      const step = bySeq.get(Number(attributes.activityId));
      byScheduled.set(event.eventId, step);
      return step;
    }
    if (attributes.scheduledEventId !== undefined && byScheduled.has(attributes.scheduledEventId))
      return byScheduled.get(attributes.scheduledEventId);
    return byChild.get(attributes.workflowId ?? attributes.workflowExecution?.workflowId ?? "");
  });
}

/** Signals are handled in the order of their events, so the nth one seen is the nth one recorded. */
function messageId(observation: Observation | undefined): string {
  const argument =
    observation?.type === "message" ? (observation.args[0] as { messageId?: unknown } | undefined) : undefined;
  return typeof argument?.messageId === "string" ? argument.messageId : "";
}

/** The step with what the history says of it. */
export function dated(observed: ObservedStep, step: number, execution: Execution, placed: number[]): Step {
  const indexes = placed.flatMap((owner, index) => (owner === step ? [index] : []));
  const own = indexes.flatMap((index) => execution.events[index] ?? []);
  const { seqs, messageIds, repliedAt, activities, ...shown } = observed;
  const asked =
    messageIds.length > 0 ? own.find((event) => eventName(event) === "WorkflowExecutionSignaled") : undefined;
  return {
    ...shown,
    at: isoTime(own[0]),
    latencyMs: asked && repliedAt !== null ? Math.max(0, repliedAt - toMs(asked.eventTime)) : null,
    activities: activities.map((report, index) => recorded(report, seqs[index], own)),
    firstEvent: own[0]?.eventId ?? 0,
    lastEvent: own.at(-1)?.eventId ?? 0,
    events: own.length,
    bytes: indexes.reduce((sum, index) => sum + (execution.bytes[index] ?? 0), 0),
  };
}

/** Tries and time as recorded. A local activity's time is the difference of workflow times, which the marker sets. */
function recorded(report: ActivityReport, seq: number | undefined, events: PlainEvent[]): ActivityReport {
  if (report.local) {
    const marker = events.map(localActivity).find((data) => data?.seq === seq);
    return marker ? { ...report, attempts: marker.attempt } : report;
  }
  const scheduled = events.find(
    (event) => attributesOf(event).activityType && attributesOf(event).activityId === String(seq),
  );
  const about = events.filter((event) => scheduled && attributesOf(event).scheduledEventId === scheduled.eventId);
  const started = about.find((event) => eventName(event) === "ActivityTaskStarted");
  const closed = about.findLast((event) => event !== started && eventName(event) !== "ActivityTaskCancelRequested");
  return {
    ...report,
    attempts: (started && attributesOf(started).attempt) ?? 1,
    durationMs: started && closed ? toMs(closed.eventTime) - toMs(started.eventTime) : null,
  };
}
