import { describe, expect, test } from "@jest/globals";
import { transition } from "../../src/dialogue/transition.ts";
import type { Act, Dialogue } from "../../src/dialogue/types.ts";
import {
  actionsIn,
  dialogueIn,
  kettle,
  keysOf,
  lamp,
  mentionOf,
  play,
  request,
  said,
  saidAs,
  shirt,
  stove,
  tent,
} from "../support/dialogue-fixtures.ts";

const question: Act = { intent: "question", question: "who pays the postage?", answers: ["postage"] };
const action = { number: 1, kind: "return" as const, orderId: "A-1", items: [{ line: 0 }], reason: null };

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
    const { effects } = transition(proposed(), said({ answer: "yes", acts: [question] }));
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
    const { next, effects } = transition(collecting, said({ acts: [question] }));
    expect(keysOf(effects)).toEqual(["answer", "ask"]);
    expect(next.open[0]?.settled).toEqual([]);
  });

  test("a question at the proposal is answered, then it is proposed again and a yes is for that one", () => {
    const { next, effects } = transition(returning(), said({ acts: [question] }));
    expect(keysOf(effects)).toEqual(["answer", "propose"]);
    expect(next.proposal?.id).toBe(2);
    expect(actionsIn(transition(next, said({ answer: "yes" })).effects)).toHaveLength(1);
  });
});
