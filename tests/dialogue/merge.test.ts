import { describe, expect, test } from "@jest/globals";
import { mergeTurn } from "../../src/dialogue/merge.ts";
import { newDialogue } from "../../src/dialogue/transition.ts";
import type { Dialogue, OpenRequest, Understanding } from "../../src/dialogue/types.ts";
import {
  dialogueIn,
  kettle,
  lamp,
  mentionOf,
  play,
  request,
  said,
  shirt,
  stove,
  tent,
  understanding,
} from "../support/dialogue-fixtures.ts";

const merge = (before: Dialogue, rest: Partial<Understanding>) => mergeTurn(before, understanding(rest));
const itemsOf = (dialogue: Dialogue) =>
  dialogue.open.map((open): [OpenRequest["kind"], unknown] => [open.kind, open.items]);
const returning = (...items: Array<typeof lamp>): Dialogue =>
  play([said({ acts: [request("return", { mention: mentionOf(items, { all: true }), reason: "broken" })] })]);

describe("a first request", () => {
  test("an unclear mention is offered to choose from, not taken", () => {
    const { dialogue } = merge(newDialogue(), {
      acts: [request("return", { mention: mentionOf([lamp, kettle], { all: false }) })],
    });
    expect(dialogue.open).toMatchObject([{ items: [], candidates: [lamp, kettle] }]);
  });

  test("a choice among what was offered narrows it", () => {
    const offered = merge(newDialogue(), {
      acts: [request("return", { mention: mentionOf([lamp, kettle], { all: false }) })],
    }).dialogue;
    const { dialogue } = merge(offered, { mention: mentionOf([lamp, shirt], { all: false }) });
    expect(itemsOf(dialogue)).toEqual([["return", [lamp]]]);
  });

  test("what can't be requested among several is refused, the rest is taken", () => {
    const { dialogue, says } = merge(newDialogue(), {
      acts: [
        request("return", {
          mention: mentionOf([lamp], { all: true, refused: [{ ref: tent, why: "not-delivered" }] }),
        }),
      ],
    });
    expect(itemsOf(dialogue)).toEqual([["return", [lamp]]]);
    expect(says).toEqual([{ key: "refused", kind: "return", refused: [{ ref: tent, why: "not-delivered" }] }]);
  });

  test("more pieces than there are becomes all there are, and is said", () => {
    const { dialogue, says } = merge(newDialogue(), {
      acts: [request("return", { mention: mentionOf([{ ...kettle, quantity: 5 }]) })],
      facts: [{ ref: kettle, available: 2 }],
    });
    expect(itemsOf(dialogue)).toEqual([["return", [{ ...kettle, quantity: 2 }]]]);
    expect(says).toEqual([{ key: "quantityTooHigh", item: { ...kettle, quantity: 5 }, available: 2 }]);
  });

  test("the same line asked for twice with two reasons is one request", () => {
    const act = (reason: string) => request("return", { mention: mentionOf([lamp]), reason });
    expect(itemsOf(merge(newDialogue(), { acts: [act("hums"), act("ugly")] }).dialogue)).toEqual([["return", [lamp]]]);
  });

  test("pieces of one line with their own reasons are two requests", () => {
    const act = (reason: string) => request("return", { mention: mentionOf([{ ...kettle, quantity: 1 }]), reason });
    const { dialogue } = merge(newDialogue(), { acts: [act("leaks"), act("too small")] });
    expect(dialogue.open.map(({ reason }) => reason)).toEqual(["leaks", "too small"]);
  });

  test("a second act of the same kind adds its item", () => {
    const { dialogue } = merge(newDialogue(), {
      acts: [request("cancel", { mention: mentionOf([tent]) }), request("cancel", { mention: mentionOf([stove]) })],
    });
    expect(itemsOf(dialogue)).toEqual([["cancel", [tent, stove]]]);
  });
});

describe("words about what is open (D5)", () => {
  test("nothing new leaves it unchanged", () => {
    expect(merge(returning(lamp), {}).changed).toBe(false);
    expect(merge(returning(lamp), { mention: mentionOf([lamp, kettle], { all: false }) }).changed).toBe(false);
  });

  test.each<[string, Partial<Understanding>]>([
    ["another item", { mention: mentionOf([kettle]) }],
    ["another quantity", { mention: mentionOf([{ ...lamp, quantity: 1 }]) }],
    ["another reason", { reason: "it hums" }],
    ["another kind", { acts: [request("exchange", { relation: "correct" })] }],
    ["one more", { relation: "add", mention: mentionOf([kettle]) }],
  ])("%s changes it", (_, rest) => {
    expect(merge(returning(lamp), rest).changed).toBe(true);
  });

  test("adding one of several asks which", () => {
    const { dialogue, says } = merge(returning(lamp), {
      relation: "add",
      mention: mentionOf([kettle, shirt], { all: false }),
    });
    expect(itemsOf(dialogue)).toEqual([["return", [lamp]]]);
    expect(says).toEqual([{ key: "whichOne" }]);
  });

  test("a later mention of a line carries its new quantity", () => {
    const { dialogue } = merge(returning(lamp, kettle), {
      relation: "add",
      mention: mentionOf([{ ...kettle, quantity: 1 }]),
    });
    expect(itemsOf(dialogue)).toEqual([["return", [lamp, { ...kettle, quantity: 1 }]]]);
  });

  test("only that one drops the other requests too", () => {
    const both = play([said({ acts: [request("cancel", { mention: mentionOf([tent]) })] })], returning(lamp, kettle));
    expect(itemsOf(merge(both, { relation: "only", mention: mentionOf([lamp]) }).dialogue)).toEqual([
      ["return", [lamp]],
    ]);
  });

  test("a change of kind drops items it can't be done on and keeps the reason", () => {
    const { dialogue } = merge(returning(lamp), { acts: [request("cancel", { relation: "correct" })] });
    expect(dialogue.open).toMatchObject([{ kind: "cancel", items: [], candidates: [tent, stove], reason: "broken" }]);
  });

  test("one reason is for all that wait for one", () => {
    const two = play([
      said({
        acts: [request("return", { mention: mentionOf([lamp]) }), request("exchange", { mention: mentionOf([shirt]) })],
      }),
    ]);
    expect(merge(two, { reason: "broken" }).dialogue.open.map(({ reason }) => reason)).toEqual(["broken", "broken"]);
  });

  test("a cancellation is given no reason by what is said later", () => {
    const cancelling = play([said({ acts: [request("cancel", { mention: mentionOf([tent]) })] })]);
    expect(merge(cancelling, { reason: "no need" }).dialogue.open[0]?.reason).toBeNull();
  });

  test("another item drops the variant that was chosen for the first", () => {
    const exchange = { ...dialogueIn.COLLECT(), open: [] };
    const chosen = merge(exchange, {
      acts: [request("exchange", { mention: mentionOf([shirt]), wanted: "same again" })],
      facts: [
        {
          ref: shirt,
          available: 1,
          options: { colour: "white" },
          variants: [{ options: { colour: "white" }, inStock: true, words: ["white"] }],
        },
      ],
    }).dialogue;
    expect(chosen.open).toMatchObject([{ exchangeFor: [{ colour: "white" }], settled: ["variant"] }]);
    const { dialogue } = merge(chosen, { relation: "correct", mention: mentionOf([lamp]) });
    expect(dialogue.open).toMatchObject([{ items: [lamp], exchangeFor: [], settled: [] }]);
  });
});

test("merging changes nothing in place", () => {
  const before = returning(lamp, kettle);
  const copy = structuredClone(before);
  merge(before, { relation: "except", mention: mentionOf([kettle]), reason: "other" });
  expect(before).toEqual(copy);
});
