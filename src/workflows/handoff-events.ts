import { remember } from "../dialogue/hot-window.ts";
import type { AgentRef, HandoffEvent, OutboundMessage } from "../dialogue/session.ts";
import type { Say } from "../dialogue/types.ts";
import type { Session } from "./session-state.ts";
import { machineTurn, send } from "./turn.ts";

const NOTE_MAX_CHARACTERS = 120;

/** What the desk did, as the customer sees it. News of a handoff that is over is ignored. */
export async function onHandoffEvent(session: Session, event: HandoffEvent): Promise<void> {
  const { state } = session;
  if (state.handoff?.id !== event.handoffId) return;
  state.lastActivityAt = Date.now();
  const told = (says: Say[]): Promise<unknown> => send(session, [note(session, says)]);
  switch (event.type) {
    case "claimed":
      state.epoch = event.epoch;
      state.handoff = { ...state.handoff, status: "active", agent: event.agent };
      return void (await told([{ key: "agentJoined", name: event.agent.name }]));
    case "released":
      state.handoff = { id: state.handoff.id, status: "waiting" };
      return void (await told([{ key: "agentLeft", name: event.agent.name }]));
    case "message":
      return void (await send(session, [fromAgent(session, event.agent, event.messageId, event.text, event.at)]));
    case "reassure":
      return void (await told([{ key: "reassure" }]));
    case "callback":
      state.handoff.status = "callback";
      return void (await told([{ key: "callback" }]));
    case "returned":
      state.epoch = event.epoch;
      state.handoff = null;
      // The bot goes on from what the agent did, not from where it was before.
      state.window = remember(
        state.window.filter(({ role }) => role === "summary"),
        [{ role: "agent", text: event.summary }],
        [`agent's note: ${event.summary.slice(0, NOTE_MAX_CHARACTERS)}`],
      );
      return machineTurn(session, { type: "agentReturned", summary: event.summary });
    case "resolved":
      state.epoch = event.epoch;
      state.handoff = null;
      await machineTurn(session, { type: "agentResolved", summary: event.summary });
      return void (await told([{ key: "resolved" }]));
  }
}

const note = ({ state }: Session, says: Say[]): OutboundMessage => ({
  seq: ++state.seq,
  role: "system",
  says,
  at: Date.now(),
});

const fromAgent = (
  { state }: Session,
  agent: AgentRef,
  messageId: string,
  text: string,
  at: number,
): OutboundMessage => ({
  seq: ++state.seq,
  role: "agent",
  text,
  at,
  messageId,
  agent,
});
