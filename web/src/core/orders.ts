import type { Locale, Order, OrderItem } from "../api.ts";

/** What an order's lines are called in the reader's language, as far as the shop says. */

export const itemName = (item: OrderItem, locale: Locale): string => item.names?.[locale] ?? item.name;

/** "White · M"; empty without options. */
export function itemOptions(item: OrderItem, locale: Locale): string {
  const words = item.optionNames?.[locale] ?? {};
  return Object.values(item.options ?? {})
    .map((value) => words[value] ?? value)
    .join(" · ");
}

/** "Desk lamp ×1" for each line of a request on this order. */
export function requestItems(order: Order, request: NonNullable<Order["requests"]>[number], locale: Locale): string[] {
  return request.items.map(({ line, name, quantity }) => {
    const item = line === undefined ? undefined : order.items[line];
    return `${item ? itemName(item, locale) : name} ×${quantity}`;
  });
}
