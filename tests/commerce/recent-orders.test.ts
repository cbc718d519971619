/** P1: a turn reads its orders once; what an action changed is read again. */
import { expect, test } from "@jest/globals";
import { rememberOrders } from "../../src/commerce/recent-orders.ts";
import type { Order } from "../../src/commerce/types.ts";
import { createMemoryShop } from "../../src/evaluation/memory-shop.ts";

const placed = { status: "pending", placedAt: "2026-11-20T08:00:00Z", items: [], requests: [] } as const;

function shop() {
  const { commerce } = createMemoryShop(
    { datesRelativeTo: "2026-11-27", customers: [], products: [], orders: [] },
    new Date(),
  );
  let reads = 0;
  let clock = 0;
  const remembered = rememberOrders(
    {
      ...commerce,
      orders: async (_, customerId) => [{ ...placed, id: `${customerId}-${++reads}`, customerId } as unknown as Order],
    },
    () => clock,
  );
  const pass = (ms: number): void => {
    clock += ms;
  };
  const ids = async (found: Promise<Order[]>): Promise<string[]> => (await found).map(({ id }) => id);
  return { ...remembered, ids, pass };
}

test("the words of a turn come from the orders it was understood with", async () => {
  const { commerce, recentOrders, ids } = shop();
  expect(await ids(commerce.orders("t", "a"))).toEqual(["a-1"]);
  expect(await ids(recentOrders("t", "a"))).toEqual(["a-1"]);
});

test("every understanding reads anew, and so does who waited too long or is somebody else", async () => {
  const { commerce, recentOrders, ids, pass } = shop();
  await commerce.orders("t", "a");
  expect(await ids(commerce.orders("t", "a"))).toEqual(["a-2"]);
  expect(await ids(recentOrders("t", "b"))).toEqual(["b-3"]);
  expect(await ids(recentOrders("other tenant", "a"))).toEqual(["a-4"]);
  pass(2_000);
  expect(await ids(recentOrders("t", "a"))).toEqual(["a-5"]);
});

test("an action makes what was read worthless, also when it fails", async () => {
  const { commerce, recentOrders, ids } = shop();
  await commerce.orders("t", "a");
  const action = {
    kind: "cancel",
    orderId: "none",
    items: [],
    reason: null,
    idempotencyKey: "k",
    customerId: "a",
  } as const;
  await commerce.execute("t", action as unknown as Parameters<typeof commerce.execute>[1]).catch(() => undefined);
  expect(await ids(recentOrders("t", "a"))).toEqual(["a-2"]);
});
