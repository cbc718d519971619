import type { ItemRef, Locale, Order } from "../api.ts";
import { itemName } from "../core/orders.ts";

/** How slots are read out: whatever shape the intent gave them, as a person reads them. Pure. */

export interface FactWords {
  locale: Locale;
  orders: Order[];
}

const isItem = (value: object): value is ItemRef => "order_id" in value && "line" in value;

/** "Desk lamp ×1 (2024110301)"; the order alone when it can't be looked up here. */
function itemText(item: ItemRef, { orders, locale }: FactWords): string {
  const line = orders.find((order) => order.id === item.order_id)?.items[item.line];
  const quantity = item.quantity ?? line?.quantity;
  return line ? `${itemName(line, locale)} ×${quantity} (${item.order_id})` : item.order_id;
}

/** Empty when there is nothing to read out. */
export function factText(value: unknown, words: FactWords): string {
  if (value === null || value === undefined) return "";
  const list = (values: unknown[]) => values.map((one) => factText(one, words)).filter(Boolean);
  if (Array.isArray(value)) return [...new Set(list(value))].join(words.locale === "zh" ? "、" : ", ");
  if (typeof value !== "object") return String(value);
  if (isItem(value)) return itemText(value, words);
  return list(Object.values(value)).join(" · ");
}
