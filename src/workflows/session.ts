import {
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  sleep,
  workflowInfo,
} from "@temporalio/workflow";
import type { SessionInput, SessionState } from "../dialogue/session.ts";
import { transition } from "../dialogue/transition.ts";
import { delivery, local } from "./activities.ts";
import { onHandoffEvent } from "./handoff-events.ts";
import { control, customerMessage, handoffEvent, sessionEnded, view } from "./messages.ts";
import { planTurn } from "./plan-turn.ts";
import type { Session } from "./session-state.ts";
import { newBurst, newSessionState, receive, receiveEvent } from "./session-state.ts";
import { carryOut, currentView, identityOf, machineTurn, respond } from "./turn.ts";

/**
 * One customer conversation, from its first message to seven days after its last (durable shape): its code is the
 * dialogue state machine's loop. Handlers only enqueue; turns are processed here, one after the other.
 */
export async function sessionWorkflow(input: SessionInput): Promise<void> {
  const session: Session = { input, state: input.carried ?? newSessionState(Date.now(), input.locale) };
  const { state } = session;
  const asked: Array<"end" | "forceHandoff"> = [];
  setHandler(customerMessage, (message) => receive(state, message));
  setHandler(handoffEvent, (event) => receiveEvent(state, event));
  setHandler(control, (command) => void asked.push(command));
  setHandler(view, () => currentView(session));

  if (!input.carried) await continueNumbers(session);
  const clock = watchClock(session);
  const pending = (): boolean => state.inbox.length > 0 || state.events.length > 0 || asked.length > 0;
  while (true) {
    await condition(() => pending() || clock.due());
    if (state.inbox.length > 0) await customerTurn(session);
    const event = state.events.shift();
    if (event) await onHandoffEvent(session, event);
    const command = asked.shift();
    if (command) await machineTurn(session, { type: command });
    if (clock.due() && !state.idle) await goIdle(session);
    if (command === "end" || clock.complete()) {
      await close(session);
      // What was said while it closed is answered: nothing that was taken in is lost.
      if (!pending()) return;
    }
    if (mustContinueAsNew(input.maxHistoryEvents) && asked.length === 0) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof sessionWorkflow>({ ...input, carried: state });
    }
  }
}

async function close(session: Session): Promise<void> {
  const { handoff } = session.state;
  if (handoff) await getExternalWorkflowHandle(handoff.id).signal(sessionEnded);
  session.state.handoff = null;
  await saveWarm(session, { ended: true });
  await condition(allHandlersFinished);
}

/** A customer who comes back after the workflow completed goes on with the same numbers: nothing is sent or done twice. */
async function continueNumbers(session: Session): Promise<void> {
  const { state } = session;
  const opened = await local.openSession(identityOf(session)).catch(() => delivery.openSession(identityOf(session)));
  state.seq = opened.seq;
  state.turn = opened.turn;
  state.epoch = opened.epoch;
  state.handoffs = opened.handoffs;
  state.dialogue.nextAction = opened.nextAction;
  state.idle = opened.seq > 0;
}

/** One timer for the idle reset, however many messages there are: it sleeps until the deadline as it is by then. */
function watchClock({ input, state }: Session): { due(): boolean; complete(): boolean } {
  const limit = (): number => (state.idle ? input.times.completeAfterMs : input.times.idleResetMs);
  const due = (): boolean => Date.now() >= state.lastActivityAt + limit();
  let reached = false;
  const run = async (): Promise<never> => {
    while (true) {
      const waitMs = state.lastActivityAt + limit() - Date.now();
      if (waitMs > 0) await sleep(waitMs);
      reached = due();
      // The main loop deals with it and moves the deadline, or a message did.
      if (reached) await condition(() => !due());
      reached = false;
    }
  };
  void run();
  // A person who has the conversation keeps it open, whatever the clock says.
  return { due: () => reached && due() && !state.handoff, complete: () => state.idle && due() && !state.handoff };
}

const mustContinueAsNew = (maxHistoryEvents: number): boolean => {
  const info = workflowInfo();
  return info.continueAsNewSuggested || info.historyLength >= maxHistoryEvents;
};

async function customerTurn(session: Session): Promise<void> {
  const { state } = session;
  const burst = newBurst();
  try {
    if (state.dialogue.state === "HANDOFF") {
      burst.batch = state.inbox.splice(0);
      touch(state);
      await respond(session, burst, []);
      return;
    }
    const { understanding, step, written } = await planTurn(session, burst);
    touch(state);
    const { tier, confidence } = understanding;
    const open = step.next.open[0] ?? state.dialogue.open[0];
    state.lastIntent = open?.kind ?? understanding.acts[0]?.intent ?? state.lastIntent;
    await carryOut(session, step, burst, { trace: { tier, confidence }, written });
  } catch (error) {
    if (isCancellation(error)) throw error;
    // D7: whatever went wrong, the customer hears of it and a person takes over.
    state.why = `failed: ${error instanceof Error ? error.message : String(error)}`.slice(0, 200);
    await carryOut(session, transition(state.dialogue, { type: "failed" }), burst);
  }
}

async function goIdle(session: Session): Promise<void> {
  const { state } = session;
  await saveWarm(session);
  state.idle = true;
  state.window = [];
  await machineTurn(session, { type: "idle" });
}

const saveWarm = (session: Session, more: { ended?: true } = {}): Promise<void> => {
  const { window, dialogue, turn } = session.state;
  return delivery.saveWarm({ identity: identityOf(session), window, dialogue, turn, ...more });
};

function touch(state: SessionState): void {
  state.lastActivityAt = Date.now();
  state.idle = false;
}
