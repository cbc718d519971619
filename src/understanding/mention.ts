import { includesItem } from "../dialogue/items.ts";
import { ALL, ONLY, ORDER_WORD, OTHER_ONE, PRONOUN, UNSHIPPED } from "./cues.ts";
import type { Line, NamedOrders } from "./lines.ts";
import { namedOrders } from "./lines.ts";
import { locate } from "./locate.ts";
import { nameGroups } from "./names.ts";
import { narrow, narrowByOption, optionHits, preferring } from "./narrow.ts";
import { withKept, withQuantity } from "./pieces.ts";
import type { Pointed, Scope } from "./pointed.ts";
import { countIn, ordinalIn } from "./quantity.ts";
import { says } from "./residue.ts";

const nothing = (unknown: string | null = null): Pointed => ({ lines: [], all: false, unknown, by: "none" });

/**
 * Resolves what a text points at among the customer's own order lines (D4): by number, name, option, ordinal, time or
 * meaning. `cue` is the part with the verb, `text` all that belongs to the request.
 */
export async function pointAt(cue: string, text: string, scope: Scope): Promise<Pointed> {
  const located = locate(cue, text, scope);
  if (located) return pointAt(located.cue, located.text, located.scope);
  const named = namedOrders(text, [...new Set(scope.lines.map((line) => line.order))], scope.looksLikeOrder);
  const quantity = ALL.test(text) && !ONLY.test(text) ? null : countIn(named.rest);
  const found = await linesFor(cue, text, scope, named, quantity);
  const pointed = found.by === "none" && found.unknown === null && quantity !== null ? onlyPossible(scope) : found;
  if (!COUNTED.has(pointed.by)) return pointed;
  return withKept(withQuantity(pointed, quantity, named.rest, scope), named.rest, scope);
}

/** "Cancel one of the two", said of nothing in particular: of the one line that can be cancelled. */
function onlyPossible({ lines, prefer, kind }: Scope): Pointed {
  const possible = kind === null ? [] : lines.filter(prefer);
  return possible.length === 1 ? { lines: possible, all: true, unknown: null, by: "time" } : nothing();
}

/** Ways of pointing in which a number said counts pieces; "the other one", "the second" count something else. */
const COUNTED = new Set<Pointed["by"]>(["number", "name", "option", "loose", "pronoun", "time"]);

async function linesFor(
  cue: string,
  text: string,
  scope: Scope,
  named: NamedOrders,
  quantity: number | null,
): Promise<Pointed> {
  if (named.orders.length === 0 && named.unknown.length > 0) return nothing(named.unknown[0] ?? null);
  const pool = named.orders.length > 0 ? scope.lines.filter((line) => named.orders.includes(line.order)) : scope.lines;
  const rest = namedOrders(cue, named.orders, scope.looksLikeOrder).rest;
  const other = OTHER_ONE.test(text) ? otherThan(pool, text, scope) : null;
  if (other) return other;
  const byName =
    nameGroups(source(rest, scope), pool, scope.thesaurus, scope.exact) ??
    nameGroups(source(named.rest, scope), pool, scope.thesaurus, scope.exact) ??
    nameGroups(named.rest, pool, scope.thesaurus, scope.exact);
  if (byName) return settleGroups(byName, rest, text, named, scope);
  const filtered = narrow(pool, text, scope);
  const byPrice = pricedAt(named.rest, filtered ?? pool);
  if (byPrice.length > 0) return { lines: byPrice, all: byPrice.length === 1, unknown: null, by: "name" };
  const listed = scope.offered.length > 0 ? scope.offered : scope.focus.length > 1 ? scope.focus : [];
  const ordinal = listed.length > 0 ? ordinalIn(rest, listed.length) : null;
  const dearest = DEAREST.test(rest) ? 1 : CHEAPEST.test(rest) ? -1 : 0;
  if (dearest !== 0) {
    const choice = preferring(filtered ?? pool, scope).toSorted((a, b) => (b.item.price - a.item.price) * dearest)[0];
    if (choice) return { lines: [choice], all: true, unknown: null, by: "ordinal" };
  }
  if (ordinal !== null) {
    const chosen = listed[ordinal];
    return {
      lines: scope.lines.filter((line) => chosen && includesItem([chosen], line.ref)),
      all: false,
      unknown: null,
      by: "ordinal",
    };
  }
  const plural = ALL.test(text);
  if (named.orders.length > 0 && pool.length > 1 && !(plural && WHOLE.test(text))) {
    const inside = await scope.loose.find(named.rest, pool);
    if (inside.length > 0) return { lines: inside, all: plural || inside.length === 1, unknown: null, by: "loose" };
  }
  if (named.orders.length > 0)
    return {
      lines: pool,
      all: plural || wholeOrder(rest, quantity, scope),
      unknown: named.unknown[0] ?? null,
      by: "number",
    };
  const byOption =
    scope.focus.length > 0 && scope.offered.length === 0
      ? []
      : optionHits(source(named.rest, scope), preferring(filtered ?? pool, scope));
  if (byOption.length > 0) return { lines: byOption, all: plural, unknown: null, by: "option" };
  if (UNSHIPPED.test(text) && plural)
    return { lines: pool.filter((line) => line.order.status === "pending"), all: true, unknown: null, by: "all" };
  if (scope.about.length > 0 && !says(rest, scope.lines))
    return {
      lines: scope.lines.filter((line) => includesItem(scope.about, line.ref)),
      all: scope.about.length === 1,
      unknown: null,
      by: "pronoun",
    };
  const focused = scope.lines.filter((line) => includesItem(scope.focus, line.ref));
  const countsFocus = focused.length === 1 && countIn(named.rest) !== null && !says(rest, scope.lines);
  if ((PRONOUN.test(rest) || countsFocus) && focused.length > 0)
    return { lines: focused, all: true, unknown: null, by: "pronoun" };
  const loose = await scope.loose.find(named.rest, filtered ?? pool);
  if (loose.length > 0) return { lines: narrow(loose, text, scope) ?? loose, all: plural, unknown: null, by: "loose" };
  const foreign = foreignThing(rest, scope) ?? foreignThing(named.rest, scope);
  if (foreign !== null) return nothing(foreign);
  if (filtered) return { lines: filtered, all: plural || isWholeOrder(filtered, text), unknown: null, by: "time" };
  if (plural && (scope.offered.length > 0 || ORDER_WORD.test(text) || /全部|所有|everything|\ball\b/.test(text))) {
    const offered = scope.lines.filter((line) => includesItem(scope.offered, line.ref));
    return { lines: offered.length > 0 ? offered : pool, all: true, unknown: null, by: "all" };
  }
  return nothing();
}

/** An exchange names what there is before what is wanted: "navy low-tops … for an 11". */
const source = (text: string, scope: Scope): string => {
  if (scope.kind !== "exchange") return text;
  const at = text.search(WANTED_FROM);
  return at > 0 ? text.slice(0, at) : text;
};
const WANTED_FROM =
  /\b(?:can|could|may) i (?:have|get)\b|换成|换个|换(?=[\da-z大小])|(?:想|我)要|给我(?:来|换)|\b(?:for|to|into) (?:an?|the|size)?\b|\b(?:i )?(?:want|need|prefer)\b|\bin (?:size|[a-z]{1,3}\b)/;

const DEAREST = /最?贵的(?:那|一)|\b(?:dearer|dearest|(?:more|most) expensive|pricier|priciest)\b/;
const CHEAPEST = /最?便宜的(?:那|一)|\b(?:cheaper|cheapest|less expensive)\b/;

const WHOLE = /整|全部|所有|都|\b(?:everything|whole|entire|all)\b/;

/** "The 89 yuan one", "369那个": what costs that much, a piece or in all. */
function pricedAt(text: string, pool: Line[]): Line[] {
  const named = PRICE.exec(text);
  const price = Number(named?.[1] ?? named?.[2] ?? named?.[3] ?? Number.NaN);
  return pool.filter(({ item }) =>
    [item.price, item.price * item.quantity].some((amount) => amount === price || Math.floor(amount) === price),
  );
}
const PRICE =
  /(\d{2,6}(?:\.\d{1,2})?)\s?(?:块|元|yuan|rmb|dollars?|bucks|quid|euros?|pounds?)|[¥$€£]\s?(\d{2,6}(?:\.\d{1,2})?)|(?<![\d.])(\d{2,5})(?=的?那(?:个|件|双|款|条|瓶|盒))/;

/** "Cancel order 1001" means all of it, unless something in it is named that wasn't found. */
const wholeOrder = (cue: string, quantity: number | null, scope: Scope): boolean =>
  scope.kind === "cancel" && quantity === null && foreignThing(cue, scope) === null;

/** A thing named that is none of theirs: a word of the thesaurus, or what English puts after "return my". */
function foreignThing(said: string, scope: Scope): string | null {
  const cue = said.replace(CONTAINER, " ");
  const [named] = scope.thesaurus.named(cue);
  if (named !== undefined) return named;
  const object = OBJECT.exec(cue)?.[1];
  return object !== undefined && !GENERIC.test(object) ? object : null;
}
/** "One bag of beans" names beans and no bag. */
const CONTAINER =
  /\b(?:bag|box|pack|packet|bottle|tin|can|jar|pair|set|roll|tube|case|cup|pot|ball|sheet|piece|bar|tub|carton)s? of\b/g;
const OBJECT =
  /\b(?:return|refund|exchange|swap|replace|cancel|send back)\s+(?:my|the|a|an|that|this)\s+((?:[a-z-]+\s+)?[a-z-]{3,})/;
const GENERIC =
  /\b(?:order|orders|item|items|thing|things|stuff|one|ones|parcel|package|purchase|product|delivery|whole|last|latest|recent|most|other|rest|same|first|second|third|lot|pair|money|shipment|black|white|red|blue|green|grey|gray|pink|large|small|medium|which|that|what)\b/;

/** Joins what the words named; groups that stay open are narrowed by option, time and what could be requested at all. */
function settleGroups(groups: Line[][], cue: string, text: string, named: NamedOrders, scope: Scope): Pointed {
  const plural = ALL.test(text);
  const settled = groups.map((matches) => {
    // What was bought last night isn't exchanged yet, and isn't the one of last month that could be.
    const group = scope.kind === "exchange" ? preferring(narrow(matches, text, scope) ?? matches, scope) : matches;
    const byOption = narrowByOption(group, source(named.rest, scope));
    const byTime = narrow(byOption, text, scope) ?? byOption;
    // What is proposed already is meant before what is only called the same.
    const proposed = plural ? [] : byTime.filter((line) => includesItem(scope.proposed, line.ref));
    if (proposed.length > 0) return proposed;
    return byTime.length > 1 ? preferring(byTime, scope) : byTime;
  });
  const chosen = [...new Set(settled.flat())];
  // "Two off that order": pieces of what was named, not the order.
  const lines = countIn(named.rest) === null ? expandOrder(chosen, text, named, scope) : chosen;
  const open = settled.some((group) => group.length > 1);
  const stray = scope.thesaurus
    .named(source(cue, scope).replace(CONTAINER, " "))
    .find((word) => isBeside(word, cue) && isStray(word, scope));
  // Two things named and not joined: one of them may only say where the other came from.
  const joined = settled.length < 2 || !text.split(CLAUSE_END).some((clause) => namesUnjoined(clause, settled, scope));
  const all = (!open && joined) || plural || lines.length > chosen.length;
  return { lines, all, unknown: named.unknown[0] ?? stray ?? null, by: "name" };
}

const CLAUSE_END = /[,，;；.。!！?？]/;
const JOINED =
  /\b(?:and|plus|n|also|too|as well|both)\b|[&+、]|\s\p{Script=Han}|和|跟|及|与|连|加|还有|另外|同埋|都|全|两(?:样|件|个)|俩/u;
const namesUnjoined = (clause: string, groups: Line[][], { thesaurus }: Scope): boolean =>
  !JOINED.test(clause) && groups.filter((group) => nameGroups(clause, group, thesaurus, true) !== null).length > 1;

/** Joined to what else is named; "my lamps" in "the bulbs don't fit my lamps" isn't. */
const isBeside = (word: string, text: string): boolean => {
  const at = text.indexOf(word);
  return (
    /(?:\b(?:and|plus)\b|[&+，,、]|和|跟|还有)[^，,、]{0,12}$/.test(text.slice(0, at)) ||
    /^(?:s|es)?\s*(?:\band\b|[&+、]|和|跟)/.test(text.slice(at + word.length))
  );
};

/** A thing named beside theirs that is none of theirs: "the bag and the toaster". */
const isStray = (word: string, { lines, thesaurus }: Scope): boolean => {
  const kinds = thesaurus.kinds(word);
  return (
    !lines.some((line) => line.kinds.some((kind) => kinds.includes(kind))) &&
    nameGroups(word, lines, thesaurus) === null
  );
};

/** "That whole tent order", and for a cancellation "帐篷那单": the order that holds it, with all it holds. */
function expandOrder(lines: Line[], text: string, named: NamedOrders, scope: Scope): Line[] {
  const whole = (ALL.test(text) && WHOLE_ORDER.test(text)) || (scope.kind === "cancel" && THAT_ORDER.test(text));
  if (lines.length === 0 || named.orders.length > 0 || !whole) return lines;
  return scope.lines.filter((line) => lines.some((chosen) => chosen.order.id === line.order.id));
}
/** "Cancel yesterday's order", "待发货那单不要了": all of one order that can still be stopped. */
const isWholeOrder = (lines: Line[], text: string): boolean =>
  THAT_ORDER.test(text) &&
  new Set(lines.map((line) => line.order.id)).size === 1 &&
  lines.every((line) => line.order.status === "pending");

const WHOLE_ORDER =
  /(?:整|一大)(?:个|张)?(?:单|订单)|\b(?:whole|entire)(?: \w+){0,6} order\b|\b(?:everything|all)(?: \w+){0,3} (?:in|from|of|on) (?:the|my|that|this)(?: \w+){0,3} order\b/i;
const THAT_ORDER =
  /(?:那|这)(?:一|个|笔|张)?(?:大)?(?:单|订单)|(?<!\b(?:from|in|of|on|with) (?:my|the|that|this|an?) (?:\w+ ){0,2})\border\b/i;

/** "The other one": the same kind of thing as what is open, but not it. */
function otherThan(pool: Line[], text: string, scope: Scope): Pointed | null {
  const current = scope.lines.filter((line) => includesItem(scope.focus, line.ref));
  if (current.length === 0) return null;
  const rest = pool.filter((line) => !current.includes(line));
  const named = nameGroups(text, rest, scope.thesaurus)?.flat();
  const alike =
    named ??
    rest.filter((line) =>
      current.some((other) => other.item.productId === line.item.productId || sharesHead(other, line)),
    );
  const among =
    scope.offered.length > 0 && alike.length === 0
      ? rest.filter((line) => includesItem(scope.offered, line.ref))
      : alike;
  const besides = rest.filter(
    (line) => current.some((other) => other.order.id === line.order.id) && scope.prefer(line),
  );
  const inSameOrder = SAME_ORDER.test(text) && besides.length > 0;
  const lines = preferring(narrowByOption(among.length > 0 && !inSameOrder ? among : besides, text), scope);
  return lines.length > 0 ? { lines, all: false, unknown: null, by: "other" } : null;
}

/** "The other thing in that order": what stands beside it, not what is like it. */
const SAME_ORDER =
  /\b(?:thing|item|one|product|stuff)s?\b.{0,12}\b(?:in|from|of|on) (?:that|the same|this|the) (?:order|parcel|package|box)\b|(?:同|那|这)(?:一)?(?:单|个?订单|个?包裹)(?:里|里面|中)?的?(?:另|别|其他)/;

const sharesHead = (a: Line, b: Line): boolean =>
  [...a.terms].some(([term, weight]) => weight >= 0.9 && (b.terms.get(term) ?? 0) >= 0.9);
