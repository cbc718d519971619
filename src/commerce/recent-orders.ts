import type { CommerceBackend, Order } from "./types.ts";

/** A turn is answered well within this, so its reply is worded from the very orders it was understood with. */
const RECENT_MS = 2_000;
const CUSTOMERS_MAX = 1_000;

export interface RecentOrders {
  /** The backend; what is read of orders through it is kept a moment, and forgotten when an action changes them. */
  commerce: CommerceBackend;
  /** What was just read, else read now. For words about a turn, never for what may be done. */
  recentOrders: CommerceBackend["orders"];
  /** Orders hold the reasons that customers gave: somebody was erased. */
  forget(): void;
}

/** Saves the second of the two reads that every turn about orders would make. */
export function rememberOrders(backend: CommerceBackend, now: () => number = Date.now): RecentOrders {
  const kept = new Map<string, { at: number; orders: Order[] }>();
  const keyOf = (tenant: string, customerId: string): string => JSON.stringify([tenant, customerId]);
  const orders: CommerceBackend["orders"] = async (tenant, customerId) => {
    const at = now();
    const read = await backend.orders(tenant, customerId);
    if (kept.size >= CUSTOMERS_MAX) kept.clear();
    kept.set(keyOf(tenant, customerId), { at, orders: read });
    return read;
  };
  return {
    forget: () => kept.clear(),
    commerce: {
      ...backend,
      orders,
      async execute(tenant, action) {
        try {
          return await backend.execute(tenant, action);
        } finally {
          kept.delete(keyOf(tenant, action.customerId));
        }
      },
    },
    async recentOrders(tenant, customerId) {
      const known = kept.get(keyOf(tenant, customerId));
      return known && now() - known.at < RECENT_MS ? known.orders : orders(tenant, customerId);
    },
  };
}
