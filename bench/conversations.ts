/** Who talks, and what they say: slot-filling turns that change no order, so that they can go on for ever. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Locale } from "../src/dialogue/types.ts";

const demoShop = fileURLToPath(new URL("../data/demo-shop.json", import.meta.url));

export interface Talker {
  customerId: string;
  locale: Locale;
  /** A product of a delivered order, in the customer's language. */
  product: string;
}

interface Shop {
  customers: Array<{ id: string; locale: Locale }>;
  products: Array<{ id: string; name: string; names?: Record<string, string> }>;
  orders: Array<{ customerId: string; status: string; items: Array<{ productId: string }> }>;
}

/** Every demo customer who has something to return. */
export async function talkers(): Promise<Talker[]> {
  const { customers, products, orders } = JSON.parse(await readFile(demoShop, "utf8")) as Shop;
  return customers.flatMap(({ id, locale }) => {
    const order = orders.find(({ customerId, status }) => customerId === id && status === "delivered");
    const product = products.find((candidate) => candidate.id === order?.items[0]?.productId);
    return product ? [{ customerId: id, locale, product: product.names?.[locale] ?? product.name }] : [];
  });
}

/** A return is begun, its item and its reason are given, the proposal is declined. */
export const CYCLE = 4;

/** The nth message; reasons are never the same twice, as in life, so that no cache answers for the embedder. */
export function message({ locale, product }: Talker, turn: number, unique: number): string {
  const zh = ["我想退货", product, `用了${unique}天就坏了`, "算了"];
  const en = ["I want to return something", `the ${product}`, `it broke after ${unique} days`, "never mind"];
  return (locale === "zh" ? zh : en)[turn % CYCLE] ?? "";
}
