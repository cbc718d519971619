/** A shop in memory with the demo shop's rules: evaluation needs thousands of fresh ones and no server. */
import { availablePieces, STATUS_FOR } from "../commerce/eligibility.ts";
import { orderShape } from "../commerce/order-shape.ts";
import type {
  ActionOutcome,
  ActionRequest,
  CommerceBackend,
  Customer,
  Order,
  OrderRequest,
  Product,
} from "../commerce/types.ts";

/** The import format, as the shops of the labelled data hold it. */
export interface ShopFile {
  datesRelativeTo: string;
  customers: Customer[];
  products: Product[];
  orders: Array<Omit<Order, "requests">>;
}

const DAY_MS = 86_400_000;

/** The file's orders as they stand at `now`: shifted by whole days, like the import does. */
function ordersAt({ datesRelativeTo, orders }: ShopFile, now: Date): Order[] {
  const byMs = Math.floor((now.getTime() - Date.parse(datesRelativeTo)) / DAY_MS) * DAY_MS;
  const moved = (iso: string): string => new Date(Date.parse(iso) + byMs).toISOString();
  return orders.map((order) => ({
    ...structuredClone(order),
    placedAt: moved(order.placedAt),
    ...(order.shippedAt === undefined ? {} : { shippedAt: moved(order.shippedAt) }),
    ...(order.deliveredAt === undefined ? {} : { deliveredAt: moved(order.deliveredAt) }),
    requests: [],
  }));
}

/** `orders` are the shop's own: what the actions changed can be read there. */
export function createMemoryShop(file: ShopFile, now: Date): { commerce: CommerceBackend; orders: Order[] } {
  const orders = ordersAt(file, now).sort((a, b) => b.placedAt.localeCompare(a.placedAt));
  const shapes = [...new Set(orders.map((order) => orderShape(order.id)))];
  const commerce: CommerceBackend = {
    customer: async (_, id) => file.customers.find((customer) => customer.id === id) ?? null,
    orders: async (_, customerId) => orders.filter((order) => order.customerId === customerId),
    products: async (_, ids) => file.products.filter((product) => ids.includes(product.id)),
    orderShapes: async () => shapes,
    execute: async (_, action) => execute(orders, action, now),
  };
  return { commerce, orders };
}

function execute(orders: Order[], action: ActionRequest, now: Date): ActionOutcome {
  const order = orders.find(({ id, customerId }) => id === action.orderId && customerId === action.customerId);
  if (!order) return { ok: false, why: "not-found" };
  const earlier = order.requests.find(({ idempotencyKey }) => idempotencyKey === action.idempotencyKey);
  if (earlier) return { ok: true, request: earlier, repeated: true };
  if (order.status !== STATUS_FOR[action.kind]) return { ok: false, why: "wrong-status" };
  const items: OrderRequest["items"] = [];
  for (const { line, quantity, exchangeFor } of action.items) {
    const item = order.items[line];
    const left = availablePieces(order, line);
    if (!item || left === 0 || (quantity ?? left) > left) return { ok: false, why: "already-requested" };
    const { productId, name } = item;
    items.push({ line, productId, name, quantity: quantity ?? left, ...(exchangeFor ? { exchangeFor } : {}) });
  }
  const { kind, reason, idempotencyKey } = action;
  const request: OrderRequest = { kind, items, reason, idempotencyKey, at: now.toISOString() };
  order.requests.push(request);
  return { ok: true, request, repeated: false };
}
