import { attributesOf, eventName, localActivity } from "./events.ts";
import type { Execution, Observation, PlainEvent } from "./types.ts";

const EVENT_IN_MESSAGE = /HistoryEvent\(id: (\d+)/;

/**
 * The recorded event at which today's code went another way: the one the SDK names, else the first activity of the
 * history that the code did not schedule as it stands there. Null when the history has no such event.
 */
export function divergedAt({ events }: Execution, observations: Observation[], message: string): PlainEvent | null {
  const named = Number(EVENT_IN_MESSAGE.exec(message)?.[1]);
  const event = events.find(({ eventId }) => eventId === named);
  if (event) return event;
  const scheduled = new Map(
    observations.flatMap((seen) => (seen.type === "scheduled" ? [[seen.seq, seen] as const] : [])),
  );
  return (
    events.find((recorded) => {
      const call = recordedCall(recorded);
      if (!call) return false;
      const seen = scheduled.get(call.seq);
      return !seen || seen.activity !== call.activity || seen.local !== call.local;
    }) ?? null
  );
}

function recordedCall(event: PlainEvent): { seq: number; activity: string; local: boolean } | null {
  const marker = localActivity(event);
  if (marker) return { seq: marker.seq, activity: marker.activity_type, local: true };
  const { activityId, activityType } = attributesOf(event);
  return eventName(event) === "ActivityTaskScheduled"
    ? { seq: Number(activityId), activity: activityType?.name ?? "", local: false }
    : null;
}

/** The sentence that matters: the SDK wraps the core's words in two layers of its own. */
export function reasonOf(error: Error): string {
  const inner = /message: "((?:[^"\\]|\\.)*)"/.exec(error.message)?.[1];
  return (inner ?? error.message)
    .replaceAll('\\"', '"')
    .replace(/^\[TMPRL\d+\] (Nondeterminism error: )?/, "")
    .slice(0, 500);
}
