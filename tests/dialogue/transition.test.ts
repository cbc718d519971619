import { describe, expect, test } from "@jest/globals";
import { EDGES, transition } from "../../src/dialogue/transition.ts";
import type { Act, Dialogue, DialogueEvent, Understanding } from "../../src/dialogue/types.ts";
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

describe("collecting (D3)", () => {
  test("several slots are asked for at once, with what there is to choose from", () => {
    const { next, effects, why } = transition(dialogueIn.INIT(), said({ acts: [request("exchange")] }));
    expect(next.state).toBe("COLLECT");
    expect(saidAs(effects, "ask").missing).toEqual([{ request: 1, slots: ["items", "variant", "reason"] }]);
    expect(saidAs(effects, "ask").requests[0]?.candidates).toEqual([lamp, kettle, shirt]);
    expect(why).toBe("missing: items, variant, reason");
  });

  test("several slots given in one message complete the request", () => {
    const collecting = play([said({ acts: [request("return")] })]);
    const { next, effects } = transition(collecting, said({ mention: mentionOf([shirt]), reason: "too small" }));
    expect(next.state).toBe("CONFIRM");
    expect(saidAs(effects, "propose").requests).toMatchObject([{ items: [shirt], reason: "too small" }]);
  });

  test("the only possibility is taken, and the proposal names it (D4)", () => {
    const { next } = transition(
      dialogueIn.INIT(),
      said({ acts: [request("return", { reason: "broken" })], eligible: { return: [lamp] } }),
    );
    expect(next).toMatchObject({ state: "CONFIRM", open: [{ items: [lamp] }] });
  });

  test("a reason is asked for once, then it is optional", () => {
    const collecting = play([said({ acts: [request("return", { mention: mentionOf([lamp]) })] })]);
    expect(collecting).toMatchObject({ state: "COLLECT", open: [{ asked: ["reason"] }] });
    const { next, effects } = transition(collecting, said({ answer: "yes" }));
    expect(next.state).toBe("CONFIRM");
    expect(actionsIn(effects)).toEqual([]);
    expect(next.open[0]?.reason).toBeNull();
  });

  test("a declined reason is not asked for again", () => {
    const collecting = play([said({ acts: [request("return", { mention: mentionOf([lamp]) })] })]);
    expect(transition(collecting, said({ declined: true })).next.state).toBe("CONFIRM");
  });

  test("items can't be declined", () => {
    const { next } = transition(dialogueIn.COLLECT(), said({ declined: true }));
    expect(next).toMatchObject({ state: "COLLECT", open: [{ items: [] }] });
  });

  test("something named without a verb is asked about, and remembered as what is meant", () => {
    const { next, effects } = transition(dialogueIn.INIT(), said({ mention: mentionOf([lamp]) }));
    expect(keysOf(effects)).toEqual(["whatAbout"]);
    expect(next).toMatchObject({ state: "INIT", open: [], focus: [lamp] });
  });

  test("nothing eligible: the reason is given and nothing stays open", () => {
    const { next, effects } = transition(
      dialogueIn.INIT(),
      said({ acts: [request("return")], eligible: { return: [] }, refusal: "not-delivered" }),
    );
    expect(next).toMatchObject({ state: "INIT", open: [] });
    expect(saidAs(effects, "refused").refused).toEqual([{ ref: null, why: "not-delivered" }]);
  });

  test("named but not found: the one thing left is offered, and a bare yes does not take it", () => {
    const asked = transition(
      dialogueIn.INIT(),
      said({
        acts: [request("return", { mention: mentionOf([], { unknown: "bicycle" }), reason: "broken" })],
        eligible: { return: [lamp] },
      }),
    );
    expect(keysOf(asked.effects)).toEqual(["notFound", "ask"]);
    expect(asked.next).toMatchObject({ state: "COLLECT", open: [{ items: [], candidates: [lamp] }] });
    const { next, effects } = transition(asked.next, said({ answer: "yes", eligible: { return: [lamp] } }));
    expect(next.state).toBe("COLLECT");
    expect(actionsIn(effects)).toEqual([]);
  });
});

describe("confirming (D3)", () => {
  const proposed = dialogueIn.CONFIRM;

  test("a yes executes exactly what was proposed, one action for each order", () => {
    const two = play([
      said({
        acts: [request("return", { mention: mentionOf([lamp, kettle, shirt], { all: true }), reason: "broken" })],
      }),
    ]);
    const { next, effects } = transition(two, said({ answer: "yes" }));
    expect(actionsIn(effects)).toEqual([
      { number: 1, kind: "return", orderId: "A-1", items: [{ line: 0 }, { line: 1 }], reason: "broken" },
      { number: 2, kind: "return", orderId: "A-2", items: [{ line: 0 }], reason: "broken" },
    ]);
    expect(next.nextAction).toBe(3);
  });

  test("a second yes while the first is being executed executes nothing", () => {
    const executing = transition(proposed(), said({ answer: "yes" })).next;
    expect(actionsIn(transition(executing, said({ answer: "yes" })).effects)).toEqual([]);
  });

  test.each([
    ["hedged", said({ answer: "yes", hedged: true })],
    ["said before the proposal was sent", said({ answer: "yes" }, true)],
    ["with another item", said({ answer: "yes", mention: mentionOf([kettle]) })],
    ["with another quantity", said({ answer: "yes", mention: mentionOf([{ ...lamp, quantity: 1 }]) })],
    ["with one more request", said({ answer: "yes", acts: [request("cancel", { mention: mentionOf([tent]) })] })],
    ["with a change of kind", said({ answer: "yes", acts: [request("exchange", { relation: "correct" })] })],
  ])("a yes that is %s proposes or asks again", (_, event) => {
    const { next, effects } = transition(proposed(), event);
    expect(actionsIn(effects)).toEqual([]);
    expect(["CONFIRM", "COLLECT"]).toContain(next.state);
    if (next.state === "CONFIRM") expect(next.proposal?.id).toBe(2);
  });

  test("a yes that names what can't be had proposes again and says why", () => {
    const { next, effects } = transition(
      proposed(),
      said({ answer: "yes", mention: mentionOf([], { unknown: "bicycle" }) }),
    );
    expect(keysOf(effects)).toEqual(["notFound", "propose"]);
    expect(next.state).toBe("CONFIRM");
  });

  test("a yes with a late reason stands, and the reason goes along", () => {
    const { effects } = transition(proposed(), said({ answer: "yes", reason: "it hums" }));
    expect(actionsIn(effects)).toMatchObject([{ reason: "it hums" }]);
  });

  test("a yes with a question: the answer comes first, then it is executed", () => {
    const { effects } = transition(proposed(), said({ answer: "yes", acts: [acts.question as Act] }));
    expect(effects.map((effect) => effect.type)).toEqual(["say", "execute"]);
  });

  test("a no leaves everything as it is", () => {
    const { next, effects } = transition(proposed(), said({ answer: "no" }));
    expect(next).toMatchObject({ state: "INIT", open: [], proposal: null });
    expect(keysOf(effects)).toEqual(["denied"]);
  });

  test.each([
    ["INIT", ["nothingToConfirm"]],
    ["COLLECT", ["ask"]],
    ["END", ["nothingToConfirm"]],
  ] as const)("a bare yes in %s executes nothing", (state, keys) => {
    const { effects } = transition(dialogueIn[state](), said({ answer: "yes" }));
    expect(keysOf(effects)).toEqual(keys);
  });

  test.each([
    [true, { key: "done", results: [{ action, ok: true }] }],
    [false, { key: "done", results: [{ action, ok: false, why: "wrong-status" }] }],
  ] as const)("the outcome (ok: %s) is told and nothing stays open", (ok, expected) => {
    const executing = transition(proposed(), said({ answer: "yes" })).next;
    const results = ok ? [{ action, ok }] : [{ action, ok, why: "wrong-status" as const }];
    const { next, effects } = transition(executing, { type: "executed", results });
    expect(next).toMatchObject({ state: "INIT", open: [], proposal: null, nextAction: 2 });
    expect(effects).toEqual([{ type: "say", say: expected }]);
  });
});

describe("changing one's mind (D5)", () => {
  const items = (dialogue: Dialogue) => dialogue.open.map((open) => [open.kind, open.items]);
  const returning = dialogueIn.CONFIRM;

  test("a correction replaces the item and proposes anew", () => {
    const { next } = transition(returning(), said({ answer: "no", relation: "correct", mention: mentionOf([kettle]) }));
    expect(next.state).toBe("CONFIRM");
    expect(items(next)).toEqual([["return", [kettle]]]);
  });

  test("a change of kind keeps item and reason where they still fit", () => {
    const { next, effects } = transition(returning(), said({ acts: [request("exchange", { relation: "correct" })] }));
    expect(items(next)).toEqual([["exchange", [lamp]]]);
    expect(next.open[0]?.reason).toBe("flickers");
    expect(saidAs(effects, "ask").missing).toEqual([{ request: 1, slots: ["variant"] }]);
  });

  test("one more item of the same kind", () => {
    const { next } = transition(returning(), said({ relation: "add", mention: mentionOf([kettle]) }));
    expect(items(next)).toEqual([["return", [lamp, kettle]]]);
  });

  test("two requests in one message are proposed together", () => {
    const { next, effects } = transition(
      dialogueIn.INIT(),
      said({
        acts: [
          request("return", { mention: mentionOf([lamp]), reason: "flickers" }),
          request("cancel", { mention: mentionOf([tent, stove], { all: true }) }),
        ],
      }),
    );
    expect(next.state).toBe("CONFIRM");
    expect(saidAs(effects, "propose").requests.map(({ kind }) => kind)).toEqual(["return", "cancel"]);
  });

  test.each([
    ["only", [kettle]],
    ["except", [lamp]],
  ] as const)("%s that one", (relation, left) => {
    const two = play([
      said({ acts: [request("return", { mention: mentionOf([lamp, kettle], { all: true }), reason: "broken" })] }),
    ]);
    expect(items(transition(two, said({ relation, mention: mentionOf([kettle]) })).next)).toEqual([["return", left]]);
  });

  test.each(["COLLECT", "CONFIRM"] as const)("dropping it in %s leaves nothing open", (state) => {
    const { next, effects } = transition(dialogueIn[state](), said({ acts: [{ intent: "abandon" }] }));
    expect(next).toMatchObject({ state: "INIT", open: [], proposal: null });
    expect(keysOf(effects)).toEqual(["abandoned"]);
  });

  test("a question in between is answered, then what was asked is asked again", () => {
    const collecting = play([said({ acts: [request("return", { mention: mentionOf([lamp]) })] })]);
    const { next, effects } = transition(collecting, said({ acts: [acts.question as Act] }));
    expect(keysOf(effects)).toEqual(["answer", "ask"]);
    expect(next.open[0]?.settled).toEqual([]);
  });

  test("a question at the proposal is answered, then it is proposed again and a yes is for that one", () => {
    const { next, effects } = transition(returning(), said({ acts: [acts.question as Act] }));
    expect(keysOf(effects)).toEqual(["answer", "propose"]);
    expect(next.proposal?.id).toBe(2);
    expect(actionsIn(transition(next, said({ answer: "yes" })).effects)).toHaveLength(1);
  });
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
