import type { Binary } from "mongodb";
import { KeyDestroyedError } from "../safety/keys/keyring.ts";
import type { OrderDoc, Store } from "../store/mongo.ts";
import { isDuplicateKey } from "../store/mongo.ts";
import { availablePieces, STATUS_FOR } from "./eligibility.ts";
import { orderShape } from "./order-shape.ts";
import { createProductCache } from "./product-cache.ts";
import type { ActionOutcome, ActionRequest, CommerceBackend, Order, OrderRequest } from "./types.ts";

const ORDERS_MAX = 200;
const SHAPES_SAMPLE = 500;
const SHAPES_TTL_MS = 30_000;
/** Two requests for one order at the same moment: the loser reads again. */
const CONFLICT_RETRIES = 5;

/** The keyring, as far as the shop needs it. */
export interface ReasonSealer {
  sealForCustomer(customer: { tenant: string; customerId: string }, value: unknown): Promise<Binary>;
  open<T>(sealed: Binary): Promise<T>;
}

/** An order with the reasons that its customer gave; what a destroyed key sealed is no more: null. */
export async function openReasons(sealer: ReasonSealer, order: OrderDoc): Promise<Order> {
  const requests = order.requests.map(async ({ sealedReason, ...request }) => ({
    ...request,
    reason: sealedReason ? await sealer.open<string>(sealedReason).catch(erasedIsNull) : request.reason,
  }));
  return { ...order, requests: await Promise.all(requests) };
}

function erasedIsNull(error: unknown): null {
  if (error instanceof KeyDestroyedError) return null;
  throw error;
}

/** The demo shop: customers, products and orders in MongoDB, apart by tenant. */
export function createDemoShop(
  store: Store,
  sealer: ReasonSealer,
  now: () => Date = () => new Date(),
): CommerceBackend {
  const clean = { projection: { _id: 0, tenant: 0 } } as const;
  const products = createProductCache(
    (tenant, ids) => store.products.find({ tenant, id: { $in: ids } }, clean).toArray(),
    now,
  );
  const shapes = new Map<string, { at: number; shapes: Promise<string[]> }>();
  return {
    customer: (tenant, id) => store.customers.findOne({ tenant, id }, clean),
    async orders(tenant, customerId) {
      const found = store.orders.find({ tenant, customerId }, clean).sort({ placedAt: -1 }).limit(ORDERS_MAX);
      return Promise.all((await found.toArray()).map((order) => openReasons(sealer, order)));
    },
    products: (tenant, ids) => products.get(tenant, ids),
    orderShapes(tenant) {
      const known = shapes.get(tenant);
      if (known && now().getTime() - known.at < SHAPES_TTL_MS) return known.shapes;
      const learnt = store.orders
        .find({ tenant }, { projection: { _id: 0, id: 1 } })
        .limit(SHAPES_SAMPLE)
        .toArray()
        .then((orders) => [...new Set(orders.map((order) => orderShape(order.id)))]);
      shapes.set(tenant, { at: now().getTime(), shapes: learnt });
      learnt.catch(() => shapes.delete(tenant));
      return learnt;
    },
    async execute(tenant, action) {
      for (let tries = 0; tries < CONFLICT_RETRIES; tries++) {
        const outcome = await executeOnce({ store, sealer }, tenant, action, now());
        if (outcome) return outcome;
      }
      throw new Error(`order ${action.orderId} changed under every try`);
    },
  };
}

const outOfStock = (store: Store, tenant: string, order: Order, action: ActionRequest): Promise<boolean> =>
  Promise.all(
    action.items.map(async ({ line, exchangeFor }) => {
      if (!exchangeFor) return false;
      const product = await store.products.findOne({ tenant, id: order.items[line]?.productId ?? "" });
      const variant = product?.variants?.find(({ options }) =>
        Object.entries(exchangeFor).every(([name, value]) => options[name] === value),
      );
      return product?.variants !== undefined && (variant === undefined || variant.stock === 0);
    }),
  ).then((lines) => lines.includes(true));

function toRequest(order: Order, action: ActionRequest, at: Date): OrderRequest | null {
  const items: OrderRequest["items"] = [];
  // A line named twice, or less than one piece, would let more be requested than was bought.
  if (action.items.length === 0 || new Set(action.items.map(({ line }) => line)).size < action.items.length)
    return null;
  for (const { line, quantity, exchangeFor } of action.items) {
    const item = order.items[line];
    const available = availablePieces(order, line);
    const pieces = quantity ?? available;
    if (!item || !Number.isInteger(pieces) || pieces < 1 || pieces > available) return null;
    items.push({
      line,
      productId: item.productId,
      name: item.name,
      quantity: pieces,
      ...(item.options ? { options: item.options } : {}),
      ...(exchangeFor ? { exchangeFor } : {}),
    });
  }
  return {
    kind: action.kind,
    items,
    reason: action.reason,
    idempotencyKey: action.idempotencyKey,
    at: at.toISOString(),
  };
}

/** One compare-and-set on the order as it was read; null when somebody else changed it meanwhile. */
async function executeOnce(
  { store, sealer }: { store: Store; sealer: ReasonSealer },
  tenant: string,
  action: ActionRequest,
  at: Date,
): Promise<ActionOutcome | null> {
  const found = await store.orders.findOne(
    { tenant, id: action.orderId, customerId: action.customerId },
    { projection: { _id: 0, tenant: 0 } },
  );
  if (!found) return { ok: false, why: "not-found" };
  const order = await openReasons(sealer, found);
  const earlier = order.requests.find((request) => request.idempotencyKey === action.idempotencyKey);
  if (earlier) return { ok: true, request: earlier, repeated: true };
  if (order.status !== STATUS_FOR[action.kind]) return { ok: false, why: "wrong-status" };
  if (await outOfStock(store, tenant, order, action)) return { ok: false, why: "out-of-stock" };
  const request = toRequest(order, action, at);
  if (!request) return { ok: false, why: "already-requested" };
  const after: Order = { ...order, requests: [...order.requests, request] };
  const emptied = action.kind === "cancel" && order.items.every((_, line) => availablePieces(after, line) === 0);
  const { customerId } = action;
  const stored =
    request.reason === null
      ? request
      : {
          ...request,
          reason: null,
          sealedReason: await sealer.sealForCustomer({ tenant, customerId }, request.reason),
        };
  const changed = await store.orders
    .updateOne(
      { tenant, id: order.id, status: order.status, requests: { $size: order.requests.length } },
      { $push: { requests: stored }, ...(emptied ? { $set: { status: "cancelled" as const } } : {}) },
    )
    .catch((error: unknown) => {
      if (isDuplicateKey(error)) return { modifiedCount: 0 };
      throw error;
    });
  return changed.modifiedCount === 1 ? { ok: true, request, repeated: false } : null;
}
