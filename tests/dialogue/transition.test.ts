import { describe, expect, test } from "@jest/globals";
import { EDGES, transition } from "../../src/dialogue/transition.ts";
import type { Act, DialogueEvent, Understanding } from "../../src/dialogue/types.ts";
import {
  actionsIn,
  dialogueIn,
  kettle,
  keysOf,
  lamp,
  mentionOf,
  play,
  request,
  STATES,
  said,
  saidAs,
  shirt,
  stove,
  tent,
} from "../support/dialogue-fixtures.ts";

const EFFECTS = ["say", "execute", "handoff", "end"];

const acts: Record<string, Act> = {
  "return, nothing named": request("return"),
  "return, all slots": request("return", { mention: mentionOf([lamp]), reason: "flickers" }),
  "return, not eligible": request("return", {
    mention: mentionOf([], { refused: [{ ref: tent, why: "not-delivered" }] }),
  }),
  "return, unknown": request("return", { mention: mentionOf([], { unknown: "bicycle" }) }),
  exchange: request("exchange", { mention: mentionOf([shirt]), wanted: "blue" }),
  cancel: request("cancel", { mention: mentionOf([tent, stove], { all: true }) }),
  order_status: { intent: "order_status", orders: ["A-1"], unknown: null },
  question: { intent: "question", question: "who pays the postage?", answers: ["postage"] },
  "question, no answer": { intent: "question", question: "why is the sky blue?", answers: [] },
  human: { intent: "human" },
  smalltalk: { intent: "smalltalk", topic: "greeting" },
  out_of_scope: { intent: "out_of_scope" },
  abandon: { intent: "abandon" },
};
const bare: Record<string, Partial<Understanding>> = {
  yes: { answer: "yes" },
  "hedged yes": { answer: "yes", hedged: true },
  no: { answer: "no" },
  declined: { declined: true },
  item: { mention: mentionOf([kettle]) },
  "only that": { mention: mentionOf([lamp]), relation: "only" },
  "except that": { mention: mentionOf([lamp]), relation: "except" },
  reason: { reason: "broken" },
  variant: { wanted: "blue" },
  nothing: {},
  "not understood": { understood: false },
};
const action = { number: 1, kind: "return" as const, orderId: "A-1", items: [{ line: 0 }], reason: null };
const events: Record<string, DialogueEvent> = {
  ...Object.fromEntries(Object.entries(acts).map(([name, act]) => [name, said({ acts: [act] })])),
  ...Object.fromEntries(Object.entries(bare).map(([name, rest]) => [name, said(rest)])),
  "early yes": said({ answer: "yes" }, true),
  executed: { type: "executed", results: [{ action, ok: true }] },
  "executed, refused": { type: "executed", results: [{ action, ok: false, why: "wrong-status" }] },
  failed: { type: "failed" },
  idle: { type: "idle" },
  forceHandoff: { type: "forceHandoff" },
  agentReturned: { type: "agentReturned", summary: "refunded by hand" },
  agentResolved: { type: "agentResolved", summary: "done" },
  end: { type: "end" },
};
const table = STATES.flatMap((state) => Object.entries(events).map(([name, event]) => ({ state, name, event })));

describe("every state and every event (D1)", () => {
  test.each(table)("$state: $name", ({ state, event }) => {
    const dialogue = dialogueIn[state]();
    expect(dialogue.state).toBe(state);
    const before = structuredClone(dialogue);
    const { next, effects, why } = transition(dialogue, event);
    expect(EDGES[state]).toContain(next.state);
    expect(dialogue).toEqual(before);
    expect(why).not.toBe("");
    for (const effect of effects) expect(EFFECTS).toContain(effect.type);
    expect(JSON.parse(JSON.stringify({ next, effects }))).toEqual({ next, effects });
  });

  test.each(table.filter(({ event }) => event.type === "understood"))(
    "$state: $name is answered, unless a person has the conversation",
    ({ state, event }) => {
      const { effects } = transition(dialogueIn[state](), event);
      if (state === "HANDOFF") expect(effects).toEqual([]);
      else expect(effects.length).toBeGreaterThan(0);
    },
  );

  test.each(table.filter(({ name, state }) => name !== "yes" || state !== "CONFIRM"))(
    "$state: $name executes nothing",
    ({ state, event }) => {
      expect(actionsIn(transition(dialogueIn[state](), event).effects)).toEqual([]);
    },
  );
});

describe("a person (D5, D7)", () => {
  test.each(["INIT", "COLLECT", "CONFIRM", "END"] as const)("is fetched from %s on request", (state) => {
    const { next, effects } = transition(dialogueIn[state](), said({ acts: [{ intent: "human" }] }));
    expect(next.state).toBe("HANDOFF");
    expect(effects).toEqual([
      { type: "say", say: { key: "handedOff" } },
      { type: "handoff", reason: "asked" },
    ]);
  });

  test("a request for a person comes before anything else in the message", () => {
    const { effects } = transition(dialogueIn.CONFIRM(), said({ answer: "yes", acts: [{ intent: "human" }] }));
    expect(actionsIn(effects)).toEqual([]);
    expect(effects).toContainEqual({ type: "handoff", reason: "asked" });
  });

  test("is offered after two misses and fetched after three", () => {
    const miss = said({ understood: false });
    const first = transition(dialogueIn.INIT(), miss);
    const second = transition(first.next, miss);
    const third = transition(second.next, miss);
    expect([first, second].map(({ effects }) => keysOf(effects))).toEqual([["clarify"], ["offerPerson"]]);
    expect(third.effects).toContainEqual({ type: "handoff", reason: "not-understood" });
  });

  test("a turn that was understood starts the count again", () => {
    const miss = said({ understood: false });
    const dialogue = play([miss, miss, said({ acts: [{ intent: "smalltalk", topic: "greeting" }] }), miss]);
    expect(dialogue).toMatchObject({ state: "INIT", misses: 1 });
  });

  test("a failure fetches a person with a holding message", () => {
    const { effects } = transition(dialogueIn.CONFIRM(), { type: "failed" });
    expect(effects).toEqual([
      { type: "say", say: { key: "holding" } },
      { type: "handoff", reason: "failure" },
    ]);
  });

  test("keeps what was open for the desk, and no proposal to say yes to", () => {
    const { next } = transition(dialogueIn.CONFIRM(), { type: "forceHandoff" });
    expect(next).toMatchObject({ state: "HANDOFF", proposal: null, open: [{ items: [lamp] }] });
  });

  test("gives it back with their summary", () => {
    const { next, effects } = transition(dialogueIn.HANDOFF(), { type: "agentReturned", summary: "refunded" });
    expect(next).toMatchObject({ state: "INIT", open: [] });
    expect(saidAs(effects, "returnedToBot").summary).toBe("refunded");
  });
});

describe("a pause (D6)", () => {
  test.each(["COLLECT", "CONFIRM"] as const)("in %s puts the machine back and says so", (state) => {
    const { next, effects } = transition(dialogueIn[state](), { type: "idle" });
    expect(next).toMatchObject({ state: "INIT", open: [], proposal: null });
    expect(keysOf(effects)).toEqual(["paused"]);
  });

  test("with nothing open is silent", () => {
    expect(transition(dialogueIn.INIT(), { type: "idle" }).effects).toEqual([]);
  });

  test("does not end a handoff", () => {
    expect(transition(dialogueIn.HANDOFF(), { type: "idle" }).next.state).toBe("HANDOFF");
  });

  test("a yes after it executes nothing", () => {
    const rested = play([{ type: "idle" }], dialogueIn.CONFIRM());
    expect(actionsIn(transition(rested, said({ answer: "yes" })).effects)).toEqual([]);
  });
});
