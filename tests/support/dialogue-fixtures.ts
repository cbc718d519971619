/** What the machine's tests are built from: a few order lines, and understandings with everything unsaid left empty. */
import type { ItemRef, RequestKind } from "../../src/commerce/types.ts";
import { newDialogue, transition } from "../../src/dialogue/transition.ts";
import type {
  Dialogue,
  DialogueEvent,
  DialogueState,
  Effect,
  Mention,
  RequestAct,
  Say,
  Understanding,
} from "../../src/dialogue/types.ts";

export const STATES: readonly DialogueState[] = ["INIT", "COLLECT", "CONFIRM", "HANDOFF", "END"];
export const KINDS: readonly RequestKind[] = ["return", "exchange", "cancel"];

/** Three delivered lines and two pending ones. */
export const lamp: ItemRef = { orderId: "A-1", line: 0 };
export const kettle: ItemRef = { orderId: "A-1", line: 1 };
export const shirt: ItemRef = { orderId: "A-2", line: 0 };
export const tent: ItemRef = { orderId: "B-1", line: 0 };
export const stove: ItemRef = { orderId: "B-1", line: 1 };

export const mentionOf = (items: ItemRef[], rest: Partial<Mention> = {}): Mention => ({
  items,
  all: items.length === 1,
  refused: [],
  unknown: null,
  ...rest,
});

export const request = (intent: RequestKind, rest: Partial<Omit<RequestAct, "intent">> = {}): RequestAct => ({
  intent,
  mention: null,
  reason: null,
  wanted: null,
  relation: "plain",
  ...rest,
});

export const understanding = (rest: Partial<Understanding> = {}): Understanding => ({
  acts: [],
  answer: null,
  hedged: false,
  mention: null,
  relation: "plain",
  reason: null,
  declined: false,
  wanted: null,
  eligible: { return: [lamp, kettle, shirt], exchange: [lamp, kettle, shirt], cancel: [tent, stove] },
  facts: [],
  refusal: null,
  understood: true,
  tier: "test",
  confidence: 1,
  ...rest,
});

/** The event of a turn; `early`: it was said before the proposal was sent. */
export const said = (rest: Partial<Understanding> = {}, early = false): DialogueEvent => ({
  type: "understood",
  understanding: understanding(rest),
  ...(early ? { early } : {}),
});

/** What the machine says, by key. */
export const keysOf = (effects: Effect[]): Array<Say["key"]> =>
  effects.flatMap((effect) => (effect.type === "say" ? [effect.say.key] : []));

/** The one thing said under `key`. @throws Error when it was not said */
export function saidAs<K extends Say["key"]>(effects: Effect[], key: K): Extract<Say, { key: K }> {
  for (const effect of effects)
    if (effect.type === "say" && effect.say.key === key) return effect.say as Extract<Say, { key: K }>;
  throw new Error(`nothing was said as ${key}, but: ${keysOf(effects).join(", ")}`);
}

export const actionsIn = (effects: Effect[]): Extract<Effect, { type: "execute" }>["actions"] =>
  effects.flatMap((effect) => (effect.type === "execute" ? effect.actions : []));

/** Plays events one after another. */
export const play = (events: DialogueEvent[], from: Dialogue = newDialogue()): Dialogue =>
  events.reduce((dialogue, event) => transition(dialogue, event).next, from);

/** A dialogue in each state, reached only by events that can happen. */
export const dialogueIn: Record<DialogueState, () => Dialogue> = {
  INIT: newDialogue,
  COLLECT: () => play([said({ acts: [request("return")] })]),
  CONFIRM: () => play([said({ acts: [request("return", { mention: mentionOf([lamp]), reason: "flickers" })] })]),
  HANDOFF: () => play([said({ acts: [{ intent: "human" }] })]),
  END: () => play([{ type: "end" }]),
};
