import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@temporalio/client";
import { isGrpcServiceError, ServiceError, WorkflowNotFoundError, WorkflowUpdateFailedError } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import type { Config } from "../config.ts";
import type { AgentRef, HandoffView, InboundMessage, SessionIdentity, SessionInput } from "../dialogue/session.ts";
import { gapsScheduleId } from "../knowledge/gaps/schedule-id.ts";
import type { Logger } from "../telemetry/log.ts";
import { ProblemError } from "./problems.ts";

/** All the API does to workflows. Every failure to reach Temporal is a 503; a 202 is only given once it is durable. */
export interface Gateway {
  send(identity: SessionIdentity, message: InboundMessage): Promise<void>;
  end(sessionId: string): Promise<void>;
  /** Ends the session's workflow and its handoffs; what hasn't ended in time is terminated. Resolves when none runs any more. */
  close(sessionId: string, handoffIds: string[]): Promise<void>;
  /** @throws ProblemError 409 when another agent has it or it is over */
  update(
    handoffId: string,
    name: "claim" | "release" | "return" | "resolve",
    agent: AgentRef,
    summary?: string,
  ): Promise<HandoffView>;
  agentMessage(
    handoffId: string,
    message: { agent: AgentRef; messageId: string; text: string; at: number },
  ): Promise<void>;
  /** Has the search for gaps run now; while it runs already, nothing more happens. */
  collectGaps(): Promise<void>;
  ready(): Promise<boolean>;
}

const DEADLINE_MS = 3_000;
const UPDATE_DEADLINE_MS = 10_000;
/** How soon another worker takes over when one dies in the middle of a turn; a turn's tasks take a fraction of it. */
const WORKFLOW_TASK_TIMEOUT_MS = 5_000;
const RETRY_AFTER_S = 3;
/** The server is busy with this workflow or moving it: tried again before the caller hears of it. */
const RETRIES = 4;
const RETRY_DELAY_MS = 100;
const RESOURCE_EXHAUSTED = 8;
/** How long a workflow may take to end when its customer is erased, a worker permitting. */
const CLOSE_TIMEOUT_MS = 3_000;
const CLOSE_POLL_MS = 100;

export type SessionSettings = Pick<SessionInput, "times" | "handoffTimes" | "maxHistoryEvents">;

export const sessionSettings = (config: Config): SessionSettings => ({
  times: {
    idleResetMs: config.IDLE_RESET_MS,
    completeAfterMs: config.SESSION_COMPLETE_MS,
    burstQuietMs: config.BURST_QUIET_MS,
    leadInQuietMs: config.LEAD_IN_QUIET_MS,
    slowNoticeMs: config.SLOW_NOTICE_MS,
  },
  handoffTimes: { reassureEveryMs: config.HANDOFF_REASSURE_MS, reassureTimes: config.HANDOFF_REASSURE_TIMES },
  maxHistoryEvents: config.MAX_HISTORY_EVENTS,
});

export function createGateway({ client, config, log }: { client: Client; config: Config; log: Logger }): Gateway {
  const settings = sessionSettings(config);
  const reach = async <T>(call: () => Promise<T>, deadlineMs = DEADLINE_MS): Promise<T> => {
    for (let tries = 0; ; tries++) {
      try {
        return await client.connection.withDeadline(Date.now() + deadlineMs, call);
      } catch (error) {
        if (isBusy(error) && tries < RETRIES) {
          await sleep(RETRY_DELAY_MS * 2 ** tries);
          continue;
        }
        throw toProblem(error, log);
      }
    }
  };
  const end = (sessionId: string): Promise<void> =>
    reach(() => client.workflow.getHandle(sessionId).signal("control", "end"))
      .catch(orGone)
      .then(() => undefined);
  const runs = async (workflowId: string): Promise<boolean> => {
    const description = await reach(() => client.workflow.getHandle(workflowId).describe()).catch(orGone);
    return description?.status.name === "RUNNING";
  };
  const terminate = async (workflowId: string): Promise<void> =>
    void (await reach(() => client.workflow.getHandle(workflowId).terminate("the customer was erased")).catch(orGone));
  return {
    send: async (identity, message) =>
      void (await reach(() =>
        client.workflow.signalWithStart("sessionWorkflow", {
          workflowId: identity.sessionId,
          taskQueue: config.TEMPORAL_TASK_QUEUE,
          args: [{ ...identity, ...settings }],
          workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
          signal: "customerMessage",
          signalArgs: [message],
        }),
      )),
    end,
    async close(sessionId, handoffIds) {
      await end(sessionId);
      const all = [sessionId, ...handoffIds];
      const deadline = Date.now() + CLOSE_TIMEOUT_MS;
      for (const id of all) {
        while ((await runs(id)) && Date.now() < deadline) await sleep(CLOSE_POLL_MS);
        await terminate(id);
      }
    },
    update: (handoffId, name, agent, summary) =>
      reach(
        () =>
          client.workflow
            .getHandle(handoffId)
            .executeUpdate<HandoffView, [AgentRef, string]>(name, { args: [agent, summary ?? ""] }),
        UPDATE_DEADLINE_MS,
      ),
    agentMessage: (handoffId, message) =>
      reach(() => client.workflow.getHandle(handoffId).signal("agentMessage", message)),
    collectGaps: () => reach(() => client.schedule.getHandle(gapsScheduleId(config)).trigger()),
    async ready() {
      try {
        await client.connection.withDeadline(Date.now() + DEADLINE_MS, () => client.workflowService.getSystemInfo({}));
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** It has ended already, or never began. */
function orGone(error: unknown): null {
  if (error instanceof ProblemError && error.status === 404) return null;
  throw error;
}

const causes = function* (error: unknown): Generator<unknown> {
  for (let at: unknown = error; at instanceof Error; at = at.cause) yield at;
};

const isBusy = (error: unknown): boolean =>
  [...causes(error)].some((cause) => isGrpcServiceError(cause) && cause.code === RESOURCE_EXHAUSTED);

function toProblem(error: unknown, log: Logger): unknown {
  if (error instanceof WorkflowNotFoundError)
    return new ProblemError(404, "There is no such conversation or handoff any more.");
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)
    return new ProblemError(409, `This handoff can't be changed: ${error.cause.message}.`);
  const unreachable = error instanceof ServiceError || [...causes(error)].some((cause) => isGrpcServiceError(cause));
  if (!unreachable) return error;
  log.warn({ err: error }, "Temporal can't be reached");
  return new ProblemError(503, "The service can't take this right now. Nothing was lost; please send it again.", {
    retryAfterS: RETRY_AFTER_S,
  });
}
