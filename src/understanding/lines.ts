import type { Ineligible } from "../commerce/eligibility.ts";
import { whyIneligible } from "../commerce/eligibility.ts";
import { normalizeOrderId } from "../commerce/order-shape.ts";
import type { ItemRef, Options, Order, OrderItem, Product, RequestKind } from "../commerce/types.ts";
import { isHan, normalize, stem, words } from "./text.ts";
import type { Thesaurus } from "./thesaurus.ts";
import { valueWords } from "./values.ts";

/** One line of one of the customer's orders, with the words it goes by. */
export interface Line {
  ref: ItemRef;
  order: Order;
  item: OrderItem;
  product: Product | undefined;
  /** Name, aliases and category as whole phrases, for embedding. */
  phrases: string[];
  /** Words of the names; the head noun weighs most. */
  terms: Map<string, number>;
  /** Kinds of thing it is, as groups of the thesaurus. */
  kinds: number[];
  /** Words of the item's own options. */
  optionWords: string[];
}

const NAME_WEIGHT = 1;
const ALIAS_WEIGHT = 0.85;
export const CATEGORY_WEIGHT = 0.6;
/** Units and packaging name nothing. */
const EMPTY_TERMS = new Set([
  "装",
  "盒",
  "套",
  "只",
  "件",
  "的",
  "款",
  "新",
  "型",
  "cm",
  "mm",
  "ml",
  "l",
  "w",
  "v",
  "inch",
  "pack",
  "set",
  "the",
  "of",
  "and",
  "with",
  "for",
  "a",
  "in",
  "size",
  "colour",
  "color",
]);

/** What stands in brackets is a specification: "（一对）", "(Hardcover)". */
const withoutBrackets = (name: string): string => name.replace(/[（(【[].*?[)）】\]]/g, " ");

function addTerms(terms: Map<string, number>, name: string, weight: number, heads: boolean): void {
  const text = normalize(name);
  const found = words(text).map(stem);
  for (const word of found)
    if (!EMPTY_TERMS.has(word) && !/^\d+$/.test(word) && !(isHan(word) && word.length < 2))
      terms.set(word, Math.max(terms.get(word) ?? 0, weight));
  // Chinese names glue words together: every pair of characters may be what the customer says.
  for (const run of text.match(/\p{Script=Han}+/gu) ?? []) {
    for (let at = 0; at + 1 < run.length; at++) {
      const pair = run.slice(at, at + 2);
      // What a name ends with is what the thing is: "羽毛球拍" is a bat, not a ball.
      const share = at + 2 === run.length ? 1.2 : 0.9;
      terms.set(pair, Math.max(terms.get(pair) ?? 0, weight * share));
    }
    const head = run.at(-1);
    if (heads && run.length > 1 && head && !EMPTY_TERMS.has(head))
      terms.set(head, Math.max(terms.get(head) ?? 0, weight * 0.7));
  }
}

export const optionWords = (options: Options | undefined, product: Product | undefined): string[] =>
  Object.values(options ?? {}).flatMap((value) => valueWords(value, product));

/** A category that is itself a word for a thing: "图书". "手机配件" is no phone. */
const categoryKinds = (product: Product | undefined, thesaurus: Thesaurus): number[] => {
  const category = normalize(product?.category ?? "");
  return thesaurus.named(category).includes(category) ? thesaurus.kinds(category) : [];
};

export function toLines(orders: Order[], products: Map<string, Product>, thesaurus: Thesaurus): Line[] {
  return orders.flatMap((order) =>
    order.items.map((item, line) => {
      const product = products.get(item.productId);
      const words = nameWords(item.name, product, thesaurus);
      return {
        ref: { orderId: order.id, line },
        order,
        item,
        product,
        ...words,
        optionWords: optionWords(item.options, product),
      };
    }),
  );
}

type NameWords = Pick<Line, "phrases" | "terms" | "kinds">;
/** Names hardly ever change and are many a turn: their words are worked out once. */
const known = new WeakMap<Thesaurus, Map<string, NameWords>>();
const KNOWN_MAX = 5_000;

function nameWords(name: string, product: Product | undefined, thesaurus: Thesaurus): NameWords {
  const proper = [...new Set([name, product?.name ?? name, ...Object.values(product?.names ?? {})])];
  const aliases = product?.aliases ?? [];
  const key = JSON.stringify([proper, aliases, product?.category]);
  const cache = known.get(thesaurus) ?? new Map<string, NameWords>();
  known.set(thesaurus, cache);
  const kept = cache.get(key);
  if (kept) return kept;
  const terms = new Map<string, number>();
  for (const each of proper) addTerms(terms, withoutBrackets(each), NAME_WEIGHT, true);
  for (const alias of aliases) addTerms(terms, alias, ALIAS_WEIGHT, true);
  if (product?.category) addTerms(terms, product.category, CATEGORY_WEIGHT, false);
  const phrases = [...new Set([...proper, ...aliases])].map(normalize);
  const words = {
    phrases,
    terms,
    kinds: [...thesaurus.kinds(phrases.join(" ; ")), ...categoryKinds(product, thesaurus)],
  };
  if (cache.size >= KNOWN_MAX) cache.clear();
  cache.set(key, words);
  return words;
}

export const ineligibility = (line: Line, kind: RequestKind): Ineligible | null =>
  whyIneligible(line.order, line.ref.line, kind);

/** Whether a word stands in the text on its own; Latin words need borders, Chinese ones have none. */
export function hasWord(text: string, word: string): boolean {
  if (isHan(word)) return text.includes(word);
  const at = new RegExp(`(?<![a-z0-9])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![a-z0-9])`);
  return at.test(text);
}

export interface NamedOrders {
  /** Orders of the customer that the text names by number. */
  orders: Order[];
  /** Numbers that look like an order's and are none of theirs, as written. */
  unknown: string[];
  /** The text without the numbers, so that their digits name nothing else. */
  rest: string;
}

const NUMBER = /(?<![a-z])#?\s?[a-z]{0,6}[-_ ]?\d[a-z0-9]*(?:[-_][a-z0-9]+)*(?: ?\d[a-z0-9]*)*/gi;
const UNITS_AFTER =
  /^\s?(?:元|块|%|天|个|件|只|双|条|次|号|码|寸|月|年|分|小时|点|多|cm|mm|ml|l\b|w\b|kg|g\b|inch|days?|hours?|years?|weeks?|months?|pm|am|rmb|yuan|usd|dollars?)/i;

/** Finds order numbers in any typing: exact, without prefix, spaced, or the last digits; `looksLike` knows the shop's shapes. */
export function namedOrders(text: string, orders: Order[], looksLike: (word: string) => boolean): NamedOrders {
  const found: Order[] = [];
  const unknown: string[] = [];
  const rest = text.replace(NUMBER, (written: string, ...groups: unknown[]) => {
    const at = groups.find((group) => typeof group === "number") ?? 0;
    const after = text.slice(at + written.length);
    const before = text.slice(Math.max(0, at - 2), at);
    const pieces = [written, ...written.split(/\s+/)];
    for (const piece of pieces) {
      const word = normalizeOrderId(piece);
      const order =
        orders.find((candidate) => matchesOrder(word, normalizeOrderId(candidate.id))) ?? byPart(word, orders);
      if (order) {
        if (!found.includes(order)) found.push(order);
        return written.replace(piece, " ");
      }
    }
    // "Takes 67": a word before the digits belongs to the sentence, unless the whole is a number of theirs.
    const word = normalizeOrderId(written.replace(/^[a-z]+\s+(?=\d)/i, ""));
    const marked = /#/.test(written) || /(?:订单|单号|order(?: number| no\.?)?)\s*$/.test(text.slice(0, at));
    if (
      (looksLike(word) && word.length >= 5 && !UNITS_AFTER.test(after) && !/[¥$€£]/.test(before)) ||
      (marked && word.length >= 3)
    ) {
      unknown.push(written.trim());
      return " ";
    }
    return written;
  });
  return { orders: found, unknown, rest };
}

/** "31415" for QN31415-6: the digits between letters and dashes, when only one order has them. */
function byPart(word: string, orders: Order[]): Order | undefined {
  const alike =
    word.length < SUFFIX_MIN ? [] : orders.filter((order) => order.id.split(/\D+/).some((digits) => digits === word));
  return alike.length === 1 ? alike[0] : undefined;
}

const SUFFIX_MIN = 4;
const matchesOrder = (word: string, id: string): boolean =>
  word === id || (word.length >= SUFFIX_MIN && /\d/.test(word) && id.endsWith(word));
