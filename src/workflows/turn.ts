import { ParentClosePolicy, setCurrentDetails, startChild } from "@temporalio/workflow";
import { remember } from "../dialogue/hot-window.ts";
import type {
  InboundMessage,
  OutboundMessage,
  RespondInput,
  RespondOutput,
  SessionIdentity,
  SessionInput,
  SessionState,
  TurnTrace,
} from "../dialogue/session.ts";
import { transition } from "../dialogue/transition.ts";
import type { DialogueEvent, HandoffReason, Say, Transition } from "../dialogue/types.ts";
import type { SessionView } from "../dialogue/view.ts";
import { toView } from "../dialogue/view.ts";
import { actions, delivery, local } from "./activities.ts";
import { handoffWorkflow } from "./handoff.ts";

/** The parts of a running session that its helpers share. */
export interface Session {
  input: SessionInput;
  state: SessionState;
}

/** A turn that no words of the customer caused. */
export async function machineTurn(session: Session, event: DialogueEvent): Promise<void> {
  await carryOut(session, transition(session.state.dialogue, event), []);
}

/** Does what the machine decided: execute, fetch a person, then say all of it in one message. */
export async function carryOut(
  session: Session,
  first: Transition,
  batch: InboundMessage[],
  trace?: TurnTrace,
): Promise<void> {
  const { state } = session;
  const messages = stored(state, batch);
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
  await respond(session, messages, says, trace);
}

/** The customer's words get their numbers first, so that nothing the turn says can come before them. */
export function stored(state: SessionState, batch: InboundMessage[]): OutboundMessage[] {
  return batch.map(({ messageId, text, at }) => ({ seq: ++state.seq, role: "customer", text, at, messageId }));
}

export async function respond(
  session: Session,
  messages: OutboundMessage[],
  says: Say[],
  trace?: TurnTrace,
): Promise<void> {
  const { state } = session;
  const all = says.length > 0 ? [...messages, assistantMessage(state, says)] : messages;
  if (all.length === 0) return;
  const output = await send(session, all, trace);
  if (state.dialogue.proposal) state.proposedAt = output.at;
  const words = messages.map((message) => ({ role: "customer" as const, text: message.text ?? "" }));
  state.window = remember(state.window, output.shown ? [...words, { role: "assistant", text: output.shown }] : words);
}

const assistantMessage = (state: SessionState, says: Say[]): OutboundMessage => ({
  seq: ++state.seq,
  role: "assistant",
  says,
  at: Date.now(),
});

/** Delivery never gives up: when the fast path fails, the message waits for the store to come back. */
export async function send(session: Session, messages: OutboundMessage[], trace?: TurnTrace): Promise<RespondOutput> {
  const request: RespondInput = {
    identity: identityOf(session),
    messages,
    view: currentView(session),
    epoch: session.state.epoch,
    carry: { nextAction: session.state.dialogue.nextAction },
    ...(trace ? { trace } : {}),
  };
  setCurrentDetails(`${request.view.state}: ${request.view.why}`);
  return local.respond(request).catch(() => delivery.respond(request));
}

const SPEAKERS = {
  zh: { customer: "顾客", assistant: "机器人", agent: "客服" },
  en: { customer: "Customer", assistant: "Bot", agent: "Agent" },
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
