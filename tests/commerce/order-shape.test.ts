import { describe, expect, test } from "@jest/globals";
import { looksLikeOrderId, normalizeOrderId, orderShape } from "../../src/commerce/order-shape.ts";

describe("order numbers as shops write them", () => {
  test.each([
    ["DD88213", "dd88213"],
    ["ＤＤ８８２１３", "dd88213"],
    ["#ORD-7F3K2", "ord7f3k2"],
    ["TB-2026-00731", "tb202600731"],
    [" dd 882 13 ", "dd88213"],
    ["#48213", "48213"],
    ["№ 48213", "no48213"],
    ["", ""],
  ])("%j is read as %j", (id, normal) => {
    expect(normalizeOrderId(id)).toBe(normal);
  });

  test.each([
    ["DD88213", "dd|5|9"],
    ["#48213", "|5|9"],
    ["ORD-7F3K2", "ord|5|x"],
    ["TB-2026-00731", "tb|9|9"],
    ["110101", "|6|9"],
  ])("%s has the shape %s", (id, shape) => {
    expect(orderShape(id)).toBe(shape);
  });
});

describe("what looks like an order number of this shop", () => {
  const shapes = ["DD88213", "TB-2026-00731", "ORD-7F3K2"].map(orderShape);

  test.each(["dd88213", "99999", "tb202600731", "202600731", "ord7f3k2", "7f3k2"])("%s does", (word) => {
    expect(looksLikeOrderId(word, shapes)).toBe(true);
  });

  test.each(["dd8821", "dd882133", "lamps", "2026", "138123456789", "88213台灯", ""])("%j does not", (word) => {
    expect(looksLikeOrderId(word, shapes)).toBe(false);
  });

  test("in a shop without orders nothing does", () => {
    expect(looksLikeOrderId("dd88213", [])).toBe(false);
  });
});
