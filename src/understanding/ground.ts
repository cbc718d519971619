import { availablePieces } from "../commerce/eligibility.ts";
import type { ItemRef, RequestKind } from "../commerce/types.ts";
import { includesItem } from "../dialogue/items.ts";
import type { Act, Dialogue, ItemFact, Mention, RefusalWhy, Slot, Understanding, VariantFact } from "../dialogue/types.ts";
import type { Knowledge } from "../knowledge/index.ts";
import { ALL, CORRECT, GOODBYE, KEEP, OTHER_ONE, SAME_AGAIN, THANKS, UNWANTED } from "./cues.ts";
import { hasWord, ineligibility, type Line, valueWords } from "./lines.ts";
import type { LooseNames } from "./loose-names.ts";
import { type Pointed, pointAt, type Scope } from "./mention.ts";
import { type ReadAct, type Reading, reasonIn } from "./read.ts";
import { says } from "./residue.ts";
import type { Thesaurus } from "./thesaurus.ts";

/** What a reading is grounded in: the customer's own orders and the shop's knowledge. */
export interface Ground {
  lines: Line[];
  dialogue: Dialogue;
  signedIn: boolean;
  tenant: string;
  locale: "zh" | "en";
  now: Date;
  text: string;
  looksLikeOrder: (word: string) => boolean;
  loose: LooseNames;
  thesaurus: Thesaurus;
  knowledge: Knowledge;
}

/** Candidates offered at most, and lines whose variants are looked up. */
const CANDIDATES_MAX = 8;
const FACTS_MAX = 8;
const STATUS_ORDERS_MAX = 5;
const WANTED_MAX_CHARACTERS = 200;

const isKind = (intent: string): intent is RequestKind => intent === "return" || intent === "exchange" || intent === "cancel";

export const askedSlots = (dialogue: Dialogue): Slot[] => [
  ...new Set(dialogue.open.flatMap((request) => request.asked.filter((slot) => (slot === "items" ? request.items.length === 0 : !request.settled.includes(slot) && !(slot === "reason" && request.reason !== null))))),
];

/** Turns what the words say into what the machine needs: references, eligibility, facts (trust: the backend before the words before the model). */
export async function ground(reading: Reading, at: Ground): Promise<Understanding> {
  const acts: Act[] = [];
  const touched: Line[] = [];
  for (const read of reading.acts) {
    const grounded = await groundAct(read, at);
    acts.push(grounded.act);
    touched.push(...grounded.lines);
  }
  if (reading.abandon) acts.push({ intent: "abandon" });
  const slots = await bareSlots(reading, at);
  touched.push(...slots.lines);
  const undecided = at.dialogue.open.filter((request) => request.items.length === 0);
  const kinds = new Set<RequestKind>([...undecided.map((request) => request.kind), ...acts.flatMap((act) => (isKind(act.intent) ? [act.intent] : []))]);
  const eligible: Understanding["eligible"] = {};
  for (const kind of kinds) eligible[kind] = at.lines.filter((line) => ineligibility(line, kind) === null).map((line) => line.ref).slice(0, CANDIDATES_MAX);
  return {
    acts,
    answer: reading.answer,
    hedged: reading.hedged,
    mention: slots.mention,
    relation: slots.relation,
    reason: slots.reason,
    declined: reading.declined,
    wanted: slots.wanted,
    eligible,
    facts: factsFor(at, touched, acts, kinds.has("exchange") || at.dialogue.open.some((request) => request.kind === "exchange")),
    refusal: refusalFor(at, kinds),
    understood: acts.length > 0 || reading.answer !== null || reading.declined || slots.said,
    tier: "examples",
    confidence: reading.confidence,
  };
}

const scopeFor = (at: Ground, kind: RequestKind | null): Scope => {
  const open = at.dialogue.open;
  const offered = open.find((request) => request.items.length === 0)?.candidates ?? [];
  const focus = open.flatMap((request) => request.items);
  return {
    lines: at.lines,
    looksLikeOrder: at.looksLikeOrder,
    now: at.now,
    offered,
    focus: focus.length > 0 ? focus : at.dialogue.focus,
    loose: at.loose,
    thesaurus: at.thesaurus,
    kind,
    prefer: (line) => kind === null || ineligibility(line, kind) === null,
  };
};

async function groundAct(read: ReadAct, at: Ground): Promise<{ act: Act; lines: Line[] }> {
  if (read.intent === "order_status") return groundStatus(read, at);
  if (read.intent === "question") {
    const answers = await at.knowledge.search(at.tenant, at.locale, read.text);
    return { act: { intent: "question", question: read.text, answers }, lines: [] };
  }
  if (read.intent === "smalltalk") return { act: { intent: "smalltalk", topic: THANKS.test(read.text) ? "thanks" : GOODBYE.test(read.text) ? "goodbye" : "greeting" }, lines: [] };
  if (!isKind(read.intent)) return { act: { intent: read.intent }, lines: [] };
  const said = read.intent;
  const pointed = await without(read.except, await pointAt(read.cue, read.text, scopeFor(at, said)), at, said);
  const kind = meantKind(said, read.cue, pointed.lines);
  const mention = toMention(pointed, kind);
  const because = read.because.filter((clause) => says(clause, at.lines));
  const carried = pointed.lines.length > 0 ? pointed.lines : linesOf(at, at.dialogue.open.flatMap((request) => request.items));
  return {
    act: { intent: kind, mention, reason: reasonIn(because, read.cue), wanted: kind === "exchange" ? wantedIn(read.text, carried) : null, relation: read.relation },
    lines: pointed.lines,
  };
}

const allAre = (lines: Line[], kind: RequestKind): boolean => lines.length > 0 && lines.every((line) => ineligibility(line, kind) === null);

/** Not wanting what hasn't shipped is a cancellation, whatever it was called. */
const meantKind = (said: RequestKind, cue: string, lines: Line[]): RequestKind =>
  said === "return" && UNWANTED.test(cue) && allAre(lines, "cancel") ? "cancel" : said;

/** "Keep the dog bed": what is named there is not meant; without other words, everything else is. */
async function without(except: string, pointed: Pointed, at: Ground, kind: RequestKind): Promise<Pointed> {
  if (except.trim() === "") return pointed;
  const kept = await pointAt(except, except, { ...scopeFor(at, kind), focus: [], offered: [] });
  if (kept.by !== "name" && kept.by !== "number" && kept.by !== "option") return pointed;
  const lines = pointed.lines.filter((line) => !kept.lines.includes(line));
  return lines.length === 0 ? pointed : { ...pointed, lines, all: pointed.all || lines.length === 1 };
}

async function groundStatus(read: ReadAct, at: Ground): Promise<{ act: Act; lines: Line[] }> {
  const pointed = await pointAt(read.text, read.text, scopeFor(at, null));
  const named = [...new Set(pointed.lines.map((line) => line.order.id))];
  if (named.length > 0 || pointed.unknown !== null) return { act: { intent: "order_status", orders: named.slice(0, STATUS_ORDERS_MAX), unknown: pointed.unknown }, lines: [] };
  const all = [...new Map(at.lines.map((line) => [line.order.id, line.order])).values()];
  const underway = all.filter((order) => order.status === "shipped" || order.status === "pending");
  const shown = ALL.test(read.text) || /\borders\b|几单|哪些/.test(read.text) ? all : underway.length > 0 ? underway : all.slice(0, 1);
  return { act: { intent: "order_status", orders: shown.slice(0, STATUS_ORDERS_MAX).map((order) => order.id), unknown: null }, lines: [] };
}

const toRef = (line: Line, quantity: number | undefined): ItemRef => {
  const left = availablePieces(line.order, line.ref.line);
  const pieces = quantity ?? left;
  return pieces < line.item.quantity ? { ...line.ref, quantity: pieces } : line.ref;
};

function toMention(pointed: Pointed, kind: RequestKind): Mention | null {
  if (pointed.by === "none" && pointed.unknown === null) return null;
  const possible = pointed.lines.filter((line) => ineligibility(line, kind) === null);
  const named = pointed.by !== "all" && pointed.by !== "time";
  const refused = pointed.lines.flatMap((line) => {
    const why = ineligibility(line, kind);
    return why !== null && (possible.length === 0 || (named && pointed.all)) ? [{ ref: line.ref, why }] : [];
  });
  return {
    items: possible.map((line) => toRef(line, pointed.quantity)),
    all: pointed.all || possible.length === 1 || (pointed.by === "number" && kind === "cancel"),
    refused,
    unknown: pointed.unknown,
  };
}

const linesOf = (at: Ground, refs: ItemRef[]): Line[] => at.lines.filter((line) => includesItem(refs, line.ref));

/** The words that say what to exchange for, when they name a variant other than the one the customer has. */
export function wantedIn(text: string, lines: Line[]): string | null {
  const named = lines.some((line) => otherValues(line).some((word) => hasWord(text, word)));
  return named || SAME_AGAIN.test(text) ? text.slice(0, WANTED_MAX_CHARACTERS) : null;
}

/** Words for values of the product's variants that this item doesn't have itself. */
export const otherValues = (line: Line): string[] =>
  (line.product?.variants ?? []).flatMap((variant) => Object.values(variant.options).flatMap((value) => valueWords(value, line.product))).filter((word) => !line.optionWords.includes(word));

interface BareSlots {
  mention: Mention | null;
  relation: Understanding["relation"];
  reason: string | null;
  wanted: string | null;
  lines: Line[];
  said: boolean;
}

/** Slot values given without a verb: answers to what was asked, and corrections. */
async function bareSlots(reading: Reading, at: Ground): Promise<BareSlots> {
  const empty: BareSlots = { mention: null, relation: reading.relation, reason: null, wanted: null, lines: [], said: false };
  const { dialogue } = at;
  if (dialogue.open.length === 0 || reading.acts.some((act) => isKind(act.intent)) || reading.abandon) return empty;
  const asked = askedSlots(dialogue);
  const text = reading.acts.length > 0 || reading.except !== "" ? reading.loose : at.text;
  if (text.trim() === "" || (reading.declined && !asked.includes("items"))) return empty;
  const target = dialogue.open.find((request) => request.items.length === 0) ?? dialogue.open.at(-1);
  const kind = target?.kind ?? null;
  const corrects = CORRECT.test(text) || OTHER_ONE.test(text) || reading.answer === "no" || reading.relation === "only" || reading.relation === "add";
  const looks = asked.includes("items") || (reading.answer !== "yes" && (corrects || dialogue.state === "CONFIRM"));
  const found = looks && kind ? await pointAt(text, text, { ...scopeFor(at, kind), ...(corrects ? {} : { focus: [] }) }) : null;
  const pointed = found && kind ? await without(reading.except, found, at, kind) : null;
  const counts = pointed !== null && (asked.includes("items") || pointed.by === "name" || pointed.by === "number" || pointed.by === "other" || pointed.by === "option");
  const mention = counts && pointed && kind ? toMention(pointed, kind) : null;
  const exchange = dialogue.open.filter((request) => request.kind === "exchange");
  const chosen = mention !== null && mention.items.length > 0 ? mention.items : exchange.flatMap((request) => (request.items.length > 0 ? request.items : request.candidates));
  const wantedLines = linesOf(at, chosen);
  const wanted = exchange.length === 0 ? null : (wantedIn(text, wantedLines) ?? (asked.includes("variant") && asked.length === 1 && reading.answer === null ? text.slice(0, WANTED_MAX_CHARACTERS) : null));
  const reason = reading.acts.length === 0 && wanted === null ? bareReason(reading, at, asked, mention) : null;
  const relation = KEEP.test(text) && reading.relation === "plain" ? "except" : reading.answer === "no" && mention !== null && reading.relation === "plain" ? "correct" : reading.relation;
  const facts = wanted !== null && wantedLines.length > 0 ? wantedLines : [];
  return { mention, relation, reason, wanted, lines: [...(pointed && mention ? pointed.lines : []), ...facts], said: mention !== null || reason !== null || wanted !== null };
}

/** What was said when a reason was asked for is the reason, unless it was a yes, a no or the item. */
function bareReason(reading: Reading, at: Ground, asked: Slot[], mention: Mention | null): string | null {
  if (reading.declined) return null;
  const text = at.text.slice(0, WANTED_MAX_CHARACTERS);
  if (asked.includes("reason")) {
    const clause = mention === null ? text : null;
    if (clause !== null && (reading.answer === null || text.length > REPLY_MAX_CHARACTERS)) return clause;
    return mention !== null && says(text, at.lines) && text.length > REPLY_MAX_CHARACTERS ? text : null;
  }
  const explains = reading.explains || says(text, at.lines);
  return at.dialogue.state === "CONFIRM" && reading.answer === null && mention === null && explains && at.dialogue.open.some((request) => request.kind !== "cancel" && request.reason === null) ? text : null;
}
const REPLY_MAX_CHARACTERS = 6;

function factsFor(at: Ground, touched: Line[], acts: Act[], exchange: boolean): ItemFact[] {
  const open = linesOf(at, at.dialogue.open.flatMap((request) => [...request.items, ...(request.kind === "exchange" ? request.candidates : [])]));
  const lines = [...new Set([...touched, ...open])].slice(0, FACTS_MAX);
  if (!exchange && !acts.some((act) => isKind(act.intent))) return [];
  return lines.map((line) => ({
    ref: line.ref,
    available: availablePieces(line.order, line.ref.line),
    ...(line.item.options ? { options: line.item.options } : {}),
    ...(exchange && line.product?.variants ? { variants: line.product.variants.map((variant) => toVariantFact(variant, line)) } : {}),
  }));
}

const toVariantFact = (variant: NonNullable<NonNullable<Line["product"]>["variants"]>[number], line: Line): VariantFact => ({
  options: variant.options,
  inStock: variant.stock !== 0,
  words: Object.values(variant.options).flatMap((value) => valueWords(value, line.product)),
});

function refusalFor(at: Ground, kinds: Set<RequestKind>): RefusalWhy | null {
  if (!at.signedIn) return "sign-in";
  if (at.lines.length === 0) return "no-orders";
  if (kinds.has("cancel")) return "already-shipped";
  return kinds.size > 0 ? "not-delivered" : null;
}
