import { setTimeout as sleep } from "node:timers/promises";
import { ApplicationFailure, Context } from "@temporalio/activity";
import type { CommerceBackend } from "../commerce/types.ts";
import type { AnswerWriter } from "../knowledge/answer.ts";
import type { LiveBus } from "../live/bus.ts";
import { ModelError } from "../models/types.ts";
import type { Store } from "../store/mongo.ts";
import type { Understander } from "../understanding/index.ts";
import { createExecute } from "./execute.ts";
import { createSaveWarm, recallWarm } from "./memory.ts";
import { createOpenSession } from "./open-session.ts";
import { createProjectHandoff } from "./project-handoff.ts";
import { createRespond } from "./respond.ts";
import type { Activities } from "./types.ts";

export interface ActivityDeps {
  store: Store;
  commerce: CommerceBackend;
  recentOrders: CommerceBackend["orders"];
  understander: Understander;
  answers: AnswerWriter;
  bus: LiveBus;
  modelTimeoutMs: number;
  now?: () => Date;
}

const HEARTBEAT_EVERY_MS = 3_000;

/** All activities over one set of dependencies; one worker process makes them once. */
export function createActivities({ now = () => new Date(), ...deps }: ActivityDeps): Activities {
  const { store, bus, understander, modelTimeoutMs } = deps;
  return {
    openSession: createOpenSession(deps),
    respond: createRespond({ ...deps, now }),
    execute: createExecute(deps),
    saveWarm: createSaveWarm({ store, now }),
    projectHandoff: createProjectHandoff({ store, bus, now }),
    async understand(input) {
      bus.publish({ type: "typing", sessionId: input.identity.sessionId });
      if (input.quietMs > 0) await sleep(input.quietMs);
      const recalled = input.recall ? await recallWarm(store, input.identity) : undefined;
      const { understanding, settled } = await understander.quick(input);
      return { ...(settled ? { settled, understanding } : { settled }), ...(recalled ? { recalled } : {}) };
    },
    async understandByModel(input) {
      const { cancellationSignal: signal, heartbeat } = Context.current();
      const beat = setInterval(() => heartbeat(), HEARTBEAT_EVERY_MS);
      bus.publish({ type: "typing", sessionId: input.identity.sessionId });
      try {
        return await understander.byModel(input, signal, modelTimeoutMs);
      } catch (error) {
        signal.throwIfAborted();
        throw toFailure(error);
      } finally {
        clearInterval(beat);
      }
    },
  };
}

/** Model failures by kind; a bad request stays bad however often it is tried. */
function toFailure(error: unknown): unknown {
  if (!(error instanceof ModelError)) return error;
  return ApplicationFailure.create({
    type: `Model.${error.kind}`,
    message: error.message,
    nonRetryable: error.kind === "BadRequest",
    ...(error.retryAfterMs === undefined ? {} : { nextRetryDelay: Math.min(error.retryAfterMs, RETRY_AFTER_MAX_MS) }),
  });
}
const RETRY_AFTER_MAX_MS = 5_000;
