import { ParentClosePolicy, setCurrentDetails, startChild } from "@temporalio/workflow";
import { remember } from "../dialogue/hot-window.ts";
import { notesOf } from "../dialogue/notes.ts";
import type {
  OutboundMessage,
  RespondInput,
  RespondOutput,
  SessionIdentity,
  SessionState,
  TurnTrace,
  WrittenAnswer,
} from "../dialogue/session.ts";
import { transition } from "../dialogue/transition.ts";
import type { DialogueEvent, HandoffReason, Say, Transition } from "../dialogue/types.ts";
import type { SessionView } from "../dialogue/view.ts";
import { toView } from "../dialogue/view.ts";
import { actions, delivery, local } from "./activities.ts";
import { handoffWorkflow } from "./handoff.ts";
import type { Burst, Session } from "./session-state.ts";
import { newBurst } from "./session-state.ts";

/** A turn that no words of the customer caused. */
export async function machineTurn(session: Session, event: DialogueEvent): Promise<void> {
  await carryOut(session, transition(session.state.dialogue, event), newBurst());
}

/** Does what the machine decided: execute, fetch a person, then say all of it in one message. */
export async function carryOut(session: Session, first: Transition, burst: Burst, more: Spoken = {}): Promise<void> {
  const { state } = session;
  let step = first;
  const says: Say[] = [];
  for (let guard = 0; guard < 3; guard++) {
    state.dialogue = step.next;
    state.why = step.why;
    let following: Transition | null = null;
    for (const effect of step.effects) {
      if (effect.type === "say") says.push(effect.say);
      if (effect.type === "handoff") await fetchPerson(session, effect.reason);
      if (effect.type === "execute") {
        const outcome: DialogueEvent = await actions
          .execute({ identity: identityOf(session), actions: effect.actions })
          .then((results): DialogueEvent => ({ type: "executed", results }))
          .catch((): DialogueEvent => ({ type: "failed" }));
        following = transition(state.dialogue, outcome);
      }
    }
    if (!following) break;
    step = following;
  }
  state.turn += 1;
  await respond(session, burst, says, more);
}

/** What goes with a turn's reply: how it was understood, and what a tier has worded already. */
export interface Spoken {
  trace?: TurnTrace;
  written?: WrittenAnswer[];
}

/** Tells the customer something while the turn goes on; their own words come before it. */
export async function sendInterim(session: Session, burst: Burst, says: Say[]): Promise<void> {
  const { state } = session;
  const words = numbered(state, burst);
  await send(session, [...words, { ...assistantMessage(state, says), role: "system" }], { interim: true });
}

/** The customer's words get their numbers first, so that nothing the turn says can come before them. */
function numbered(state: SessionState, burst: Burst): OutboundMessage[] {
  const fresh = burst.batch.slice(burst.numbered);
  burst.numbered = burst.batch.length;
  return fresh.map(({ messageId, text, at }) => ({ seq: ++state.seq, role: "customer", text, at, messageId }));
}

export async function respond(session: Session, burst: Burst, says: Say[], more: Spoken = {}): Promise<void> {
  const { state } = session;
  const messages = numbered(state, burst);
  const all = says.length > 0 ? [...messages, assistantMessage(state, says)] : messages;
  if (all.length === 0) return;
  const output = await send(session, all, more);
  if (state.dialogue.proposal) state.proposedAt = output.at;
  const words = burst.batch.map(({ text }) => ({ role: "customer" as const, text }));
  const entries = output.shown ? [...words, { role: "assistant" as const, text: output.shown }] : words;
  state.window = remember(state.window, entries, notesOf(says, state.dialogue.open));
}

const assistantMessage = (state: SessionState, says: Say[]): OutboundMessage => ({
  seq: ++state.seq,
  role: "assistant",
  says,
  at: Date.now(),
});

/** Delivery never gives up: when the fast path fails, the message waits for the store to come back. */
export async function send(
  session: Session,
  messages: OutboundMessage[],
  { trace, written = [], interim }: Spoken & { interim?: true } = {},
): Promise<RespondOutput> {
  const request: RespondInput = {
    identity: identityOf(session),
    messages,
    view: currentView(session),
    epoch: session.state.epoch,
    carry: { nextAction: session.state.dialogue.nextAction },
    ...(trace ? { trace } : {}),
    ...(written.length > 0 ? { written } : {}),
    ...(interim ? { interim } : {}),
  };
  setCurrentDetails(`${request.view.state}: ${request.view.why}`);
  return local.respond(request).catch(() => delivery.respond(request));
}

const SPEAKERS = {
  zh: { customer: "顾客", assistant: "机器人", agent: "客服", summary: "摘要" },
  en: { customer: "Customer", assistant: "Bot", agent: "Agent", summary: "Summary" },
} as const;

/** The person is fetched before the customer is told so. */
async function fetchPerson({ input, state }: Session, reason: HandoffReason): Promise<void> {
  const count = state.handoffs + 1;
  const handoffId = `handoff-${input.sessionId}-${count}`;
  state.handoffs = count;
  await startChild(handoffWorkflow, {
    workflowId: handoffId,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    args: [
      {
        tenant: input.tenant,
        handoffId,
        sessionId: input.sessionId,
        customerId: input.customerId,
        reason,
        view: toView(state.dialogue, state.turn, state.why, state.lastIntent),
        summary: state.window.map(({ role, text }) => `${SPEAKERS[state.locale][role]}: ${text}`).join("\n"),
        epoch: state.epoch,
        times: input.handoffTimes,
        createdAt: Date.now(),
      },
    ],
  });
  state.handoff = { id: handoffId, status: "waiting" };
}

/** Who this is, in the language they write. */
export const identityOf = ({ input, state }: Session): SessionIdentity => {
  const { tenant, sessionId, customerId, channel } = input;
  return { tenant, sessionId, customerId, locale: state.locale, channel };
};

export function currentView({ state }: Session): SessionView {
  const shown = toView(state.dialogue, state.turn, state.why, state.lastIntent);
  return state.handoff ? { ...shown, handoff: { ...state.handoff } } : shown;
}
