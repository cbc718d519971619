import { describe, expect, test } from "@jest/globals";
import { availablePieces, eligibleItems, STATUS_FOR, whyIneligible } from "../../src/commerce/eligibility.ts";
import type { OrderStatus, RequestKind } from "../../src/commerce/types.ts";
import { orderWith, requestOn } from "../support/shop-fixtures.ts";

describe("what a request can be made on", () => {
  test.each<[OrderStatus, RequestKind, ReturnType<typeof whyIneligible>]>([
    ["pending", "cancel", null],
    ["pending", "return", "not-delivered"],
    ["pending", "exchange", "not-delivered"],
    ["shipped", "cancel", "already-shipped"],
    ["shipped", "return", "not-delivered"],
    ["shipped", "exchange", "not-delivered"],
    ["delivered", "cancel", "already-shipped"],
    ["delivered", "return", null],
    ["delivered", "exchange", null],
    ["cancelled", "cancel", "already-cancelled"],
    ["cancelled", "return", "already-cancelled"],
    ["cancelled", "exchange", "already-cancelled"],
  ])("%s order, %s: %s", (status, kind, why) => {
    expect(whyIneligible(orderWith({ status }), 0, kind)).toBe(why);
    expect(why === null).toBe(status === STATUS_FOR[kind]);
  });

  test("a line that was requested as a whole is not requested again", () => {
    const order = orderWith({ requests: [requestOn([[0, 1]])] });
    expect(whyIneligible(order, 0, "return")).toBe("already-requested");
    expect(whyIneligible(order, 0, "exchange")).toBe("already-requested");
    expect(whyIneligible(order, 1, "return")).toBeNull();
  });

  test("a line that doesn't exist", () => {
    expect(whyIneligible(orderWith(), 7, "return")).toBe("already-requested");
  });
});

describe("pieces left of a line", () => {
  test.each<[Array<[number, number]>, number]>([
    [[], 3],
    [[[1, 1]], 2],
    [
      [
        [1, 1],
        [1, 1],
      ],
      1,
    ],
    [[[1, 3]], 0],
    [[[1, 5]], 0],
    [[[0, 1]], 3],
  ])("after requests %j: %d", (taken, left) => {
    expect(availablePieces(orderWith({ requests: [requestOn(taken)] }), 1)).toBe(left);
  });

  test("over several requests of any kind", () => {
    const order = orderWith({ requests: [requestOn([[1, 1]]), requestOn([[1, 1]], "exchange")] });
    expect(availablePieces(order, 1)).toBe(1);
  });

  test("none of a line that doesn't exist", () => {
    expect(availablePieces(orderWith(), 9)).toBe(0);
  });
});

test("all eligible lines of all orders, in the order given", () => {
  const orders = [
    orderWith({ id: "GL-2", requests: [requestOn([[0, 1]])] }),
    orderWith({ id: "GL-3", status: "pending" }),
    orderWith({ id: "GL-4" }),
  ];
  expect(eligibleItems(orders, "return")).toEqual([
    { orderId: "GL-2", line: 1 },
    { orderId: "GL-4", line: 0 },
    { orderId: "GL-4", line: 1 },
  ]);
  expect(eligibleItems(orders, "cancel")).toEqual([
    { orderId: "GL-3", line: 0 },
    { orderId: "GL-3", line: 1 },
  ]);
});
