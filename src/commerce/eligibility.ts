import type { ItemRef, Order, OrderStatus, RequestKind } from "./types.ts";

/** Which orders a request can be made on (the contract's status rules). */
export const STATUS_FOR: Record<RequestKind, OrderStatus> = {
  return: "delivered",
  exchange: "delivered",
  cancel: "pending",
};

/** Pieces of a line that no earlier request took. */
export function availablePieces(order: Order, line: number): number {
  const item = order.items[line];
  if (!item) return 0;
  const taken = order.requests
    .flatMap((request) => request.items)
    .filter((requested) => requested.line === line)
    .reduce((sum, requested) => sum + requested.quantity, 0);
  return Math.max(0, item.quantity - taken);
}

export type Ineligible = "not-delivered" | "already-shipped" | "already-cancelled" | "already-requested";

/** Null when the line can be requested, else why it can't. */
export function whyIneligible(order: Order, line: number, kind: RequestKind): Ineligible | null {
  if (order.status === "cancelled") return "already-cancelled";
  if (order.status !== STATUS_FOR[kind]) return kind === "cancel" ? "already-shipped" : "not-delivered";
  return availablePieces(order, line) > 0 ? null : "already-requested";
}

/** All lines of all orders that the request can be made on, newest order first. */
export const eligibleItems = (orders: Order[], kind: RequestKind): ItemRef[] =>
  orders.flatMap((order) =>
    order.items.flatMap((_, line) => (whyIneligible(order, line, kind) === null ? [{ orderId: order.id, line }] : [])),
  );
