/** The import command's promises, against a real server: all or nothing, every problem with its row. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { importShop, ShopImportError } from "../../src/commerce/import.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";

const NOW = new Date("2026-11-25T15:30:00Z");
const FILE = "shop.json";

const customer = { id: "c-1", name: "李雷" };
const product = { id: "p-1", name: "台灯", variants: [{ options: { colour: "white" }, stock: 3 }] };
const order = {
  id: "GL-1",
  customerId: "c-1",
  status: "delivered",
  placedAt: "2026-11-20T09:00:00Z",
  deliveredAt: "2026-11-21T09:00:00Z",
  items: [{ productId: "p-1", name: "台灯", quantity: 1, price: 199 }],
};
const shop = { customers: [customer], products: [product], orders: [order] };

let corner: Corner;
let tenant: string;
beforeAll(async () => {
  corner = await openCorner();
});
afterAll(() => corner.close());
beforeEach(() => {
  tenant = `t-${Math.random().toString(36).slice(2)}`;
});

const load = (content: unknown, into = tenant) =>
  importShop(corner.store, into, FILE, typeof content === "string" ? content : JSON.stringify(content), NOW);

async function stored(of = tenant) {
  const { customers, products, orders } = corner.store;
  const clean = { projection: { _id: 0, tenant: 0 } } as const;
  const [some, things, bought] = await Promise.all([
    customers.find({ tenant: of }, clean).toArray(),
    products.find({ tenant: of }, clean).toArray(),
    orders.find({ tenant: of }, clean).toArray(),
  ]);
  return { customers: some, products: things, orders: bought };
}

async function refusal(content: unknown): Promise<string> {
  const error = await load(content).then(
    () => new Error("it was imported"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ShopImportError);
  return String(error instanceof Error ? error.message : error);
}

describe("a good file", () => {
  test("is counted and stored as it is, with the shop's own fields", async () => {
    const own = { ...shop, customers: [{ ...customer, level: "gold" }] };
    expect(await load(own)).toEqual({ customers: 1, products: 1, orders: 1 });
    expect(await stored()).toMatchObject({
      customers: [{ ...customer, level: "gold" }],
      products: [product],
      orders: [{ ...order, requests: [] }],
    });
  });

  test("replaces what has the same id, keeps the rest, and leaves other tenants alone", async () => {
    await load(shop);
    await load(shop, `${tenant}-other`);
    await load({
      customers: [
        { id: "c-1", name: "韩梅梅" },
        { id: "c-2", name: "Tom" },
      ],
    });
    const { customers, orders } = await stored();
    expect(customers.map(({ id, name }) => [id, name]).sort()).toEqual([
      ["c-1", "韩梅梅"],
      ["c-2", "Tom"],
    ]);
    expect(orders).toHaveLength(1);
    expect((await stored(`${tenant}-other`)).customers).toMatchObject([customer]);
  });

  test("twice is the same as once", async () => {
    await load(shop);
    const once = await stored();
    await load(shop);
    expect(await stored()).toEqual(once);
  });

  test("may refer to customers who are there already", async () => {
    await load({ customers: [customer] });
    expect(await load({ orders: [order] })).toEqual({ customers: 0, products: 0, orders: 1 });
  });

  test("written relative to a day is shifted by whole days", async () => {
    await load({ datesRelativeTo: "2026-11-22T00:00:00Z", ...shop });
    const [moved] = (await stored()).orders;
    expect(moved).toMatchObject({ placedAt: "2026-11-23T09:00:00.000Z", deliveredAt: "2026-11-24T09:00:00.000Z" });
    expect(moved).not.toHaveProperty("shippedAt");
  });

  test("without such a day keeps its dates", async () => {
    await load(shop);
    expect((await stored()).orders[0]?.placedAt).toBe(order.placedAt);
  });

  test("may be empty", async () => {
    expect(await load({})).toEqual({ customers: 0, products: 0, orders: 0 });
  });
});

describe("a bad file imports nothing, and its problem is named with file and row", () => {
  const withOrder = (rest: object) => ({ ...shop, orders: [order, { ...order, id: "GL-2", ...rest }] });
  const item = order.items[0];

  test.each<[string, unknown, string[]]>([
    ["not JSON", '{"customers": [', ["is not JSON"]],
    ["empty", "", ["is not JSON"]],
    ["a list", [shop], ["expected object"]],
    ["null", "null", ["expected object"]],
    ["an unknown section", { ...shop, coupons: [] }, ["coupons"]],
    ["customers that are no list", { customers: {} }, ["customers", "expected array"]],
    ["a customer without a name", { customers: [customer, { id: "c-2" }] }, ["customers[1].name"]],
    ["an empty id", { customers: [{ ...customer, id: "" }] }, ["customers[0].id"]],
    ["a numeric id", { products: [{ ...product, id: 7 }] }, ["products[0].id", "expected string"]],
    ["an order without items", withOrder({ items: [] }), ["orders[1].items"]],
    ["an unknown status", withOrder({ status: "lost" }), ["orders[1].status"]],
    ["a date that is none", withOrder({ placedAt: "yesterday" }), ["orders[1].placedAt", "ISO 8601"]],
    ["a date of the wrong type", withOrder({ placedAt: 5 }), ["orders[1].placedAt"]],
    ["a quantity of 0", withOrder({ items: [{ ...item, quantity: 0 }] }), ["orders[1].items[0].quantity"]],
    ["half a piece", withOrder({ items: [item, { ...item, quantity: 1.5 }] }), ["orders[1].items[1].quantity"]],
    ["a negative price", withOrder({ items: [{ ...item, price: -1 }] }), ["orders[1].items[0].price"]],
    ["a price in words", withOrder({ items: [{ ...item, price: "199" }] }), ["orders[1].items[0].price"]],
    ["options that are no words", withOrder({ items: [{ ...item, options: { size: 4 } }] }), ["items[0].options.size"]],
    ["negative stock", { products: [{ ...product, variants: [{ options: {}, stock: -1 }] }] }, ["variants[0].stock"]],
    ["a customer who is nowhere", withOrder({ customerId: "c-9" }), ["orders[1]", "GL-2", "c-9"]],
    [
      "requests of an unknown kind",
      withOrder({ requests: [{ kind: "gift", idempotencyKey: "k", at: NOW }] }),
      ["requests[0].kind"],
    ],
  ])("%s", async (_, content, named) => {
    const before = { ...shop, orders: [{ ...order, id: "GL-0" }] };
    await load(before);
    const untouched = await stored();
    const message = await refusal(content);
    for (const words of [FILE, ...named]) expect(message).toContain(words);
    expect(await stored()).toEqual(untouched);
  });

  test("several problems are named together, not one by one", async () => {
    const message = await refusal({ customers: [{ id: "c-1" }], products: [{ name: "台灯" }] });
    expect(message).toContain("customers[0].name");
    expect(message).toContain("products[0].id");
  });

  test("the same id twice in one file", async () => {
    const message = await refusal({ ...shop, orders: [order, { ...order, status: "pending" }] });
    expect(message).toContain("orders[1]");
    expect(message).toContain("GL-1");
  });
});
