import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { Customer, Options, Order, Product } from "../src/commerce/types.ts";

/** The demo shop and its knowledge are written by hand in two languages: this is what keeps them consistent. */
type DemoProduct = Product & { optionNames?: Record<string, Record<string, string>> };
type DemoOrder = Omit<Order, "requests">;
interface DemoShop {
  datesRelativeTo: string;
  customers: Customer[];
  products: DemoProduct[];
  orders: DemoOrder[];
}
interface QaPair {
  id: string;
  question: string;
  alternatives: string[];
  answer: string;
  article?: string;
}
interface Article {
  file: string;
  front: Record<string, string>;
  sections: Array<{ heading: string; body: string }>;
}

const LOCALES = ["zh", "en"] as const;
type Locale = (typeof LOCALES)[number];
const dataDir = join(import.meta.dirname, "..", "data");
const hasChinese = (text: string): boolean => /\p{Script=Han}/u.test(text);
const duplicates = (values: string[]): string[] => values.filter((value, at) => values.indexOf(value) !== at);

const shop = JSON.parse(readFileSync(join(dataDir, "demo-shop.json"), "utf8")) as DemoShop;
const productsById = new Map(shop.products.map((product) => [product.id, product]));
const ordersOf = (customerId: string): DemoOrder[] => shop.orders.filter((order) => order.customerId === customerId);

const sameOptions = (left: Options = {}, right: Options = {}): boolean =>
  JSON.stringify(Object.entries(left).sort()) === JSON.stringify(Object.entries(right).sort());

describe("demo shop: customers and products", () => {
  test("has the promised size and unique ids", () => {
    expect(shop.customers.map((customer) => customer.locale).sort()).toEqual([
      ...Array<string>(5).fill("en"),
      ...Array<string>(7).fill("zh"),
    ]);
    expect(shop.products.length).toBeGreaterThanOrEqual(30);
    expect(shop.orders).toHaveLength(40);
    expect(duplicates(shop.customers.map((customer) => customer.id))).toEqual([]);
    expect(duplicates(shop.products.map((product) => product.id))).toEqual([]);
    expect(duplicates(shop.products.map((product) => product.name))).toEqual([]);
    expect(duplicates(shop.orders.map((order) => order.id))).toEqual([]);
  });

  test.each(shop.products)("$id is described in both languages", (product) => {
    expect(hasChinese(product.name)).toBe(true);
    expect(product.names?.en).toMatch(/^[\x20-\x7e]+$/);
    expect(product.aliases?.some(hasChinese)).toBe(true);
    expect(product.aliases?.some((alias) => !hasChinese(alias))).toBe(true);
    expect(product.price).toBeGreaterThan(0);
    expect(product.currency).toBe("CNY");
    const words = (product.variants ?? []).flatMap(({ options }) => Object.entries(options).flat()).filter(hasChinese);
    for (const word of words) expect(product.optionNames?.en?.[word]).toBeTruthy();
  });

  test.each(shop.products.filter((product) => product.variants))(
    "$id has distinct variants of one shape",
    (product) => {
      const variants = product.variants ?? [];
      const shapes = variants.map(({ options }) => Object.keys(options).join());
      expect(new Set(shapes).size).toBe(1);
      expect(duplicates(variants.map(({ options }) => JSON.stringify(options)))).toEqual([]);
      expect(variants.some(({ stock }) => stock !== 0)).toBe(true);
    },
  );
});

describe("demo shop: orders", () => {
  test.each(shop.orders)("$id refers to what exists, at its price", (order) => {
    expect(order.id).toMatch(/^GL-\d{6}$/);
    expect(shop.customers.some((customer) => customer.id === order.customerId)).toBe(true);
    expect(order.items.length).toBeGreaterThanOrEqual(1);
    expect(order.items.length).toBeLessThanOrEqual(5);
    for (const item of order.items) {
      const product = productsById.get(item.productId);
      const variant = product?.variants?.find(({ options }) => sameOptions(options, item.options));
      expect(item.name).toBe(product?.name);
      expect(item.quantity).toBeGreaterThan(0);
      expect(Boolean(variant)).toBe(Boolean(product?.variants));
      expect(Boolean(item.options)).toBe(Boolean(product?.variants));
      expect(item.price).toBe(variant?.price ?? product?.price);
    }
  });

  test.each(shop.orders)("$id ($status) has the dates and parcel its status implies", (order) => {
    const sent = order.status === "shipped" || order.status === "delivered";
    expect(["pending", "shipped", "delivered", "cancelled"]).toContain(order.status);
    expect(Boolean(order.shippedAt)).toBe(sent);
    expect(Boolean(order.carrier)).toBe(sent);
    expect(Boolean(order.trackingNumber)).toBe(sent);
    expect(Boolean(order.deliveredAt)).toBe(order.status === "delivered");
    const dates = [order.placedAt, order.shippedAt, order.deliveredAt, shop.datesRelativeTo].filter(
      (at) => at !== undefined,
    );
    for (const at of dates) expect(new Date(at).toISOString().replace(".000", "")).toBe(at);
    expect([...dates].sort()).toEqual(dates);
  });

  test("order numbers grow with time; parcels have their own tracking numbers", () => {
    const byDate = [...shop.orders].sort((left, right) => left.placedAt.localeCompare(right.placedAt));
    expect(byDate.map((order) => order.id)).toEqual(shop.orders.map((order) => order.id).sort());
    expect(duplicates(shop.orders.flatMap((order) => order.trackingNumber ?? []))).toEqual([]);
  });

  test.each(shop.customers)("$id has 2 to 5 orders", (customer) => {
    expect(ordersOf(customer.id).length).toBeGreaterThanOrEqual(2);
    expect(ordersOf(customer.id).length).toBeLessThanOrEqual(5);
  });

  test("the customers of the documented conversations are there", () => {
    const holding = (customerId: string, alias: string): DemoOrder[] =>
      ordersOf(customerId).filter((order) =>
        order.items.some((item) => productsById.get(item.productId)?.aliases?.includes(alias)),
      );
    expect(holding("c-lin", "台灯").map((order) => order.status)).toEqual(["delivered"]);
    expect(ordersOf("c-lin").map((order) => order.status)).toEqual(expect.arrayContaining(["pending", "shipped"]));
    expect(holding("c-wang", "台灯").map((order) => order.status)).toEqual(["delivered", "delivered"]);
    expect(holding("c-carter", "lamp").map((order) => order.status)).toEqual(["delivered", "delivered"]);
    expect(holding("c-carter", "charger").map((order) => order.status)).toEqual(["delivered"]);
  });
});

function readArticle(locale: Locale, file: string): Article {
  const [, front = "", body = ""] = readFileSync(join(dataDir, "knowledge", locale, file), "utf8").split(/^---\n/m);
  const fields = front
    .trim()
    .split("\n")
    .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]);
  const sections = body
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf("\n");
      return { heading: section.slice(0, end), body: section.slice(end).trim() };
    });
  return { file, front: Object.fromEntries(fields) as Record<string, string>, sections };
}

const articles = (locale: Locale): Article[] =>
  readdirSync(join(dataDir, "knowledge", locale))
    .filter((file) => file.endsWith(".md"))
    .sort()
    .map((file) => readArticle(locale, file));
const pairs = (locale: Locale): QaPair[] =>
  JSON.parse(readFileSync(join(dataDir, "knowledge", locale, "qa.json"), "utf8")) as QaPair[];

/** Days, hours and yuan: a figure changed in one language only is the usual way such texts drift apart. */
const figures = (text: string): string[] =>
  [...new Set(text.replaceAll(/(?<=\d),(?=\d)/g, "").match(/\d+(?:[.:]\d+)?/g) ?? [])].sort();

describe.each(LOCALES)("knowledge in %s", (locale) => {
  test.each(articles(locale))("$file has its front matter, and headings that ask", ({ file, front, sections }) => {
    expect(file).toBe(`${front.id}.md`);
    expect(front.title).toBeTruthy();
    expect(front.updated).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(front.tags).toMatch(/^\[.+\]$/);
    expect(sections.length).toBeGreaterThanOrEqual(5);
    for (const { heading, body } of sections) {
      expect(heading).toMatch(locale === "zh" ? /？/ : /\?/);
      expect(body.length).toBeGreaterThan(20);
    }
  });

  test("question/answer pairs are unique, complete and in the right language", () => {
    const ids = new Set(articles(locale).map(({ front }) => front.id));
    expect(duplicates(pairs(locale).map((pair) => pair.id))).toEqual([]);
    const asked = pairs(locale).flatMap((pair) => [pair.question, ...pair.alternatives]);
    expect(duplicates(asked.map((question) => question.toLowerCase()))).toEqual([]);
    for (const pair of pairs(locale)) {
      expect(pair.alternatives.length).toBeGreaterThanOrEqual(3);
      expect(pair.alternatives.length).toBeLessThanOrEqual(10);
      expect(hasChinese(pair.question + pair.answer)).toBe(locale === "zh");
      if (pair.article !== undefined) expect(ids).toContain(pair.article);
    }
  });
});

describe("knowledge says the same in both languages", () => {
  test("articles run in parallel, section by section, with the same figures", () => {
    const outline = (locale: Locale) =>
      articles(locale).map(({ file, front, sections }) => ({
        file,
        updated: front.updated,
        figures: sections.map(({ heading, body }) => figures(heading + body)),
      }));
    expect(outline("en")).toEqual(outline("zh"));
  });

  test("question/answer pairs run in parallel with the same figures", () => {
    const outline = (locale: Locale) =>
      pairs(locale).map(({ id, article, answer }) => ({ id, article, figures: figures(answer) }));
    expect(outline("en")).toEqual(outline("zh"));
  });
});
