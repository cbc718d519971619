/** The demo shop's promises about changing orders (beyond-list 4), against a real server. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createDemoShop } from "../../src/commerce/demo-shop.ts";
import type { ActionOutcome, CommerceBackend, Order } from "../../src/commerce/types.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";
import { actionOn, CUSTOMER, orderWith, products } from "../support/shop-fixtures.ts";

const PARALLEL = 20;
const NOW = new Date("2026-11-25T15:30:00Z");

let corner: Corner;
let shop: CommerceBackend;
let tenant: string;
beforeAll(async () => {
  corner = await openCorner();
});
afterAll(() => corner.close());
beforeEach(async () => {
  tenant = `t-${Math.random().toString(36).slice(2)}`;
  shop = createDemoShop(corner.store, corner.keyring, () => NOW);
  const { store } = corner;
  await store.customers.insertOne({ tenant, id: CUSTOMER, name: "李雷" });
  await store.products.insertMany(products.map((product) => ({ ...product, tenant })));
  const orders: Order[] = [
    orderWith(),
    orderWith({ id: "GL-2", status: "pending", placedAt: "2026-11-24T08:00:00.000Z" }),
    orderWith({ id: "GL-3", status: "shipped", placedAt: "2026-11-23T08:00:00.000Z" }),
    orderWith({ id: "GL-4", status: "cancelled" }),
    orderWith({ id: "GL-9", customerId: "c-2" }),
  ];
  await store.orders.insertMany(orders.map((order) => ({ ...order, tenant })));
});

async function orderOf(id: string, customer = CUSTOMER): Promise<Order> {
  const order = (await shop.orders(tenant, customer)).find((each) => each.id === id);
  if (!order) throw new Error(`no order ${id}`);
  return order;
}
const refused = (why: string): ActionOutcome => ({ ok: false, why }) as ActionOutcome;

describe("looking up", () => {
  test("only one's own orders, newest first", async () => {
    const orders = await shop.orders(tenant, CUSTOMER);
    expect(orders.map(({ id }) => id).slice(0, 2)).toEqual(["GL-2", "GL-3"]);
    expect(orders.map(({ id }) => id)).not.toContain("GL-9");
    expect(orders[0]).not.toHaveProperty("tenant");
    expect(await shop.orders("another tenant", CUSTOMER)).toEqual([]);
  });

  test("products and customers by id, unknown ones left out", async () => {
    expect(await shop.products(tenant, ["p-kettle", "p-none"])).toEqual([products[1]]);
    expect(await shop.customer(tenant, CUSTOMER)).toEqual({ id: CUSTOMER, name: "李雷" });
    expect(await shop.customer(tenant, "nobody")).toBeNull();
  });

  test("how order numbers look", async () => {
    expect(await shop.orderShapes(tenant)).toEqual(["gl|1|9"]);
  });
});

describe("executing at most once", () => {
  test("the request is on the order, with item, reason, key and time", async () => {
    const outcome = await shop.execute(tenant, actionOn("GL-1"));
    expect(outcome).toMatchObject({ ok: true, repeated: false });
    expect((await orderOf("GL-1")).requests).toEqual([
      {
        kind: "return",
        items: [{ line: 0, productId: "p-lamp", name: "护眼台灯", quantity: 1, options: { 颜色: "白色" } }],
        reason: "一直闪",
        idempotencyKey: "session/1",
        at: NOW.toISOString(),
      },
    ]);
  });

  test(`${PARALLEL} parallel calls with one key: one request, all are told it worked`, async () => {
    const outcomes = await Promise.all(Array.from({ length: PARALLEL }, () => shop.execute(tenant, actionOn("GL-1"))));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(outcomes.filter((outcome) => outcome.ok && !outcome.repeated)).toHaveLength(1);
    expect((await orderOf("GL-1")).requests).toHaveLength(1);
  });

  test("the same key again later is told what was done then", async () => {
    const first = await shop.execute(tenant, actionOn("GL-1"));
    const again = await shop.execute(tenant, actionOn("GL-1", { reason: "other words" }));
    expect(again).toEqual({ ...first, repeated: true });
  });

  test("the same key again after a whole order was cancelled is told so too", async () => {
    const cancel = actionOn("GL-2", { kind: "cancel", items: [{ line: 0 }, { line: 1 }] });
    await shop.execute(tenant, cancel);
    expect(await shop.execute(tenant, cancel)).toMatchObject({ ok: true, repeated: true });
  });

  test("two keys for the same line at the same moment: one wins", async () => {
    const keys = Array.from({ length: 5 }, (_, index) => `session-${index}/1`);
    const outcomes = await Promise.all(
      keys.map((idempotencyKey) => shop.execute(tenant, actionOn("GL-1", { idempotencyKey }))),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(outcomes.filter(({ ok }) => !ok)).toEqual(Array(4).fill(refused("already-requested")));
    expect((await orderOf("GL-1")).requests).toHaveLength(1);
  });

  test("different pieces of a line at the same moment: never more than there are", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        shop.execute(tenant, actionOn("GL-1", { items: [{ line: 1, quantity: 1 }], idempotencyKey: `s/${index}` })),
      ),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(3);
    expect((await orderOf("GL-1")).requests.flatMap(({ items }) => items)).toHaveLength(3);
  });
});

describe("what is refused changes nothing", () => {
  test.each<[string, Parameters<typeof actionOn>, string]>([
    ["someone else's order", ["GL-9"], "not-found"],
    ["an order that isn't there", ["GL-77"], "not-found"],
    ["another customer's claim on this one", ["GL-1", { customerId: "c-2" }], "not-found"],
    ["returning what hasn't arrived", ["GL-3"], "wrong-status"],
    ["returning what is still pending", ["GL-2"], "wrong-status"],
    ["exchanging what hasn't arrived", ["GL-3", { kind: "exchange" }], "wrong-status"],
    ["cancelling what was delivered", ["GL-1", { kind: "cancel" }], "wrong-status"],
    ["cancelling what has shipped", ["GL-3", { kind: "cancel" }], "wrong-status"],
    ["cancelling twice", ["GL-4", { kind: "cancel" }], "wrong-status"],
    ["a line that isn't there", ["GL-1", { items: [{ line: 5 }] }], "already-requested"],
    ["more pieces than were bought", ["GL-1", { items: [{ line: 1, quantity: 4 }] }], "already-requested"],
    [
      "a variant that is sold out",
      ["GL-1", { kind: "exchange", items: [{ line: 0, exchangeFor: { 颜色: "银色" } }] }],
      "out-of-stock",
    ],
    [
      "a variant that doesn't exist",
      ["GL-1", { kind: "exchange", items: [{ line: 0, exchangeFor: { 颜色: "紫色" } }] }],
      "out-of-stock",
    ],
    ["one bad line among good ones", ["GL-1", { items: [{ line: 0 }, { line: 5 }] }], "already-requested"],
    ["the same line twice in one action", ["GL-1", { items: [{ line: 0 }, { line: 0 }] }], "already-requested"],
    ["no line at all", ["GL-1", { items: [] }], "already-requested"],
    ["a quantity of 0", ["GL-1", { items: [{ line: 1, quantity: 0 }] }], "already-requested"],
    ["a negative quantity", ["GL-1", { items: [{ line: 1, quantity: -1 }] }], "already-requested"],
  ])("%s", async (_, [orderId, rest], why) => {
    const before = await corner.store.orders.find({ tenant }).toArray();
    expect(await shop.execute(tenant, actionOn(orderId, rest))).toEqual(refused(why));
    expect(await corner.store.orders.find({ tenant }).toArray()).toEqual(before);
  });

  test("an order of another tenant", async () => {
    expect(await shop.execute("another tenant", actionOn("GL-1"))).toEqual(refused("not-found"));
  });
});

describe("by item and by piece", () => {
  test("some pieces now, the rest later, then no more", async () => {
    const pieces = (quantity: number | undefined, key: string) =>
      shop.execute(
        tenant,
        actionOn("GL-1", {
          items: [{ line: 1, ...(quantity === undefined ? {} : { quantity }) }],
          idempotencyKey: key,
        }),
      );
    expect(await pieces(1, "s/1")).toMatchObject({ ok: true });
    expect(await pieces(3, "s/2")).toEqual(refused("already-requested"));
    expect(await pieces(undefined, "s/3")).toMatchObject({ ok: true, request: { items: [{ quantity: 2 }] } });
    expect(await pieces(1, "s/4")).toEqual(refused("already-requested"));
  });

  test("an order is cancelled when all its pieces are, not before", async () => {
    const cancel = (items: Array<{ line: number; quantity?: number }>, key: string) =>
      shop.execute(tenant, actionOn("GL-2", { kind: "cancel", items, idempotencyKey: key }));
    expect(await cancel([{ line: 0 }], "s/1")).toMatchObject({ ok: true });
    expect(await cancel([{ line: 1, quantity: 2 }], "s/2")).toMatchObject({ ok: true });
    expect((await orderOf("GL-2")).status).toBe("pending");
    expect(await cancel([{ line: 1 }], "s/3")).toMatchObject({ ok: true });
    expect((await orderOf("GL-2")).status).toBe("cancelled");
  });

  test("an exchange keeps the order's status and says what for", async () => {
    const exchange = actionOn("GL-1", { kind: "exchange", items: [{ line: 0, exchangeFor: { 颜色: "黑色" } }] });
    expect(await shop.execute(tenant, exchange)).toMatchObject({ ok: true });
    expect(await orderOf("GL-1")).toMatchObject({
      status: "delivered",
      requests: [{ items: [{ exchangeFor: { 颜色: "黑色" } }] }],
    });
  });
});
