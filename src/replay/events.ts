/** Reading access to history events, whichever attributes they carry. */
import type { PlainEvent, Timestamp } from "./types.ts";

const SUFFIX = "EventAttributes";

/** The attributes that are read here, over all event types. */
export interface Attributes {
  activityId?: string;
  activityType?: { name?: string };
  attempt?: number;
  details?: Record<string, { payloads?: Array<{ data?: Uint8Array }> }>;
  markerName?: string;
  originalExecutionRunId?: string;
  continuedExecutionRunId?: string;
  scheduledEventId?: number;
  signalName?: string;
  workflowExecution?: { workflowId?: string; runId?: string };
  workflowId?: string;
}

const attributesKey = (event: PlainEvent): string =>
  Object.keys(event).find((key) => key.endsWith(SUFFIX) && event[key] !== undefined) ?? "";

/** "ActivityTaskScheduled". */
export function eventName(event: PlainEvent): string {
  const name = attributesKey(event).slice(0, -SUFFIX.length);
  return name === "" ? `event type ${event.eventType}` : `${name[0]?.toUpperCase()}${name.slice(1)}`;
}

export const attributesOf = (event: PlainEvent): Attributes => (event[attributesKey(event)] ?? {}) as Attributes;

export const toMs = ({ seconds, nanos = 0 }: Timestamp): number => seconds * 1_000 + Math.floor(nanos / 1e6);

export const isoTime = (event: PlainEvent | undefined): string =>
  event ? new Date(toMs(event.eventTime)).toISOString() : "";

/** What the SDK writes beside a local activity's result. */
export interface LocalActivityMarker {
  seq: number;
  attempt: number;
  activity_type: string;
}

/** The marker of a local activity, which is all a history holds of it; null for any other event. */
export function localActivity(event: PlainEvent): LocalActivityMarker | null {
  const { markerName, details } = attributesOf(event);
  const data = markerName === "core_local_activity" ? details?.data?.payloads?.[0]?.data : undefined;
  return data ? (JSON.parse(Buffer.from(data).toString("utf8")) as LocalActivityMarker) : null;
}
