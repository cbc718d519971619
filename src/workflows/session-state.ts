import type { HandoffEvent, InboundMessage, SessionInput, SessionState } from "../dialogue/session.ts";
import { newDialogue } from "../dialogue/transition.ts";
import type { Locale } from "../dialogue/types.ts";

/** The parts of a running session that its helpers share. */
export interface Session {
  input: SessionInput;
  state: SessionState;
}

/** The messages that one turn answers (D5). */
export interface Burst {
  batch: InboundMessage[];
  /** How many of them have their numbers and are stored, because the customer had to be told something meanwhile. */
  numbered: number;
  rounds: number;
}

export const newBurst = (): Burst => ({ batch: [], numbered: 0, rounds: 0 });

/** Message ids kept across continue-as-new; older doubles meet the unique index of the messages collection. */
const SEEN_MAX = 200;

export const newSessionState = (now: number, locale: Locale): SessionState => ({
  dialogue: newDialogue(),
  window: [],
  inbox: [],
  events: [],
  seen: [],
  seq: 0,
  turn: 0,
  epoch: 0,
  handoff: null,
  handoffs: 0,
  lastActivityAt: now,
  proposedAt: 0,
  idle: false,
  locale,
  lastIntent: null,
  why: "",
});

function firstSight(state: SessionState, id: string): boolean {
  if (state.seen.includes(id)) return false;
  state.seen.push(id);
  if (state.seen.length > SEEN_MAX) state.seen.shift();
  return true;
}

/** Takes a customer's message in once (beyond-list 3). */
export function receive(state: SessionState, message: InboundMessage): void {
  if (firstSight(state, message.messageId)) state.inbox.push(message);
}

/** Takes news from the desk in, agents' messages once. */
export function receiveEvent(state: SessionState, event: HandoffEvent): void {
  if (event.type === "message" && !firstSight(state, event.messageId)) return;
  state.events.push(event);
}
