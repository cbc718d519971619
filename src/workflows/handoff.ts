import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  setHandler,
} from "@temporalio/workflow";
import type { AgentRef, HandoffEvent, HandoffInput, HandoffStatus, HandoffView } from "../dialogue/session.ts";
import { delivery } from "./activities.ts";
import { agentMessage, claim, giveBack, release, resolve, sessionEnded } from "./messages.ts";

type Outgoing = HandoffEvent extends infer E ? (E extends HandoffEvent ? Omit<E, "handoffId" | "at"> : never) : never;

/**
 * One handoff to a person (durable shape): waits until an agent claims it, however long that takes, and carries messages
 * from the desk to the session until the agent resolves it or returns it to the bot. Exactly one agent owns it.
 */
export async function handoffWorkflow(input: HandoffInput): Promise<void> {
  let status: HandoffStatus = "waiting";
  let agent: AgentRef | null = null;
  let { epoch } = input;
  let version = 0;
  let abandoned = false;
  const outbox: Array<{ event: Outgoing; at: number }> = [];
  const over = (): boolean => status === "resolved" || status === "returned";
  const current = (): HandoffView => ({ handoffId: input.handoffId, status, agent });
  const tell = (event: Outgoing): void => void outbox.push({ event, at: Date.now() });
  const project = (summary?: string): Promise<void> =>
    delivery.projectHandoff({
      handoff: input,
      view: current(),
      epoch,
      version: ++version,
      ...(summary === undefined ? {} : { summary }),
    });

  const ownedBy = (who: AgentRef): void => {
    if (over()) throw ApplicationFailure.nonRetryable(`it is ${status}`, "Handoff.Over");
    if (agent?.id !== who.id)
      throw ApplicationFailure.nonRetryable(
        agent ? `${agent.name} has it` : "claim it first",
        "Handoff.NotYours",
        agent,
      );
  };
  const closeAs = async (next: "resolved" | "returned", who: AgentRef, summary: string): Promise<HandoffView> => {
    ownedBy(who);
    status = next;
    epoch += 1;
    tell({ type: next, agent: who, summary, epoch });
    await project(summary);
    return current();
  };

  setHandler(claim, async (who) => {
    if (over()) throw ApplicationFailure.nonRetryable(`it is ${status}`, "Handoff.Over");
    if (agent && agent.id !== who.id)
      throw ApplicationFailure.nonRetryable(`${agent.name} has it`, "Handoff.Taken", agent);
    if (agent) return current();
    agent = who;
    status = "active";
    epoch += 1;
    tell({ type: "claimed", agent: who, epoch });
    await project();
    return current();
  });
  setHandler(release, async (who) => {
    ownedBy(who);
    agent = null;
    status = "waiting";
    tell({ type: "released", agent: who });
    await project();
    return current();
  });
  setHandler(giveBack, (who, summary) => closeAs("returned", who, summary));
  setHandler(resolve, (who, summary) => closeAs("resolved", who, summary));
  setHandler(agentMessage, ({ agent: who, messageId, text, at }) => {
    if (agent?.id === who.id && !over()) outbox.push({ event: { type: "message", agent: who, messageId, text }, at });
  });
  setHandler(sessionEnded, () => {
    abandoned = !over();
    if (abandoned) status = "resolved";
  });

  await project();
  const parent = getExternalWorkflowHandle(input.sessionId);
  const flush = async (): Promise<void> => {
    while (outbox.length > 0) {
      const next = outbox.shift();
      // A session that is gone has nobody to tell; the desk's list is right all the same.
      if (next)
        await parent
          .signal("handoffEvent", { ...next.event, handoffId: input.handoffId, at: next.at })
          .catch(() => undefined);
    }
  };
  let reassured = 0;
  while (!over()) {
    const news = (): boolean => outbox.length > 0 || over();
    const searching = status === "waiting" && reassured < input.times.reassureTimes;
    if (!searching) await condition(news);
    else if (!(await condition(news, input.times.reassureEveryMs))) {
      reassured += 1;
      if (reassured < input.times.reassureTimes) tell({ type: "reassure" });
      else {
        status = "callback";
        tell({ type: "callback" });
        await project();
      }
    }
    await flush();
  }
  await flush();
  if (abandoned) await project("the customer ended the conversation");
  await condition(allHandlersFinished);
}
