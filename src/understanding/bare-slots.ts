import type { RequestKind } from "../commerce/types.ts";
import { isRequestKind } from "../commerce/types.ts";
import { includesItem, sameItem } from "../dialogue/items.ts";
import type { Dialogue, Mention, Slot, Understanding } from "../dialogue/types.ts";
import { CORRECT, KEEP, OTHER_ONE } from "./cues.ts";
import type { Line } from "./lines.ts";
import type { LooseNames } from "./loose-names.ts";
import { pointAt } from "./mention.ts";
import { namesLine } from "./names.ts";
import type { Ground } from "./point.ts";
import { askedSlots, linesOf, scopeFor, toMention, wantedIn, without } from "./point.ts";
import type { Pointed, Scope } from "./pointed.ts";
import { countIn } from "./quantity.ts";
import type { Reading } from "./reading.ts";
import { says } from "./residue.ts";
import { clauses } from "./text.ts";

const WORDS_MAX_CHARACTERS = 200;

export interface BareSlots {
  mention: Mention | null;
  relation: Understanding["relation"];
  reason: string | null;
  wanted: string | null;
  lines: Line[];
  said: boolean;
}

/** Something of theirs, named while nothing is open and without a verb. */
export async function bareMention(reading: Reading, at: Ground): Promise<Mention | null> {
  const silent = reading.acts.length === 0 && reading.answer === null && !reading.abandon;
  if (at.dialogue.open.length > 0 || !silent) return null;
  const pointed = await pointAt(at.text, at.text, { ...scopeFor(at, null), focus: [] });
  const named = pointed.by === "name" || pointed.by === "number" || pointed.by === "option";
  return named ? { items: pointed.lines.map((line) => line.ref), all: pointed.all, refused: [], unknown: null } : null;
}

/** Slot values given without a verb: answers to what was asked, and corrections. */
export async function bareSlots(reading: Reading, at: Ground): Promise<BareSlots> {
  const empty: BareSlots = {
    mention: null,
    relation: reading.relation,
    reason: null,
    wanted: null,
    lines: [],
    said: false,
  };
  const { open } = at.dialogue;
  if (open.length === 0 || reading.acts.some((act) => isRequestKind(act.intent)) || reading.abandon) return empty;
  const asked = askedSlots(at.dialogue);
  if (reading.declined && !asked.includes("items")) return empty;
  const text = reading.acts.length > 0 || reading.except !== "" ? reading.loose : at.text;
  const kind = (open.find((request) => request.items.length === 0) ?? open.at(-1))?.kind ?? "return";
  const pointed = await pointedBy(text, reading, at, kind, asked);
  const mention = pointed ? toMention(pointed, kind) : null;
  const { wanted, lines } = wantedBy(text, reading, at, mention, asked);
  const reason = reading.acts.length === 0 && wanted === null ? bareReason(reading, at, asked, mention) : null;
  return {
    mention,
    relation: relationOf(text, reading, mention),
    reason,
    wanted,
    lines: [...(pointed?.lines ?? []), ...lines],
    said: mention !== null || reason !== null || wanted !== null,
  };
}

/** What the words point at, where they are meant to point at something: asked which, correcting, or changing a proposal. */
async function pointedBy(
  text: string,
  reading: Reading,
  at: Ground,
  kind: RequestKind,
  asked: Slot[],
): Promise<Pointed | null> {
  const { dialogue } = at;
  const asksWhich = asked.includes("items");
  const left = asksWhich ? await remaining(reading.except, at, kind) : null;
  if (left) return left;
  if (text.trim() === "") return null;
  const corrects =
    CORRECT.test(text) ||
    OTHER_ONE.test(text) ||
    reading.answer === "no" ||
    reading.relation === "only" ||
    reading.relation === "add";
  if (!asksWhich && !corrects && dialogue.state !== "CONFIRM") return null;
  const pieces = otherCount(text, at);
  if (pieces) return pieces;
  // Only what was asked for may be guessed at by meaning; a yes shouldn't wait for it.
  const scope = {
    ...scopeFor(at, kind),
    ...(corrects ? {} : { focus: [] }),
    ...(asksWhich ? {} : { loose: NO_GUESSES, exact: true }),
  };
  const meant = await pointAt(text, text, scope);
  if (meant.by === "none" && meant.unknown === null && asksWhich && reading.answer === null) {
    const choice = await chosen(text, at);
    if (choice) return choice;
  }
  const everything = meant.by === "none" && meant.unknown === null && asksWhich && ALL_BARE.test(text.trim());
  const pointed = await without(reading.except, everything ? allOf(scope) : meant, at, kind);
  if (reading.answer === "yes" && staysWith(pointed, dialogue)) return null;
  return asksWhich || FIRM.includes(pointed.by) ? pointed : null;
}

/** "Both", "都要", said when asked which: all that was offered, or could be. */
const ALL_BARE =
  /^(?:都|全|全部|两个|都要|全要|all|both|everything|the lot|all of (?:it|them))(?:[要退换取消了的吧,.! ].*)?$/;
const allOf = ({ lines, offered, prefer }: Scope): Pointed => ({
  lines: offered.length > 0 ? lines.filter((line) => includesItem(offered, line.ref)) : lines.filter(prefer),
  all: true,
  unknown: null,
  by: "all",
});

const NO_GUESSES: LooseNames = { find: async () => [], choose: async () => [] };

/** Nothing of theirs was named: the answer to "which one?" by meaning. The proposal says what was chosen, and asks. */
async function chosen(text: string, at: Ground): Promise<Pointed | null> {
  const offered = linesOf(at, at.dialogue.open.find((request) => request.items.length === 0)?.candidates ?? []);
  const lines = text.length > CHOICE_MAX_CHARACTERS ? [] : await at.loose.choose(text, offered);
  return lines.length > 0 ? { lines, all: false, unknown: null, by: "name" } : null;
}
const CHOICE_MAX_CHARACTERS = 40;

/** Ways of pointing that are firm enough to change what was chosen already. */
const FIRM: Array<Pointed["by"]> = ["name", "number", "other", "option", "ordinal"];

/** "Just one of them", said of the one thing that is open: other pieces of the same line. */
function otherCount(text: string, at: Ground): Pointed | null {
  const items = at.dialogue.open.flatMap((request) => request.items);
  const [item] = items;
  const [line] = linesOf(at, items);
  const count = countIn(text);
  if (items.length !== 1 || !item || !line || count === null || count > line.item.quantity) return null;
  if (count === (item.quantity ?? line.item.quantity)) return null;
  const quantity = count < line.item.quantity ? { quantity: count } : {};
  return { lines: [line], all: true, ...quantity, unknown: null, by: "name" };
}

function wantedBy(
  text: string,
  reading: Reading,
  at: Ground,
  mention: Mention | null,
  asked: Slot[],
): { wanted: string | null; lines: Line[] } {
  const exchange = at.dialogue.open.filter((request) => request.kind === "exchange");
  if (exchange.length === 0) return { wanted: null, lines: [] };
  const chosen =
    mention !== null && mention.items.length > 0
      ? mention.items
      : exchange.flatMap((request) => (request.items.length > 0 ? request.items : request.candidates));
  const lines = linesOf(at, chosen);
  const onlyAsked = asked.includes("variant") && asked.length === 1 && reading.answer === null;
  const wanted = wantedIn(text, lines) ?? (onlyAsked && text !== "" ? text.slice(0, WORDS_MAX_CHARACTERS) : null);
  return { wanted, lines: wanted === null ? [] : lines };
}

function relationOf(text: string, reading: Reading, mention: Mention | null): Understanding["relation"] {
  if (reading.relation !== "plain") return reading.relation;
  if (KEEP.test(text)) return "except";
  return reading.answer === "no" && mention !== null ? "correct" : "plain";
}

/** A yes that names what is open anyway says nothing new; one that names something else is no yes to it. */
const staysWith = ({ lines }: Pointed, { open }: Dialogue): boolean =>
  lines.length === 0 ||
  open.flatMap((request) => request.items).every((item) => lines.some((line) => sameItem(line.ref, item)));

/** Of what was offered, everything but what the customer said no to; null when that isn't one thing. */
async function remaining(except: string, at: Ground, kind: RequestKind): Promise<Pointed | null> {
  const offered = linesOf(at, at.dialogue.open.find((request) => request.items.length === 0)?.candidates ?? []);
  if (except.trim() === "" || offered.length < 2) return null;
  const refused = await pointAt(except, except, { ...scopeFor(at, kind), lines: offered, focus: [] });
  const lines = offered.filter((line) => !refused.lines.includes(line));
  return lines.length === 1 ? { lines, all: true, unknown: null, by: "other" } : null;
}

/** What was said when a reason was asked for is the reason, unless it was a yes, a no or the item. */
function bareReason(reading: Reading, at: Ground, asked: Slot[], mention: Mention | null): string | null {
  if (reading.declined) return null;
  const text = at.text.slice(0, WORDS_MAX_CHARACTERS);
  if (asked.includes("reason")) {
    const clause = mention === null && !(reading.relation === "correct" && reading.except !== "") ? text : null;
    if (clause !== null && (reading.answer === null || text.length > REPLY_MAX_CHARACTERS)) return clause;
    if (mention === null || !says(text, at.lines)) return null;
    // "The blanket, it sheds": which one, and why.
    const why = clauses(text).filter(
      (part) => says(part.text, at.lines) && !namesLine(part.text, at.lines, at.thesaurus),
    );
    return text.length > REPLY_MAX_CHARACTERS ? text : (why[0]?.text ?? null);
  }
  const explains = reading.explains || (at.dialogue.state === "CONFIRM" && says(text, at.lines));
  return reading.answer === null &&
    mention === null &&
    explains &&
    at.dialogue.open.some((request) => request.kind !== "cancel" && request.reason === null)
    ? text
    : null;
}
const REPLY_MAX_CHARACTERS = 6;
