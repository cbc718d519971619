import { describe, expect, test } from "@jest/globals";
import type { RequestKind } from "../../src/commerce/types.ts";
import { chooseVariant, isComplete, missingSlots, settleAsked, settleVariant } from "../../src/dialogue/slots.ts";
import type { ItemFact, OpenRequest, Slot, VariantFact } from "../../src/dialogue/types.ts";
import { lamp, shirt } from "../support/dialogue-fixtures.ts";

const open = (kind: RequestKind, rest: Partial<OpenRequest> = {}): OpenRequest => ({
  id: 1,
  kind,
  items: [],
  candidates: [],
  reason: null,
  exchangeFor: [],
  wantedText: null,
  asked: [],
  settled: [],
  ...rest,
});

const variant = (colour: string, size: string, inStock = true, ...more: string[]): VariantFact => ({
  options: { colour, size },
  inStock,
  words: [colour, size, ...more],
});
const shirtFact: ItemFact = {
  ref: shirt,
  available: 1,
  options: { colour: "white", size: "m" },
  variants: [
    variant("white", "m", true, "白色"),
    variant("white", "l", true, "白色"),
    variant("blue", "m", true, "蓝色"),
    variant("blue", "l", true, "蓝色"),
    variant("light blue", "m", true, "浅蓝"),
    variant("red", "m", false, "红色"),
    variant("red", "xl", true, "红色"),
    variant("grey", "m", true, "灰色"),
  ],
};

describe("what is missing (D2, D3)", () => {
  test.each<[RequestKind, Slot[]]>([
    ["return", ["items", "reason"]],
    ["exchange", ["items", "variant", "reason"]],
    ["cancel", ["items"]],
  ])("a bare %s", (kind, slots) => {
    expect(missingSlots(open(kind))).toEqual(slots);
    expect(isComplete(open(kind))).toBe(false);
  });

  test.each<[string, OpenRequest, Slot[]]>([
    ["a return with item and reason", open("return", { items: [lamp], reason: "broken" }), []],
    ["a return whose reason was declined", open("return", { items: [lamp], settled: ["reason"] }), []],
    ["an exchange with a reason only", open("exchange", { reason: "too small" }), ["items", "variant"]],
    ["an exchange for the same again", open("exchange", { items: [shirt], settled: ["variant", "reason"] }), []],
    ["settled items", open("cancel", { settled: ["items"] }), ["items"]],
  ])("%s", (_, request, slots) => {
    expect(missingSlots(request)).toEqual(slots);
  });

  test("what was asked for and not answered is settled, items never", () => {
    const asked = open("exchange", { asked: ["items", "variant", "reason"] });
    expect(missingSlots(settleAsked(asked))).toEqual(["items"]);
  });

  test("what was not asked for yet stays missing", () => {
    const request = open("exchange", { items: [shirt], asked: ["variant"] });
    expect(missingSlots(settleAsked(request))).toEqual(["reason"]);
  });
});

describe("choosing a variant by words", () => {
  test.each([
    ["the blue one", { colour: "blue", size: "m" }],
    ["l please", { colour: "white", size: "l" }],
    ["blue in l", { colour: "blue", size: "l" }],
    ["LIGHT BLUE", { colour: "light blue", size: "m" }],
    ["换个蓝色的", { colour: "blue", size: "m" }],
    ["the white one for a blue one", { colour: "blue", size: "m" }],
    ["red, or else grey", { colour: "grey", size: "m" }],
    ["red in xl", { colour: "red", size: "xl" }],
    ["the same again", { colour: "white", size: "m" }],
    ["换个新的", { colour: "white", size: "m" }],
  ])("%s", (text, options) => {
    expect(chooseVariant(shirtFact, text)).toEqual({ found: true, options });
  });

  test("a size inside another word is not that size", () => {
    expect(chooseVariant(shirtFact, "something smallish, maybe?")).toMatchObject({ found: false, named: false });
  });

  test.each([
    ["大一码的", { found: true, options: { size: "42" } }],
    ["换小一号", { found: true, options: { size: "40" } }],
    ["one size up please", { found: true, options: { size: "42" } }],
    ["a bigger one", { found: true, options: { size: "42" } }],
  ] as const)("%s is the next size", (text, choice) => {
    const sizes = ["40", "41", "42", "43"].map((size) => ({ options: { size }, inStock: true, words: [size] }));
    const fact: ItemFact = { ref: { orderId: "A1", line: 0 }, available: 1, options: { size: "41" }, variants: sizes };
    expect(chooseVariant(fact, text)).toEqual(choice);
  });

  test("words that name nothing: what is in stock is offered", () => {
    const choice = chooseVariant(shirtFact, "purple");
    expect(choice).toMatchObject({ found: false, named: false });
    if (!choice.found) expect(choice.available).not.toContainEqual({ colour: "red", size: "m" });
  });

  test("named but sold out", () => {
    const onlyRed: ItemFact = { ...shirtFact, variants: [variant("white", "m"), variant("red", "m", false)] };
    expect(chooseVariant(onlyRed, "red")).toEqual({
      found: false,
      available: [{ colour: "white", size: "m" }],
      named: true,
    });
  });

  test("a product without variants is exchanged for the same", () => {
    expect(chooseVariant({ ref: lamp, available: 1 }, "blue")).toEqual({ found: true, options: null });
  });
});

describe("settling the variant of a request", () => {
  const wanting = (wantedText: string, rest: Partial<OpenRequest> = {}) =>
    open("exchange", { items: [shirt], wantedText, ...rest });

  test("waits until the item and what the shop has are known", () => {
    for (const request of [wanting("blue", { items: [] }), wanting("blue")])
      expect(settleVariant(request, [])).toEqual({ request, says: [] });
  });

  test("is chosen for each item, in their order", () => {
    const request = wanting("blue", { items: [lamp, shirt] });
    const { request: settled } = settleVariant(request, [shirtFact, { ref: lamp, available: 1 }]);
    expect(settled).toMatchObject({
      exchangeFor: [null, { colour: "blue", size: "m" }],
      wantedText: null,
      settled: ["variant"],
    });
  });

  test("that can't be had is said, and asked for again", () => {
    const request = wanting("purple", { asked: ["variant"], settled: ["variant", "reason"] });
    const { request: unsettled, says } = settleVariant(request, [shirtFact]);
    expect(says).toMatchObject([{ key: "variantUnavailable", item: shirt, wanted: "purple" }]);
    expect(missingSlots(unsettled)).toEqual(["variant"]);
    expect(unsettled.asked).toEqual([]);
  });
});
