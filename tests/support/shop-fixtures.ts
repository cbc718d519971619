/** Orders for tests: one of each status, with several lines and pieces. */
import type { ActionRequest, Order, OrderRequest, Product } from "../../src/commerce/types.ts";

export const CUSTOMER = "c-1";

export const orderWith = (rest: Partial<Order> = {}): Order => ({
  id: "GL-1",
  customerId: CUSTOMER,
  status: "delivered",
  placedAt: "2026-11-10T08:00:00.000Z",
  shippedAt: "2026-11-11T08:00:00.000Z",
  deliveredAt: "2026-11-13T08:00:00.000Z",
  currency: "CNY",
  items: [
    { productId: "p-lamp", name: "护眼台灯", quantity: 1, price: 199, options: { 颜色: "白色" } },
    { productId: "p-kettle", name: "电水壶", quantity: 3, price: 89 },
  ],
  requests: [],
  ...rest,
});

export const products: Product[] = [
  {
    id: "p-lamp",
    name: "护眼台灯",
    names: { en: "Desk lamp" },
    optionNames: { en: { 白色: "White", 黑色: "Black", 银色: "Silver" } },
    variants: [
      { options: { 颜色: "白色" }, stock: 4 },
      { options: { 颜色: "黑色" } },
      { options: { 颜色: "银色" }, stock: 0 },
    ],
  },
  { id: "p-kettle", name: "电水壶", names: { en: "Kettle" } },
];

export const requestOn = (
  items: Array<[line: number, quantity: number]>,
  kind: OrderRequest["kind"] = "return",
): OrderRequest => ({
  kind,
  items: items.map(([line, quantity]) => ({ line, productId: `p-${line}`, name: `item ${line}`, quantity })),
  reason: null,
  idempotencyKey: "earlier/1",
  at: "2026-11-15T08:00:00.000Z",
});

export const actionOn = (orderId: string, rest: Partial<ActionRequest> = {}): ActionRequest => ({
  kind: "return",
  customerId: CUSTOMER,
  orderId,
  items: [{ line: 0 }],
  reason: "一直闪",
  idempotencyKey: "session/1",
  ...rest,
});
