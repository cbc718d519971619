import { availablePieces } from "../commerce/eligibility.ts";
import type { RequestKind } from "../commerce/types.ts";
import { isRequestKind } from "../commerce/types.ts";
import { includesItem, sameItem } from "../dialogue/items.ts";
import type { Act, ItemFact, RefusalWhy, RequestAct, Understanding, VariantFact } from "../dialogue/types.ts";
import { CERTAIN } from "../knowledge/search.ts";
import { bareMention, bareSlots } from "./bare-slots.ts";
import { contradicts, keepsOthers } from "./consent.ts";
import { ALL, ASKS, GOODBYE, THANKS } from "./cues.ts";
import { questionAct } from "./known-question.ts";
import type { Line } from "./lines.ts";
import { ineligibility } from "./lines.ts";
import { pointAt } from "./mention.ts";
import { namesLine } from "./names.ts";
import type { Ground } from "./point.ts";
import { linesOf, otherValues, scopeFor, toMention, wantedIn, without } from "./point.ts";
import type { Pointed } from "./pointed.ts";
import type { ReadAct, Reading } from "./reading.ts";
import { reasonIn } from "./reasons.ts";
import { DEFECT, says } from "./residue.ts";
import { kindOf } from "./roles.ts";
import { asTyped } from "./text.ts";
import { valueWords } from "./values.ts";

/** Candidates offered at most, and lines whose variants are looked up. */
const CANDIDATES_MAX = 8;
const FACTS_MAX = 8;
const STATUS_ORDERS_MAX = 5;

/** Turns what the words say into what the machine needs: references, eligibility, facts (trust: the backend before the words before the model). */
export async function ground(reading: Reading, at: Ground): Promise<Understanding> {
  const acts: Act[] = [];
  const touched: Line[] = [];
  for (const read of reading.acts) {
    const grounded = await groundAct(read, at);
    acts.push(grounded.act);
    touched.push(...grounded.lines);
  }
  affirmRepeated(reading, acts, at);
  if (reading.abandon) acts.push({ intent: "abandon" });
  const slots = await bareSlots(reading, at);
  touched.push(...slots.lines);
  const mention = slots.mention ?? (await bareMention(reading, at));
  const undecided = at.dialogue.open.filter((request) => request.items.length === 0);
  const kinds = new Set<RequestKind>([
    ...undecided.map((request) => request.kind),
    ...acts.flatMap((act) => (isRequestKind(act.intent) ? [act.intent] : [])),
  ]);
  const eligible: Understanding["eligible"] = {};
  for (const kind of kinds)
    eligible[kind] = at.lines
      .filter((line) => ineligibility(line, kind) === null)
      .map((line) => line.ref)
      .slice(0, CANDIDATES_MAX);
  return {
    acts,
    answer: reading.answer,
    hedged: (reading.hedged && !keepsOthers(reading, at)) || contradicts(at) || (await namesAnother(at)),
    mention,
    relation: slots.relation,
    reason: typed(slots.reason, at),
    declined: reading.declined,
    wanted: slots.wanted,
    eligible,
    facts: factsFor(
      at,
      touched,
      acts,
      kinds.has("exchange") || at.dialogue.open.some((request) => request.kind === "exchange"),
    ),
    refusal: refusalFor(at, kinds),
    understood: acts.length > 0 || reading.answer !== null || reading.declined || slots.said || mention !== null,
    tier: "examples",
    confidence: reading.confidence,
  };
}

async function groundAct(read: ReadAct, at: Ground): Promise<{ act: Act; lines: Line[] }> {
  if (read.intent === "order_status") return groundStatus(read, at);
  if (read.intent === "question") {
    const found = await at.knowledge.find(at.tenant, at.locale, inContext(read.text, at));
    return { act: questionAct(read.text, found), lines: [] };
  }
  if (read.intent === "smalltalk")
    return {
      act: {
        intent: "smalltalk",
        topic: THANKS.test(read.text) ? "thanks" : GOODBYE.test(read.text) ? "goodbye" : "greeting",
      },
      lines: [],
    };
  if (read.intent === "out_of_scope") {
    const answers = await at.knowledge.search(at.tenant, at.locale, inContext(read.text, at), CERTAIN);
    if (answers.length > 0) return { act: { intent: "question", question: read.text, answers }, lines: [] };
    return { act: { intent: read.intent, ...(read.personal ? { personal: true } : {}) }, lines: [] };
  }
  if (!isRequestKind(read.intent)) return { act: { intent: read.intent }, lines: [] };
  const said = read.intent;
  const pointed = await without(read.except, await pointAt(read.cue, read.text, scopeFor(at, said)), at, said);
  const kind = read.guessed ? likelyKind(said, pointed, read.text) : meantKind(said, pointed);
  // Who a visitor is comes first: until then nothing is theirs, and nothing can be missing from it.
  const mention = at.signedIn ? toMention(pointed, kind) : null;
  const reason = await reasonIn(read.because, read.cue, {
    says: (clause) => explains(clause, kind, pointed.lines, at),
    isReason: at.isReason,
  });
  const carried =
    pointed.lines.length > 0
      ? pointed.lines
      : linesOf(
          at,
          at.dialogue.open.flatMap((request) => request.items),
        );
  return {
    act: {
      intent: kind,
      mention,
      reason: typed(reason, at),
      wanted: kind === "exchange" ? wantedIn(read.text, carried) : null,
      relation: read.relation,
    },
    lines: pointed.lines,
  };
}

/** Says why: more than which thing it is, nothing about another thing, and for an exchange not what is wanted. */
function explains(clause: string, kind: RequestKind, meant: Line[], { lines, thesaurus }: Ground): boolean {
  if (!says(clause, lines, thesaurus)) return false;
  if (DEFECT.test(clause)) return true;
  if (kind === "exchange" && (UNCHANGED.test(clause) || wantedIn(clause, meant) !== null)) return false;
  const others = lines.filter((line) => !meant.some((item) => item.item.productId === line.item.productId));
  return namesLine(clause, meant, thesaurus) || !namesLine(clause, others, thesaurus);
}
const UNCHANGED = /不变|没有就|没货就|\bsold out\b|\bout of stock\b/;

const typed = (reason: string | null, { original }: Ground): string | null =>
  reason === null ? null : asTyped(reason, original);

/** "Yes, the toaster": a yes that names something none of theirs is no yes to what was proposed. */
async function namesAnother(at: Ground): Promise<boolean> {
  const { dialogue, text, thesaurus, lines, loose } = at;
  if (dialogue.state !== "CONFIRM") return false;
  const variants = lines
    .flatMap((line) => [...otherValues(line), ...line.optionWords])
    .filter((word) => word.length > 1);
  const named = variants.reduce((left, word) => left.replaceAll(word, " "), text);
  const [thing] = thesaurus.named(named);
  if (thing === undefined || namesLine(named, lines, thesaurus)) return false;
  // "The piano" that led to the proposal of a keyboard still means it.
  const open = linesOf(
    at,
    dialogue.open.flatMap((request) => request.items),
  );
  return (await loose.find(thing, lines)).every((line) => !open.includes(line));
}

const FEES = /运费|邮费|快递费|谁(?:出|付|掏|承担)|\b(?:postage|shipping (?:cost|fee)s?|who pays)\b/i;
const SUBJECT = {
  zh: { return: "退货", exchange: "换货", cancel: "取消订单" },
  en: { return: "return", exchange: "exchange", cancel: "cancel an order" },
} as const;

/** "Who pays for the postage?" in the middle of a return asks about returns. */
function inContext(question: string, { dialogue, locale }: Ground): string {
  const open = dialogue.open[0]?.kind;
  return open === undefined || kindOf(question) !== null || !FEES.test(question)
    ? question
    : `${SUBJECT[locale][open]} ${question}`;
}

/**
 * Asked "shall I?", naming again just what was proposed is a yes: "退架子", "yes, cancel the pump", "对，全取消". Naming
 * less, or something else, changes the proposal instead.
 */
function affirmRepeated(reading: Reading, acts: Act[], { dialogue, text }: Ground): void {
  // A model that names again what was proposed has not heard a yes: only the customer's own words are one.
  if (reading.byModel && reading.answer !== "yes") return;
  if (dialogue.state !== "CONFIRM" || reading.answer === "no" || ASKS.test(text)) return;
  const requests = acts.filter((act): act is RequestAct => isRequestKind(act.intent));
  const same = (act: RequestAct): boolean => {
    const open = dialogue.open.filter((request) => request.kind === act.intent).flatMap((request) => request.items);
    const items = act.mention?.items ?? [];
    const named =
      items.length > 0
        ? open.every((item) => includesItem(items, item)) && items.every((item) => includesItem(open, item))
        : reading.answer === "yes" && act.mention?.unknown == null;
    const asMany = items.every((item) =>
      open.some((other) => sameItem(other, item) && other.quantity === item.quantity),
    );
    return act.relation === "plain" && open.length > 0 && named && asMany;
  };
  if (
    requests.length === 0 ||
    !requests.every(same) ||
    (reading.answer === null && text.length > REPEATED_MAX_CHARACTERS)
  )
    return;
  for (const act of requests) acts.splice(acts.indexOf(act), 1);
  reading.answer = "yes";
}
const REPEATED_MAX_CHARACTERS = 40;

const allAre = (lines: Line[], kind: RequestKind): boolean =>
  lines.length > 0 && lines.every((line) => ineligibility(line, kind) === null);

/** Giving back what hasn't shipped is a cancellation, whatever it was called; the proposal says so. */
const meantKind = (said: RequestKind, pointed: Pointed): RequestKind =>
  said === "return" && allAre(pointed.lines, "cancel") ? "cancel" : said;

const ANOTHER = /想要|要[^，。]{0,6}的|\b(?:have|get|like|want|prefer)\b.{0,40}\b(?:in|instead|rather|the)\b/;

/** Nobody gives back what hasn't come, and who names no other variant wants no exchange. */
function likelyKind(guessed: RequestKind, pointed: Pointed, text: string): RequestKind {
  if (allAre(pointed.lines, "cancel")) return "cancel";
  if (guessed === "cancel" && allAre(pointed.lines, "return")) return "return";
  // "Could they have the lighter one?": who names another variant as what they wish wants that.
  if (guessed === "return" && ANOTHER.test(text) && wantedIn(text, pointed.lines) !== null) return "exchange";
  return guessed === "exchange" && wantedIn(text, pointed.lines) === null ? "return" : guessed;
}

async function groundStatus(read: ReadAct, at: Ground): Promise<{ act: Act; lines: Line[] }> {
  const pointed = await pointAt(read.text, read.text, scopeFor(at, null));
  const arriving = pointed.lines.filter(({ order }) => order.status === "pending" || order.status === "shipped");
  const asked = arriving.length > 0 && !pointed.all && pointed.by !== "number" ? arriving : pointed.lines;
  const named = [...new Set(asked.map((line) => line.order.id))];
  if (named.length > 0 || pointed.unknown !== null)
    return {
      act: { intent: "order_status", orders: named.slice(0, STATUS_ORDERS_MAX), unknown: pointed.unknown },
      lines: [],
    };
  const all = [...new Map(at.lines.map((line) => [line.order.id, line.order])).values()];
  const underway = all.filter((order) => order.status === "shipped" || order.status === "pending");
  const shown =
    ALL.test(read.text) || /\borders\b|几单|哪些/.test(read.text)
      ? all
      : underway.length > 0
        ? underway
        : all.slice(0, 1);
  return {
    act: { intent: "order_status", orders: shown.slice(0, STATUS_ORDERS_MAX).map((order) => order.id), unknown: null },
    lines: [],
  };
}

function factsFor(at: Ground, touched: Line[], acts: Act[], exchange: boolean): ItemFact[] {
  const open = linesOf(
    at,
    at.dialogue.open.flatMap((request) => [
      ...request.items,
      ...(request.kind === "exchange" ? request.candidates : []),
    ]),
  );
  const lines = [...new Set([...touched, ...open])].slice(0, FACTS_MAX);
  if (!exchange && !acts.some((act) => isRequestKind(act.intent))) return [];
  return lines.map((line) => ({
    ref: line.ref,
    available: availablePieces(line.order, line.ref.line),
    ...(line.item.options ? { options: line.item.options } : {}),
    ...(exchange && line.product?.variants
      ? { variants: line.product.variants.map((variant) => toVariantFact(variant, line)) }
      : {}),
  }));
}

const toVariantFact = (
  variant: NonNullable<NonNullable<Line["product"]>["variants"]>[number],
  line: Line,
): VariantFact => ({
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
