/** The judge of single messages must be able to say no; the comparison of D2 must really ask one thing at a time. */
import { describe, expect, test } from "@jest/globals";
import type { Order } from "../src/commerce/types.ts";
import { newDialogue, transition } from "../src/dialogue/transition.ts";
import type { Dialogue, RequestAct, Understanding } from "../src/dialogue/types.ts";
import type { Judgement } from "../src/evaluation/judge.ts";
import { judge } from "../src/evaluation/judge.ts";
import { dialogueFor, parseRef } from "../src/evaluation/situation.ts";
import { intentFirst, oneAtATime } from "../src/evaluation/two-step.ts";
import type { LabelledMessage } from "../src/evaluation/types.ts";

const order: Order = {
  id: "S/1/2",
  customerId: "c",
  status: "delivered",
  placedAt: "2026-11-20T03:00:00Z",
  items: [
    { productId: "rod", name: "Rod", quantity: 2, price: 10, options: { Size: "M" } },
    { productId: "box", name: "Box", quantity: 1, price: 10 },
  ],
  requests: [],
};
const rod = { orderId: "S/1/2", line: 0 };
const box = { orderId: "S/1/2", line: 1 };

const act = (more: Partial<RequestAct> = {}): RequestAct => ({
  intent: "return",
  mention: { items: [rod], all: false, refused: [], unknown: null },
  reason: "broken",
  wanted: null,
  relation: "plain",
  ...more,
});
const understood = (more: Partial<Understanding> = {}): Understanding => ({
  acts: [act()],
  answer: null,
  hedged: false,
  mention: null,
  relation: "plain",
  reason: null,
  declined: false,
  wanted: null,
  eligible: { return: [rod, box], exchange: [rod, box] },
  facts: [
    { ref: rod, available: 2 },
    { ref: box, available: 1 },
  ],
  refusal: null,
  understood: true,
  tier: "examples",
  confidence: 1,
  ...more,
});
const label: LabelledMessage = {
  id: "m",
  template: "t",
  locale: "en",
  shop: "shop.json",
  customer: "c",
  text: "the rod broke, I want to return it",
  acts: [{ intent: "return", items: ["S/1/2/rod"], reason: true }],
  tags: [],
};

function judged(understanding: Understanding, wanted: Partial<LabelledMessage> = {}): Judgement {
  const full = { ...label, ...wanted };
  const before: Dialogue = dialogueFor(full.situation, [order]);
  return judge(full, before, understanding, transition(before, { type: "understood", understanding }), [order]);
}

test("references take orders with slashes and a number of pieces", () => {
  expect(parseRef("S/1/2/rod*3")).toEqual({ orderId: "S/1/2", productId: "rod", quantity: 3 });
  expect(() => parseRef("rod")).toThrow("item reference");
});

describe("the judge of messages says yes", () => {
  test("to what the label says", () => {
    expect(judged(understood())).toMatchObject({ intentRight: true, slotsRight: true });
  });

  test("to a greeting beside the request, and to a reason that may be one", () => {
    const acts = [{ intent: "smalltalk", topic: "greeting" } as const, act()];
    const wanted = { acts: [{ intent: "return", items: ["S/1/2/rod"], reason: "maybe" as const }] };
    expect(judged(understood({ acts }), wanted)).toMatchObject({ intentRight: true, slotsRight: true });
  });

  test("to a yes at a proposal", () => {
    const situation = { kind: "return" as const, items: ["S/1/2/rod"], asked: [] };
    const wanted: Partial<LabelledMessage> = { situation, acts: [], answer: "yes" };
    expect(judged(understood({ acts: [], answer: "yes" }), wanted)).toMatchObject({
      intentRight: true,
      slotsRight: true,
    });
  });
});

describe("the judge of messages says no", () => {
  test.each<[string, Partial<Understanding>, string]>([
    ["another item", { acts: [act({ mention: { items: [box], all: false, refused: [], unknown: null } })] }, "item"],
    [
      "one item too many",
      { acts: [act({ mention: { items: [rod, box], all: true, refused: [], unknown: null } })] },
      "item",
    ],
    [
      "another number of pieces",
      { acts: [act({ mention: { items: [{ ...rod, quantity: 1 }], all: false, refused: [], unknown: null } })] },
      "quantity",
    ],
    ["a reason that was missed", { acts: [act({ reason: null })] }, "reason"],
    [
      "something said to be unknown",
      { acts: [act({ mention: { items: [rod], all: false, refused: [], unknown: "tent" } })] },
      "unknown",
    ],
  ])("to %s", (_, more, slot) => {
    const { intentRight, slotsRight, slots } = judged(understood(more));
    expect(intentRight).toBe(true);
    expect(slotsRight).toBe(false);
    expect(slots[slot as keyof typeof slots].fp + slots[slot as keyof typeof slots].fn).toBeGreaterThan(0);
  });

  test("to another intent, to none, and to one too many", () => {
    expect(judged(understood({ acts: [act({ intent: "exchange" })] })).intentRight).toBe(false);
    expect(judged(understood({ acts: [], understood: false })).intentRight).toBe(false);
    expect(
      judged(understood({ acts: [act(), { intent: "order_status", orders: [], unknown: null }] })).intentRight,
    ).toBe(false);
  });

  test("to a yes that was hedged, and to a no", () => {
    const situation = { kind: "return" as const, items: ["S/1/2/rod"], asked: [] };
    const wanted: Partial<LabelledMessage> = { situation, acts: [], answer: "yes" };
    expect(judged(understood({ acts: [], answer: "yes", hedged: true }), wanted).intentRight).toBe(false);
    expect(judged(understood({ acts: [], answer: "no" }), wanted).intentRight).toBe(false);
  });

  test("to a proposal that lost its item", () => {
    const situation = { kind: "return" as const, items: ["S/1/2/rod"], asked: ["reason" as const] };
    const wanted: Partial<LabelledMessage> = { situation, acts: [{ intent: "return", reason: true }] };
    const moved = understood({
      acts: [],
      reason: "broken",
      mention: { items: [box], all: false, refused: [], unknown: null },
      relation: "correct",
    });
    expect(judged(understood({ acts: [], reason: "broken" }), wanted).slotsRight).toBe(true);
    expect(judged(moved, wanted).slotsRight).toBe(false);
  });
});

describe("intent first, then entities", () => {
  test("takes only the intent from an opening", () => {
    const taken = intentFirst(understood(), newDialogue());
    expect(taken.acts).toEqual([act({ mention: null, reason: null })]);
  });

  test("asks for one slot, and takes only that", () => {
    const opened = transition(newDialogue(), {
      type: "understood",
      understanding: intentFirst(understood(), newDialogue()),
    }).next;
    expect(opened.open[0]?.asked).toEqual(["items", "reason"]);
    const asked = oneAtATime(opened);
    expect(asked.open[0]?.asked).toEqual(["items"]);
    const answer = understood({ acts: [], mention: act().mention, reason: "broken" });
    expect(intentFirst(answer, asked)).toMatchObject({ mention: answer.mention, reason: null });
  });
});
