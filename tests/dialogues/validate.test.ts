/** The test dialogues and example messages are data: this says whether they are consistent, not whether the bot is good. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { INTENTS } from "../../src/intents/catalog/index.ts";

const locales = ["zh", "en"] as const;
type Locale = (typeof locales)[number];
/** The sets we develop against, and the hold-out nobody tunes on: same format, own shops and sizes. */
const sets = [
  { folder: "", products: 20, orders: 30, dialogues: 60 },
  { folder: "second/", products: 24, orders: 32, dialogues: 50 },
  { folder: "third/", products: 24, orders: 32, dialogues: 50 },
  { folder: "fourth/", products: 24, orders: 32, dialogues: 50 },
  { folder: "fifth/", products: 26, orders: 34, dialogues: 60 },
] as const;
type Folder = (typeof sets)[number]["folder"];
const cases = sets.flatMap((set) => locales.map((locale) => ({ ...set, locale })));

const options = z.record(z.string(), z.string());
const orderSchema = z.strictObject({
  id: z.string(),
  customerId: z.string(),
  status: z.enum(["pending", "shipped", "delivered", "cancelled"]),
  placedAt: z.iso.datetime(),
  shippedAt: z.iso.datetime().optional(),
  deliveredAt: z.iso.datetime().optional(),
  carrier: z.string().optional(),
  trackingNumber: z.string().optional(),
  currency: z.string(),
  items: z
    .array(
      z.strictObject({
        productId: z.string(),
        name: z.string(),
        quantity: z.int().min(1),
        price: z.number().positive(),
        options: options.optional(),
      }),
    )
    .min(1)
    .max(5),
});
const shopSchema = z.strictObject({
  datesRelativeTo: z.iso.datetime(),
  customers: z.array(z.strictObject({ id: z.string(), name: z.string(), locale: z.enum(locales) })).length(8),
  products: z
    .array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        aliases: z.array(z.string()).optional(),
        category: z.string(),
        price: z.number().positive(),
        currency: z.string(),
        variants: z.array(z.strictObject({ options, stock: z.int().optional() })).optional(),
      }),
    )
    .min(1),
  orders: z.array(orderSchema).min(1),
});
const requestSchema = z.strictObject({
  order: z.string(),
  kind: z.enum(["return", "exchange", "cancel"]),
  products: z.array(z.string()).min(1),
  exchangeFor: options.optional(),
  quantities: z.record(z.string(), z.int().min(1)).optional(),
});
const said = z.string().min(1).max(4000);
const dialogueSchema = z.strictObject({
  id: z.string(),
  customer: z.string(),
  locale: z.enum(locales),
  turns: z.array(said.nullable()).min(1),
  simulate: z.strictObject({
    reason: said.nullable(),
    items: said.nullable(),
    variant: said.nullable(),
    confirm: said.nullable(),
  }),
  expect: z.strictObject({
    requests: z.array(requestSchema),
    handoff: z.literal(true).optional(),
    answered: z.string().optional(),
  }),
  tags: z.array(z.string()).min(1),
});
const texts = z.array(z.string().min(1));
const examplesSchema = z.strictObject({
  intent: z.strictObject(Object.fromEntries(INTENTS.map((intent) => [intent, texts.min(60).max(300)]))),
  yes: texts,
  no: texts,
  abandon: texts,
  reason: texts.min(80),
  decline_reason: texts,
});
type Shop = z.infer<typeof shopSchema>;
type Dialogue = z.infer<typeof dialogueSchema>;
type Request = z.infer<typeof requestSchema>;

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const readShop = (folder: Folder, locale: Locale): Shop =>
  shopSchema.parse(JSON.parse(read(`./${folder}shop-${locale}.json`)));
const readDialogues = (folder: Folder, locale: Locale): Dialogue[] =>
  read(`./${folder}${locale}.jsonl`)
    .trim()
    .split("\n")
    .map((line) => dialogueSchema.parse(JSON.parse(line)));
const readExamples = (locale: Locale) => examplesSchema.parse(JSON.parse(read(`../../data/examples/${locale}.json`)));
const allExamples = (locale: Locale): string[] => {
  const { intent, ...answers } = readExamples(locale);
  return [...Object.values(intent), ...Object.values(answers)].flat();
};

/** Case, spacing and punctuation don't make two texts different. */
const normalise = (text: string) => text.toLowerCase().replace(/[\s\p{P}]+/gu, "");
const sortedPairs = (value: Record<string, string> | undefined) => JSON.stringify(Object.entries(value ?? {}).sort());
const repeated = (values: string[]) => values.filter((value, index) => values.indexOf(value) !== index);

/** What is wrong with an expected request, in words; empty when it could really happen in this shop. */
function requestProblems(request: Request, customer: string, shop: Shop): string[] {
  const order = shop.orders.find(({ id }) => id === request.order);
  if (!order) return [`no order ${request.order}`];
  const problems: string[] = [];
  if (order.customerId !== customer) problems.push(`${order.id} belongs to ${order.customerId}`);
  const needed = request.kind === "cancel" ? "pending" : "delivered";
  if (order.status !== needed) problems.push(`${request.kind} of ${order.id}, which is ${order.status}`);
  if ((request.kind === "exchange") !== (request.exchangeFor !== undefined))
    problems.push("exchangeFor without exchange, or missing");
  if (repeated(request.products).length > 0) problems.push("a product twice");
  for (const productId of request.products) {
    const item = order.items.find((line) => line.productId === productId);
    if (!item) problems.push(`${order.id} has no ${productId}`);
    else if (request.exchangeFor) problems.push(...exchangeProblems(item, request.exchangeFor, shop));
  }
  for (const [productId, quantity] of Object.entries(request.quantities ?? {})) {
    const item = order.items.find((line) => line.productId === productId);
    if (!request.products.includes(productId) || !item || item.quantity < quantity)
      problems.push(`quantity of ${productId}`);
  }
  return problems;
}

/** An exchange must change something, and lead to a variant in stock when the other options stay as they are. */
function exchangeProblems(
  item: Shop["orders"][number]["items"][number],
  wanted: Record<string, string>,
  shop: Shop,
): string[] {
  const target = sortedPairs({ ...item.options, ...wanted });
  if (target === sortedPairs(item.options)) return [`${item.productId} exchanged for itself`];
  const variant = shop.products
    .find(({ id }) => id === item.productId)
    ?.variants?.find((candidate) => sortedPairs(candidate.options) === target);
  return variant && variant.stock !== 0 ? [] : [`no ${item.productId} ${target} in stock`];
}

/** Kinds of conversation that each language must have; ways to spell an order number follow from what its shop's look like. */
const requiredTags = [
  ..."single-of-many several-items quantity whole-order cancel-all-unshipped vague-time loose-words category-word".split(
    " ",
  ),
  ..."full-width lower-case spaced no-prefix exchange out-of-stock fallback correction the-other-one digression".split(
    " ",
  ),
  ..."denial-at-confirm change-of-mind two-intents bare-yes other-customers-order pending-return already-cancelled".split(
    " ",
  ),
  ..."wrong-status reason-first reason-late reason-never human smalltalk out-of-scope injection order-status question".split(
    " ",
  ),
];

describe.each(cases)("test shop $folder$locale", ({ folder, locale, products, orders }) => {
  const shop = readShop(folder, locale);

  test("ids are unique and every status occurs", () => {
    expect([shop.products.length, shop.orders.length]).toEqual([products, orders]);
    for (const part of [shop.customers, shop.products, shop.orders])
      expect(repeated(part.map(({ id }) => id))).toEqual([]);
    expect(new Set(shop.orders.map(({ status }) => status)).size).toBe(4);
  });

  test("orders refer to customers, products and variants that exist, at their price", () => {
    const problems: string[] = [];
    for (const order of shop.orders) {
      if (!shop.customers.some(({ id }) => id === order.customerId))
        problems.push(`${order.id}: no ${order.customerId}`);
      for (const item of order.items) {
        const product = shop.products.find(({ id }) => id === item.productId);
        const variants = product?.variants?.map((variant) => sortedPairs(variant.options)) ?? [sortedPairs(undefined)];
        const matches =
          product?.name === item.name && product.price === item.price && variants.includes(sortedPairs(item.options));
        if (!matches) problems.push(`${order.id}: ${item.productId}`);
      }
    }
    expect(problems).toEqual([]);
  });

  test("dates are in order, in the past, and there as the status says", () => {
    const problems = shop.orders.filter(({ status, placedAt, shippedAt, deliveredAt }) => {
      const dates = [placedAt, shippedAt, deliveredAt].filter((date) => date !== undefined);
      const wanted = status === "delivered" ? 3 : status === "shipped" ? 2 : 1;
      return (
        dates.length !== wanted ||
        [...dates, shop.datesRelativeTo].some((date, i, all) => i > 0 && date <= (all[i - 1] ?? ""))
      );
    });
    expect(problems.map(({ id }) => id)).toEqual([]);
  });
});

describe.each(cases)("test dialogues $folder$locale", ({ folder, locale, dialogues: atLeast }) => {
  const shop = readShop(folder, locale);
  const dialogues = readDialogues(folder, locale);

  test("enough of them, with unique ids, customers of the shop, and every kind of conversation", () => {
    expect(dialogues.length).toBeGreaterThanOrEqual(atLeast);
    expect(repeated(dialogues.map(({ id }) => id))).toEqual([]);
    expect(dialogues.filter((d) => d.locale !== locale || !shop.customers.some(({ id }) => id === d.customer))).toEqual(
      [],
    );
    const tags = new Set(dialogues.flatMap((dialogue) => dialogue.tags));
    const numbersHaveLetters = shop.orders.some(({ id }) => /[a-z]/i.test(id));
    const required = requiredTags.filter((tag) => numbersHaveLetters || !["lower-case", "no-prefix"].includes(tag));
    expect(required.filter((tag) => !tags.has(tag))).toEqual([]);
  });

  test.each(dialogues)("$id could end as expected", ({ customer, expect: expected, simulate }) => {
    expect(expected.requests.flatMap((request) => requestProblems(request, customer, shop))).toEqual([]);
    expect(repeated(expected.requests.map(({ order, kind }) => `${kind} ${order}`))).toEqual([]);
    const changesSomething = expected.requests.length > 0;
    if (changesSomething) expect([simulate.confirm, simulate.items, simulate.reason]).not.toContain(null);
    if (expected.requests.some(({ kind }) => kind === "exchange")) expect(simulate.variant).not.toBeNull();
  });

  test("no text is also an example the classifier learns from", () => {
    const examples = new Set(locales.flatMap(allExamples).map(normalise));
    const texts = dialogues.flatMap(({ turns, simulate }) => [...turns, ...Object.values(simulate)]);
    expect(texts.filter((text) => text !== null && examples.has(normalise(text)))).toEqual([]);
  });
});

test.each(locales)("examples %s: every text has one label", (locale) => {
  expect(repeated(allExamples(locale).map((text) => text.toLowerCase().trim()))).toEqual([]);
});

test("a doctored expectation is found", () => {
  const shop = readShop("", "zh");
  const onPending: Request = { order: "DD88340", kind: "return", products: ["zp-tent"] };
  const foreign: Request = { order: "DD88213", kind: "return", products: ["zp-pot"] };
  const outOfStock: Request = {
    order: "TB-2026-01210",
    kind: "exchange",
    products: ["zp-shoes"],
    exchangeFor: { 尺码: "42" },
  };
  expect(requestProblems(onPending, "d-ma", shop)).toHaveLength(1);
  expect(requestProblems(foreign, "d-yu", shop)).toHaveLength(1);
  expect(requestProblems(outOfStock, "d-pan", shop)).toHaveLength(1);
});
