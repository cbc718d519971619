import { mask } from "../safety/mask.ts";
import type { FindOptions } from "../safety/pii/find.ts";
import { findPersonal, normalised } from "../safety/pii/find.ts";
import { fold } from "../safety/pii/fold.ts";
import { orderNumberFinder } from "../safety/pii/order-number.ts";

/** A text without personal data: masked again (P3), order numbers and known names replaced too. */
export type Scrub = (text: string, names?: readonly string[]) => string;

const ORDER = "[order]";
const NAME = "[name]";
const PLACEHOLDER = /\[[a-z]+(?:-[a-z]+)*\]/g;
/** "An" and "Li" are words as well; two Chinese characters are a name. */
const LATIN_NAME_CHARACTERS = 3;
const HAN_NAME_CHARACTERS = 2;

/** What the shop's own articles publish: a hotline isn't personal. */
export function publishedIn(texts: Iterable<string>): (value: string) => boolean {
  const published = new Set<string>();
  for (const text of texts)
    for (const { from, to } of findPersonal(text)) published.add(normalised(text.slice(from, to)));
  return (value) => published.has(value);
}

/** @param shapes of the shop's order numbers (src/commerce/order-shape.ts) */
export function createScrub(shapes: readonly string[], isPublic: NonNullable<FindOptions["isPublic"]>): Scrub {
  const orderNumbers = orderNumberFinder(shapes);
  return (text, names = []) => withoutNames(withoutOrders(mask(text, { orderNumbers, isPublic }), orderNumbers), names);
}

/** A model should ask for an order's number, not know some. */
function withoutOrders(text: string, find: ReturnType<typeof orderNumberFinder>): string {
  const { plain, from, to } = fold(text, false);
  const found = find(plain).sort((a, b) => a.start - b.start || b.end - a.end);
  let [done, clean] = [0, ""];
  for (const { start, end } of found) {
    const first = from[start] ?? 0;
    if (first < done) continue;
    clean += text.slice(done, first) + ORDER;
    done = to[end - 1] ?? text.length;
  }
  return clean + text.slice(done);
}

function withoutNames(text: string, names: readonly string[]): string {
  const parts = [...new Set(names.flatMap((name) => [name, ...name.split(/[\s·]+/)]))]
    .filter((part) =>
      /\p{Script=Han}/u.test(part) ? part.length >= HAN_NAME_CHARACTERS : part.length >= LATIN_NAME_CHARACTERS,
    )
    .sort((a, b) => b.length - a.length)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .map((part) => (/^\w.*\w$/.test(part) ? `\\b${part}\\b` : part));
  if (parts.length === 0) return text;
  return text.replace(new RegExp(`${PLACEHOLDER.source}|${parts.join("|")}`, "giu"), (found) =>
    found.startsWith("[") ? found : NAME,
  );
}

/** Kinds of personal data that are still in a text: there must be none. */
export const personalLeft = (text: string, isPublic: NonNullable<FindOptions["isPublic"]>): string[] => [
  ...new Set(findPersonal(text, { isPublic }).map(({ label }) => label)),
];

/** Placeholders in a text, for counting. */
export const placeholdersIn = (text: string): string[] => text.match(PLACEHOLDER) ?? [];
