import type { Options } from "../commerce/types.ts";
import { sameItem } from "./items.ts";
import type { ItemFact, OpenRequest, Say, Slot, VariantFact } from "./types.ts";

/** Slots each kind needs (D2). A reason and a variant are asked for once and then optional. */
const SLOTS: Record<OpenRequest["kind"], Slot[]> = {
  return: ["items", "reason"],
  exchange: ["items", "variant", "reason"],
  cancel: ["items"],
};

/** What is still to be asked, several at once (D3). */
export function missingSlots(request: OpenRequest): Slot[] {
  return SLOTS[request.kind].filter((slot) => {
    if (slot === "items") return request.items.length === 0;
    if (request.settled.includes(slot)) return false;
    return slot === "reason" ? request.reason === null : true;
  });
}

export const isComplete = (request: OpenRequest): boolean => missingSlots(request).length === 0;

/** Asked once, then optional: what was asked and not answered is not asked again. */
export function settleAsked(request: OpenRequest): OpenRequest {
  const left = missingSlots(request).filter((slot) => slot !== "items" && request.asked.includes(slot));
  return left.length === 0 ? request : { ...request, settled: [...request.settled, ...left] };
}

/** Words that name the variant to keep: "the same one", "换个新的". */
const SAME_AGAIN = /一样|同款|同样|原来的|新的|好的那|same|identical|new one|replacement|like for like/i;

const wordIn = (text: string, word: string): number => {
  const at = text.indexOf(word);
  if (at < 0) return -1;
  // Latin sizes such as "m" or "xl" must stand alone.
  if (/^[a-z0-9]+$/.test(word)) {
    const before = text[at - 1] ?? " ";
    // Nor is the s of "lamp's" a size.
    if (before === "'") return -1;
    const after = text[at + word.length] ?? " ";
    if (/[a-z0-9]/.test(before) || /[a-z0-9]/.test(after)) {
      const next = wordIn(text.slice(at + word.length), word);
      return next < 0 ? -1 : at + word.length + next;
    }
  }
  return at;
};

/** Values named in `text`, in the order they are named, longest first where one contains the other ("light blue", "blue"). */
function namedValues(text: string, variants: VariantFact[]): string[] {
  const words = [...new Set(variants.flatMap((variant) => variant.words))].sort((a, b) => b.length - a.length);
  const found: Array<{ at: number; word: string }> = [];
  let rest = text.toLowerCase();
  for (const word of words) {
    const at = wordIn(rest, word);
    if (at < 0) continue;
    found.push({ at, word });
    rest = rest.slice(0, at) + " ".repeat(word.length) + rest.slice(at + word.length);
  }
  return found.sort((a, b) => a.at - b.at).map((hit) => hit.word);
}

const shared = (variant: VariantFact, options: Options | undefined): number =>
  Object.entries(options ?? {}).filter(([name, value]) => variant.options[name] === value).length;

function currentWords(fact: ItemFact): string[] {
  const size = Object.keys(fact.options ?? {}).length;
  return fact.variants?.find((variant) => size > 0 && shared(variant, fact.options) === size)?.words ?? [];
}

/** "The white one for a black one": what the customer has already is not what they want, unless nothing else is named. */
function withoutCurrent(named: string[], fact: ItemFact): string[] {
  const others = named.filter((word) => !currentWords(fact).includes(word));
  return others.length > 0 ? others : named;
}

export type VariantChoice =
  | { found: true; options: Options | null }
  | { found: false; available: Options[]; named: boolean };

const BIGGER = /大[一两]?(?:号|码)|\b(?:bigger|larger|sizes? up|up (?:a|one) size)\b/i;
const SMALLER = /小[一两]?(?:号|码)|\b(?:smaller|sizes? down|down (?:a|one) size)\b/i;
/** A litre holds more than 350 millilitres. */
const UNIT_FACTORS: Record<string, number> = { l: 1_000, 升: 1_000, kg: 1_000, cm: 10, m: 1_000, 米: 1_000 };
const LETTER_SIZES = ["xxs", "xs", "s", "m", "l", "xl", "xxl", "2xl", "xxxl", "3xl"];

/** Where a size stands among sizes; NaN for a value that is none. */
function sizeRank(value: string): number {
  const letters = LETTER_SIZES.indexOf(value.toLowerCase());
  if (letters >= 0) return letters;
  const [, amount, unit] =
    /^(\d+(?:\.\d+)?)(?:\s?[-–/]\s?\d+(?:\.\d+)?)?\s?(码|号|cm|mm|ml|l|升|毫升|寸|in|g|kg|米|m)?$/i.exec(value) ?? [];
  return amount === undefined ? Number.NaN : Number(amount) * (UNIT_FACTORS[unit?.toLowerCase() ?? ""] ?? 1);
}

/** "One size up": the nearest size in that direction, everything else as it is. Null when sizes aren't spoken of. */
function nextSize(fact: ItemFact, variants: VariantFact[], text: string): VariantChoice | null {
  const sign = BIGGER.test(text) ? 1 : SMALLER.test(text) ? -1 : 0;
  const name = Object.keys(fact.options ?? {}).find((option) => !Number.isNaN(sizeRank(fact.options?.[option] ?? "")));
  if (sign === 0 || name === undefined) return null;
  const current = sizeRank(fact.options?.[name] ?? "");
  const others = Object.keys(fact.options ?? {}).filter((option) => option !== name);
  const further = variants
    .filter(({ options }) => others.every((option) => options[option] === fact.options?.[option]))
    .map((variant) => ({ variant, steps: (sizeRank(variant.options[name] ?? "") - current) * sign }))
    .filter(({ steps }) => steps > 0)
    .sort((a, b) => a.steps - b.steps);
  const nearest = further[0]?.variant;
  const available = variants.filter((variant) => variant.inStock).map((variant) => variant.options);
  return nearest?.inStock ? { found: true, options: nearest.options } : { found: false, available, named: true };
}

/**
 * The variant the words ask for: options that aren't named stay as they are, and where several alternatives are named
 * ("black, or else grey") the first in stock is taken.
 */
export function chooseVariant(fact: ItemFact, text: string): VariantChoice {
  let first: VariantChoice | null = null;
  const [firstWish = ""] = text.split(FALLBACK);
  for (const wish of text.split(FALLBACK)) {
    // "750, white, or else black": the second choice is about the colour only.
    const choice = chooseAmong(fact, wish, wish === firstWish ? "" : firstWish);
    if (choice.found) return choice;
    if (!first || (!first.found && !first.named)) first = choice;
  }
  return first ?? chooseAmong(fact, text);
}

/** "Silver, and if you don't have that, black": wishes in their order. */
const FALLBACK =
  /(?:要是|如果|假如)?(?:没有|没货|缺货|卖完)(?:了)?(?:的话)?(?:就|则|那就|再)|(?<=的)没有(?=[^，。,]{1,6}也(?:成|行|可以|好|中))|不然|否则|不行(?:的话)?就|\bif (?:not|that's|it's|you (?:don't|haven't)|there(?:'s| is| are) no(?:ne|t)?|they're)\b|\bor else\b|\botherwise\b|\bfailing that\b/i;

/** @param before an earlier wish, which still says what this one doesn't */
function chooseAmong(fact: ItemFact, text: string, before = ""): VariantChoice {
  const variants = fact.variants ?? [];
  if (variants.length === 0) return { found: true, options: null };
  const named = withoutCurrent(namedValues(text, variants), fact);
  const onlyCurrent = named.every((word) => currentWords(fact).includes(word));
  const sized = onlyCurrent ? nextSize(fact, variants, text) : null;
  if (sized) return sized;
  if (named.length === 0 && SAME_AGAIN.test(text)) return { found: true, options: fact.options ?? null };
  const earlier = before === "" ? [] : withoutCurrent(namedValues(before, variants), fact);
  const matches = variants
    .map((variant) => ({
      variant,
      hits: named.filter((word) => variant.words.includes(word)),
      kept: earlier.filter((word) => variant.words.includes(word)).length,
    }))
    .filter(({ hits }) => hits.length > 0)
    .sort(
      (a, b) =>
        b.hits.length - a.hits.length ||
        b.kept - a.kept ||
        shared(b.variant, fact.options) - shared(a.variant, fact.options) ||
        named.indexOf(a.hits[0] ?? "") - named.indexOf(b.hits[0] ?? ""),
    );
  const best = matches[0];
  const available = variants.filter((variant) => variant.inStock).map((variant) => variant.options);
  if (!best) return { found: false, available, named: false };
  const alike = matches.filter(
    ({ variant, hits, kept }) =>
      hits.length === best.hits.length &&
      kept === best.kept &&
      shared(variant, fact.options) >= shared(best.variant, fact.options),
  );
  const choice = alike.find(({ variant }) => variant.inStock);
  return choice ? { found: true, options: choice.variant.options } : { found: false, available, named: true };
}

/** Matches the customer's words for a variant against what the backend has, once both are known. */
export function settleVariant(request: OpenRequest, facts: ItemFact[]): { request: OpenRequest; says: Say[] } {
  if (request.kind !== "exchange" || request.wantedText === null || request.items.length === 0)
    return { request, says: [] };
  const wanted = request.wantedText;
  const says: Say[] = [];
  const exchangeFor: Array<Options | null> = [];
  for (const item of request.items) {
    const fact = facts.find((candidate) => sameItem(candidate.ref, item));
    if (!fact) return { request, says: [] };
    const choice = chooseVariant(fact, wanted);
    if (choice.found) exchangeFor.push(choice.options);
    else says.push({ key: "variantUnavailable", item, wanted, available: choice.available });
  }
  if (says.length > 0)
    return {
      request: {
        ...request,
        wantedText: null,
        settled: without(request.settled, "variant"),
        asked: without(request.asked, "variant"),
      },
      says,
    };
  return {
    request: {
      ...request,
      exchangeFor,
      wantedText: null,
      settled: [...without(request.settled, "variant"), "variant"],
    },
    says,
  };
}

export const without = (slots: Slot[], slot: Slot): Slot[] => slots.filter((other) => other !== slot);

/** Asking for more pieces than there are asks for all there are. */
export function clampQuantities(request: OpenRequest, facts: ItemFact[]): { request: OpenRequest; says: Say[] } {
  const says: Say[] = [];
  const items = request.items.map((item) => {
    const fact = facts.find((candidate) => sameItem(candidate.ref, item));
    if (!fact || item.quantity === undefined || item.quantity <= fact.available) return item;
    says.push({ key: "quantityTooHigh", item, available: fact.available });
    return { ...item, quantity: fact.available };
  });
  return { request: says.length > 0 ? { ...request, items } : request, says };
}
