/** What crosses the boundary between the API, the session workflow and its activities. Types only. */
import type { ItemRef } from "../commerce/types.ts";
import type { BurstTimes } from "./burst.ts";
import type { WindowEntry } from "./hot-window.ts";
import type { Action, ActionResult, Dialogue, HandoffReason, Locale, Say, Understanding } from "./types.ts";
import type { SessionView } from "./view.ts";

export interface SessionTimes extends BurstTimes {
  /** D6: without a message for this long, hot memory moves to warm and the machine is back at INIT. */
  idleResetMs: number;
  /** Without a word for this long, the session completes. */
  completeAfterMs: number;
  /** A customer who has waited this long for a model is told that it takes a moment; absent: never. */
  slowNoticeMs?: number;
}

export interface HandoffTimes {
  /** A waiting customer is told that the search goes on, this often. */
  reassureEveryMs: number;
  /** After this many reassurances a call-back is offered; the task stays claimable. */
  reassureTimes: number;
}

export interface SessionIdentity {
  tenant: string;
  sessionId: string;
  /** Verified identity; null is an anonymous visitor. */
  customerId: string | null;
  locale: Locale;
  channel: string;
}

export interface SessionInput extends SessionIdentity {
  times: SessionTimes;
  handoffTimes: HandoffTimes;
  /** Continue-as-new after this many events, when the server does not ask for it first. */
  maxHistoryEvents: number;
  carried?: SessionState;
}

/** Everything that survives continue-as-new. A few KB at most. */
export interface SessionState {
  dialogue: Dialogue;
  window: WindowEntry[];
  inbox: InboundMessage[];
  events: HandoffEvent[];
  /** Ids of messages taken in, newest last, at most 200 (beyond-list 3). */
  seen: string[];
  /** Last message number given out. */
  seq: number;
  turn: number;
  /** Ownership epoch: who may send (beyond-list 1). */
  epoch: number;
  handoff: { id: string; status: HandoffStatus; agent?: AgentRef } | null;
  handoffs: number;
  lastActivityAt: number;
  /** When the current proposal was sent: an earlier yes is not for it. */
  proposedAt: number;
  idle: boolean;
  /** The language of the customer's last words; the session's own until they say something. */
  locale: Locale;
  lastIntent: string | null;
  /** Why the machine is where it is, for engineers. */
  why: string;
}

export interface InboundMessage {
  messageId: string;
  text: string;
  /** ms since the epoch, when the API took it in. */
  at: number;
}

export type HandoffStatus = "waiting" | "active" | "callback" | "resolved" | "returned";

export type HandoffEvent = { handoffId: string; at: number } & (
  | { type: "claimed"; agent: AgentRef; epoch: number }
  | { type: "released"; agent: AgentRef }
  | { type: "message"; agent: AgentRef; messageId: string; text: string }
  | { type: "returned"; agent: AgentRef; summary: string; epoch: number }
  | { type: "resolved"; agent: AgentRef; summary: string; epoch: number }
  | { type: "reassure" }
  | { type: "callback" }
);

export interface AgentRef {
  id: string;
  name: string;
}

/** What a desk action is answered with. */
export interface HandoffView {
  handoffId: string;
  status: HandoffStatus;
  agent: AgentRef | null;
}

export interface HandoffInput {
  tenant: string;
  handoffId: string;
  sessionId: string;
  customerId: string | null;
  reason: HandoffReason;
  view: SessionView;
  summary: string;
  epoch: number;
  times: HandoffTimes;
  createdAt: number;
}

/** One message of the projection, numbered by the workflow. */
export interface OutboundMessage {
  seq: number;
  role: "customer" | "assistant" | "agent" | "system";
  /** Text as it is, or what to say, to be worded by the activity. */
  text?: string;
  says?: Say[];
  at: number;
  messageId?: string;
  agent?: AgentRef;
}

export interface RespondInput {
  identity: SessionIdentity;
  messages: OutboundMessage[];
  view: SessionView;
  /** The epoch at which the sender owned the conversation. */
  epoch: number;
  /** What must survive the end of the workflow: read back when the customer returns. */
  carry: { nextAction: number };
  trace?: TurnTrace;
  /** Answers that a tier has written already; what isn't here is said as it stands in the knowledge. */
  written?: WrittenAnswer[];
  /** The turn goes on: nothing here is its reply yet. */
  interim?: true;
}

/** An answer in a tier's words, at most a few sentences. */
export interface WrittenAnswer {
  question: string;
  text: string;
  /** Titles of the articles that it rests on. */
  sources: string[];
  /** The knowledge entries it rests on. */
  citations?: Citation[];
}

/** A knowledge entry that a reply rests on; the customer can open it. */
export interface Citation {
  id: string;
  title: string;
}

export interface WriteAnswersInput {
  identity: SessionIdentity;
  /** The turn it belongs to, for the drafts on the live bus. */
  turn: number;
  /** `answers` are ids of knowledge entries, best first. */
  questions: Array<{ question: string; answers: string[] }>;
}

export interface RespondOutput {
  /** False when somebody else owns the conversation by now: then the assistant said nothing. */
  sent: boolean;
  /** ms since the epoch. */
  at: number;
  /** The assistant's words, cut for the hot window. */
  shown: string;
}

/** What engineers see of a turn: which tier, how sure. */
export interface TurnTrace {
  tier: string;
  confidence: number;
}

export interface UnderstandInput {
  identity: SessionIdentity;
  texts: string[];
  dialogue: Dialogue;
  /** Its number, for what is recorded about it. */
  turn: number;
  /** For models only: patterns and examples don't read it, so the fast path doesn't carry it. */
  window?: WindowEntry[];
  /** First turn, or first after a pause: look up what is remembered of this customer. */
  recall: boolean;
  now: number;
  /** Wait this long first: what else is said meanwhile belongs to the same turn (D5). */
  quietMs: number;
}

export type UnderstandOutput = Remembered &
  Moderated &
  (
    | { settled: true; understanding: Understanding }
    /** Patterns and examples don't settle it: a model is asked, in an activity that can be cancelled. */
    | { settled: false }
  );

/** What moderation found; absent when nothing was of high risk (P3). */
interface Moderated {
  /** The messages as the bot may remember them, in their order. */
  masked?: string[];
}

/** What a returning customer's first turn brings back (T4, D6). */
interface Remembered {
  recalled?: WindowEntry[];
  /** What was talked about last. */
  focus?: ItemRef[];
}

export interface ExecuteInput {
  identity: SessionIdentity;
  actions: Action[];
}

export type ExecuteOutput = ActionResult[];

export interface OpenOutput {
  /** Numbers continue where an earlier run of this session, or an earlier workflow, left off. */
  seq: number;
  nextAction: number;
  epoch: number;
  handoffs: number;
  turn: number;
}
