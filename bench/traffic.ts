/**
 * One believable day of customer service, made from a fixed seed: several hundred customers of both languages with orders of
 * the demo shop's products. Few questions are asked often and many rarely (Zipf), in several wordings, with politeness and
 * slips of the finger; people who wait ask for their parcel again and again. `npm run bench -- cache --generate` writes it.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Customer, Order, OrderStatus, Product } from "../src/commerce/types.ts";
import type { Locale } from "../src/dialogue/types.ts";

const at = (path: string): string => fileURLToPath(new URL(`../data/${path}`, import.meta.url));
const DAY_FILE = at("traffic/day.jsonl");
const SEED = 20_261_123;
const CUSTOMERS = 420;
/** Some of them fall behind midnight and are left out. */
const MESSAGES = 2_170;
const ZH_SHARE = 0.6;
const VISITOR_SHARE = 0.25;
const SLIP_SHARE = 0.04;
/** Of the times that somebody asks again, in the words they used before. */
const HABIT_SHARE = 0.6;
const DAY_STARTS = Date.parse("2026-11-23T00:00:00+08:00");
const HOUR_MS = 3_600_000;
/** Visits begun in each hour of the day, in proportion: a late morning, an early afternoon and an evening peak. */
const BY_HOUR = [2, 1, 1, 0, 0, 0, 1, 3, 6, 10, 13, 11, 8, 10, 12, 11, 9, 7, 7, 10, 13, 14, 10, 5];

/** What customers of shops ask most, most frequent first; how often the rest is asked is left to chance. */
const MOST_ASKED = [
  "delivery-time/dispatch",
  "delivery-time/days",
  "refund-time/days",
  "return-how/process",
  "shipping-fee/free",
  "return-shipping-fee/who",
  "invoice-how/get",
  "courier-which/which",
  "coupons/not-working",
  "address-change/address",
];

export type Kind = "question" | "other" | "status" | "smalltalk" | "request";

export interface TrafficMessage {
  /** ISO 8601 */
  at: string;
  /** Same customer, same visit: one conversation. */
  customer: string;
  visit: number;
  locale: Locale;
  text: string;
  kind: Kind;
  /** What is asked, whatever the wording: two messages with the same meaning may share an answer. */
  meaning: string;
}

export interface Wordings {
  questions: Array<{ meaning: string } & Record<Locale, string[]>>;
  status: Record<Locale, string[]>;
  smalltalk: Record<Locale, string[]>;
  requests: Record<Locale, string[]>;
  others: Record<Locale, string[]>;
  openers: Record<Locale, string[]>;
  closers: Record<Locale, string[]>;
}

export interface TrafficShop {
  /** The orders are as they stand on this day. */
  datesRelativeTo: string;
  customers: Customer[];
  products: Product[];
  orders: Array<Omit<Order, "requests">>;
}

export const wordings = async (): Promise<Wordings> => JSON.parse(await readFile(at("traffic/wordings.json"), "utf8"));

export async function traffic(): Promise<TrafficMessage[]> {
  const lines = (await readFile(DAY_FILE, "utf8")).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as TrafficMessage);
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Dice {
  readonly #next: () => number;
  constructor(seed: number) {
    this.#next = seeded(seed);
  }
  chance = (share: number): boolean => this.#next() < share;
  between = (from: number, to: number): number => from + this.#next() * (to - from);
  pick<T>(from: readonly T[], weights: readonly number[] = from.map(() => 1)): T {
    let left = this.#next() * weights.reduce((total, weight) => total + weight, 0);
    const index = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    return from[index < 0 ? from.length - 1 : index] as T;
  }
  /** The first is picked twice as often as the second, three times as often as the third. */
  zipf = <T>(from: readonly T[]): T =>
    this.pick(
      from,
      from.map((_, rank) => 1 / (rank + 1)),
    );
  shuffled = <T>(from: readonly T[]): T[] =>
    from
      .map((value) => ({ value, at: this.#next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ value }) => value);
}

const customerId = (index: number): string => `t-${String(index).padStart(3, "0")}`;
const localeOfCustomer = (index: number): Locale => (((index * 37) % 100) / 100 < ZH_SHARE ? "zh" : "en");
const isVisitor = (index: number): boolean => ((index * 53) % 100) / 100 < VISITOR_SHARE;

/** The customers of the day with their orders; visitors have none. */
export async function trafficShop(): Promise<TrafficShop> {
  const dice = new Dice(SEED + 1);
  const { products } = JSON.parse(await readFile(at("demo-shop.json"), "utf8")) as { products: Product[] };
  const buyers = Array.from({ length: CUSTOMERS }, (_, index) => index).filter((index) => !isVisitor(index));
  const orders = buyers.flatMap((buyer) =>
    Array.from({ length: Math.ceil(dice.between(0, 4)) }, (_, number) => ({
      id: `GL-${600_000 + buyer * 10 + number}`,
      customerId: customerId(buyer),
      status: dice.pick<OrderStatus>(["pending", "shipped", "delivered"], [1, 3, 3]),
      placedAt: new Date(DAY_STARTS - dice.between(1, 20) * 24 * HOUR_MS).toISOString(),
      currency: "CNY",
      items: Array.from({ length: Math.ceil(dice.between(0, 3)) }, () => {
        const { id, name, price = 0, variants } = dice.zipf(products);
        const options = variants?.[0]?.options;
        return { productId: id, name, quantity: 1, price, ...(options ? { options } : {}) };
      }),
    })),
  );
  const customers = buyers.map((buyer) => ({
    id: customerId(buyer),
    name: customerId(buyer),
    locale: localeOfCustomer(buyer),
  }));
  return { datesRelativeTo: new Date(DAY_STARTS).toISOString(), customers, products, orders };
}

type Said = Pick<TrafficMessage, "text" | "kind" | "meaning">;

/** Writes the day's file; the number of messages in it. */
export async function generate(): Promise<number> {
  const day = await makeTraffic();
  await writeFile(DAY_FILE, `${day.map((message) => JSON.stringify(message)).join("\n")}\n`);
  return day.length;
}

/** The same messages in every run. */
export async function makeTraffic(): Promise<TrafficMessage[]> {
  const dice = new Dice(SEED);
  const words = await wordings();
  const shop = await trafficShop();
  const rank = ({ meaning }: Wordings["questions"][number]): number =>
    MOST_ASKED.includes(meaning) ? MOST_ASKED.indexOf(meaning) : MOST_ASKED.length;
  const ranked = dice.shuffled(words.questions).sort((a, b) => rank(a) - rank(b));
  const messages: TrafficMessage[] = [];
  const visits = new Map<number, number>();
  while (messages.length < MESSAGES) {
    const index = Math.floor(dice.between(0, CUSTOMERS));
    const waits = !isVisitor(index) && dice.chance(0.25);
    const status = (): string =>
      dressed(dice, words, localeOfCustomer(index), dice.zipf(words.status[localeOfCustomer(index)]));
    const habit = status();
    let time = DAY_STARTS + (dice.pick([...BY_HOUR.keys()], BY_HOUR) + dice.between(0, 1)) * HOUR_MS;
    for (let times = waits ? Math.ceil(dice.between(1, 5)) : 1; times > 0; times--) {
      const visit = visits.get(index) ?? 0;
      visits.set(index, visit + 1);
      const waitsFor = waits ? (dice.chance(HABIT_SHARE) ? habit : status()) : null;
      for (const said of conversation(dice, words, ranked, shop, index, waitsFor)) {
        messages.push({
          at: new Date(time).toISOString(),
          customer: customerId(index),
          visit,
          locale: localeOfCustomer(index),
          ...said,
        });
        time += dice.between(15, 90) * 1_000;
      }
      time += dice.between(0.6, 3) * HOUR_MS;
    }
  }
  return messages
    .filter((message) => Date.parse(message.at) < DAY_STARTS + 24 * HOUR_MS)
    .sort((a, b) => a.at.localeCompare(b.at));
}

function conversation(
  dice: Dice,
  words: Wordings,
  ranked: Wordings["questions"],
  shop: TrafficShop,
  index: number,
  waitsFor: string | null,
): Said[] {
  const locale = localeOfCustomer(index);
  const said: Said[] = [];
  if (dice.chance(0.12)) said.push(say("smalltalk", "greeting", dice.zipf(words.smalltalk[locale].slice(0, 2))));
  if (waitsFor !== null) said.push(say("status", "status", waitsFor));
  for (
    let questions = waitsFor !== null ? Number(dice.chance(0.2)) : Math.ceil(dice.between(0, 2.4));
    questions > 0;
    questions--
  )
    said.push(oneOf(dice, words, ranked, shop, index));
  if (dice.chance(0.2)) said.push(say("smalltalk", "thanks", dice.pick(words.smalltalk[locale].slice(2))));
  return said;
}

const say = (kind: Kind, meaning: string, text: string): Said => ({ kind, meaning, text });

function oneOf(dice: Dice, words: Wordings, ranked: Wordings["questions"], shop: TrafficShop, index: number): Said {
  const locale = localeOfCustomer(index);
  const kind = dice.pick<Kind>(["question", "other", "status", "request"], [70, 10, 10, isVisitor(index) ? 0 : 10]);
  const named = (): { id: string; name: string } => {
    const mine = shop.orders.filter((order) => order.customerId === customerId(index)).flatMap((order) => order.items);
    const id = kind === "request" && mine.length > 0 ? dice.pick(mine).productId : dice.zipf(shop.products).id;
    const product = shop.products.find((each) => each.id === id);
    return { id, name: product?.names?.[locale] ?? product?.name ?? id };
  };
  switch (kind) {
    case "question": {
      const { meaning, [locale]: texts } = dice.zipf(ranked);
      return say(kind, meaning, dressed(dice, words, locale, dice.zipf(texts)));
    }
    case "status":
      return say(kind, "status", dressed(dice, words, locale, dice.zipf(words.status[locale])));
    default: {
      const { id, name } = named();
      const template = dice.pick(kind === "other" ? words.others[locale] : words.requests[locale]);
      const which = (kind === "other" ? words.others : words.requests)[locale].indexOf(template);
      return say(kind, `${kind}/${which}/${id}`, dressed(dice, words, locale, template.replace("{product}", name)));
    }
  }
}

/** As it is typed: with a greeting or a question mark, and now and then two letters swapped. */
function dressed(dice: Dice, words: Wordings, locale: Locale, text: string): string {
  const slipAt = Math.floor(dice.between(0, text.length - 1));
  const slipped = dice.chance(SLIP_SHARE)
    ? text.slice(0, slipAt) +
      text
        .slice(slipAt, slipAt + 2)
        .split("")
        .reverse()
        .join("") +
      text.slice(slipAt + 2)
    : text;
  return dice.pick(words.openers[locale]) + slipped + dice.pick(words.closers[locale]);
}
