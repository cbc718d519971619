/** What a replay is told, sees and reports. Plain data: the report is also what `--json` prints. */
import type { SessionView } from "../dialogue/view.ts";

/** A protobuf timestamp. */
export interface Timestamp {
  seconds: number;
  nanos?: number;
}

/** A history event without its protobuf classes: int64 as numbers, bytes as they are, absent fields left out. */
export interface PlainEvent {
  eventId: number;
  eventTime: Timestamp;
  eventType: number;
  [attributes: string]: unknown;
}

/** One run of one workflow, as the server recorded it. */
export interface Execution {
  workflowId: string;
  runId: string;
  events: PlainEvent[];
  /** Encoded size of each event in bytes, in the order of `events`. */
  bytes: number[];
}

/** What today's code did while it was replayed, in the order it did it. `at` is workflow time in ms. */
export type Observation = { at: number } & (
  | { type: "started"; args: unknown[] }
  | { type: "message"; kind: "signal" | "update"; name: string; args: unknown[] }
  | { type: "scheduled"; seq: number; activity: string; local: boolean; args: unknown[] }
  | { type: "settled"; seq: number; ok: boolean; result?: unknown; error?: string }
  | { type: "child"; workflowId: string; workflowType: string }
);

export interface ActivityReport {
  name: string;
  local: boolean;
  /** Tries it took; a local activity that backed off with a timer in between counts on. */
  attempts: number;
  /** null: it had not finished when the history ended. */
  durationMs: number | null;
  error?: string;
}

/** What was understood in a step, by which tier, how sure (0 to 1). */
export interface UnderstoodReport {
  intents: string[];
  answer: "yes" | "no" | null;
  tier: string;
  confidence: number;
}

/**
 * One pass of the session's main loop. `turn`: the machine moved. `note`: something was passed on without it, such as a
 * message between customer and agent. `start`, `memory`, `desk`: opening, moves between memory tiers, the desk's list.
 * `open`: not finished, or not replayed because an earlier event diverged.
 */
export interface Step {
  kind: "start" | "turn" | "note" | "memory" | "desk" | "open";
  label: string;
  /** ISO 8601, when its first event was recorded. */
  at: string;
  /** From the customer's message in the history to the stored reply; null without either. */
  latencyMs: number | null;
  messages: Array<{ seq: number; role: string; text: string; says?: string[] }>;
  before: string;
  after: string;
  view: SessionView | null;
  understood: UnderstoodReport | null;
  activities: ActivityReport[];
  /** Signals and updates that came in meanwhile, other than the customer's messages: "handoffEvent claimed". */
  received: string[];
  /** Workflow ids of handoffs it started. */
  children: string[];
  firstEvent: number;
  lastEvent: number;
  events: number;
  bytes: number;
}

export interface Divergence {
  /** The step in which today's code goes another way: "turn 3". */
  turn: string;
  event: { id: number; name: string } | null;
  message: string;
}

export interface RunReport {
  workflowId: string;
  runId: string;
  startedAt: string;
  lastEventAt: string;
  /** "running", "completed", "continued as new", "failed", … */
  outcome: string;
  events: number;
  bytes: number;
  steps: Step[];
  divergence: Divergence | null;
}

export interface ReplayReport {
  workflowId: string;
  runs: RunReport[];
  /** Handoffs that these runs started, replayed as well. */
  handoffs: RunReport[];
  totals: { runs: number; turns: number; events: number; bytes: number };
  diverged: number;
}
