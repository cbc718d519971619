import { setTimeout as sleep } from "node:timers/promises";
import { ApplicationFailure, Context } from "@temporalio/activity";
import type { UnderstandInput, UnderstandOutput } from "../dialogue/session.ts";
import type { Understanding } from "../dialogue/types.ts";
import type { LiveBus } from "../live/bus.ts";
import type { Memory } from "../memory/index.ts";
import { ModelError } from "../models/types.ts";
import type { Audit } from "../safety/audit.ts";
import type { ModeratedTurn } from "../safety/moderate-turn.ts";
import { createModerateTurn } from "../safety/moderate-turn.ts";
import type { Moderator } from "../safety/moderation.ts";
import { mayBeRisky } from "../safety/moderation.ts";
import type { Understander } from "../understanding/index.ts";
import { heartbeating } from "./heartbeat.ts";

interface UnderstandDeps {
  memory: Memory;
  moderator: Moderator;
  audit: Audit;
  bus: LiveBus;
  understander: Understander;
  modelTimeoutMs: number;
  now: () => Date;
}

/** Patterns, examples and the shop's data, after the quiet time that ends a burst; a first turn, or one after a pause, recalls. */
export function createUnderstand({ memory, moderator, audit, bus, understander, now }: UnderstandDeps) {
  const moderateTurn = createModerateTurn({ moderator, audit });
  return async (input: UnderstandInput): Promise<UnderstandOutput> => {
    bus.publish({ type: "typing", sessionId: input.identity.sessionId });
    if (input.quietMs > 0) await sleep(input.quietMs);
    const past = input.recall ? await memory.recall(input.identity, now()) : null;
    // What is talked about now counts for more than what was talked about last time.
    const focus = past && input.dialogue.focus.length === 0 ? past.focus : input.dialogue.focus;
    const request = { ...input, dialogue: { ...input.dialogue, focus } };
    const read = await understander.quick(request);
    await past?.kept;
    const remembered = past ? { recalled: past.window, focus } : {};
    // What patterns settle and holds no word of risk is harmless: the fast path embeds nothing.
    const harmless = read.plain && !input.texts.some(mayBeRisky);
    const { identity, turn, texts } = input;
    const { masked, labels, selfHarm }: ModeratedTurn = harmless
      ? { masked: [], labels: [], selfHarm: false }
      : await moderateTurn({ identity, turn, texts });
    const found = { ...remembered, ...(labels.length > 0 ? { masked } : {}) };
    // Orders to the bot itself are read by nobody; rude words around a wish don't take the wish away.
    const injected = labels.includes("prompt-injection");
    const { understanding, settled } = injected ? await understander.quick({ ...request, texts: masked }) : read;
    if (selfHarm) return { ...found, settled: true, understanding: { ...understanding, selfHarm } };
    return { ...found, ...(settled ? { settled, understanding } : { settled }) };
  };
}

/** The tiers in their order. @throws ApplicationFailure `Model.<kind>` when none answers, retried when it says when (M5) */
export function createUnderstandByModel({ bus, understander, modelTimeoutMs }: UnderstandDeps) {
  return async (input: UnderstandInput): Promise<Understanding> => {
    const signal = Context.current().cancellationSignal;
    bus.publish({ type: "typing", sessionId: input.identity.sessionId });
    try {
      return await heartbeating(() => understander.byModel(input, signal, modelTimeoutMs));
    } catch (error) {
      signal.throwIfAborted();
      throw toFailure(error);
    }
  };
}

const RETRY_AFTER_MAX_MS = 5_000;

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
