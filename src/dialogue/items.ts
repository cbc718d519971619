import type { ItemRef } from "../commerce/types.ts";

export const sameItem = (a: ItemRef, b: ItemRef): boolean => a.orderId === b.orderId && a.line === b.line;
export const includesItem = (items: ItemRef[], item: ItemRef): boolean => items.some((other) => sameItem(other, item));
export const sameItems = (a: ItemRef[], b: ItemRef[]): boolean =>
  a.length === b.length && a.every((item) => includesItem(b, item));

/** Both lists, without doubles; the later mention of a line wins, because it may carry a new quantity. */
export function unionItems(a: ItemRef[], b: ItemRef[]): ItemRef[] {
  return [...a.filter((item) => !includesItem(b, item)), ...b];
}
