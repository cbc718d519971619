import { isRequestKind } from "../commerce/types.ts";
import type { Mention, Slot, Understanding } from "../dialogue/types.ts";
import { CORRECT, KEEP, OTHER_ONE } from "./cues.ts";
import type { Line } from "./lines.ts";
import { pointAt } from "./mention.ts";
import type { Ground } from "./point.ts";
import { askedSlots, linesOf, scopeFor, toMention, wantedIn, without } from "./point.ts";
import type { Reading } from "./read.ts";
import { says } from "./residue.ts";

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
  const { dialogue } = at;
  if (dialogue.open.length === 0 || reading.acts.some((act) => isRequestKind(act.intent)) || reading.abandon)
    return empty;
  const asked = askedSlots(dialogue);
  const text = reading.acts.length > 0 || reading.except !== "" ? reading.loose : at.text;
  if (text.trim() === "" || (reading.declined && !asked.includes("items"))) return empty;
  const target = dialogue.open.find((request) => request.items.length === 0) ?? dialogue.open.at(-1);
  const kind = target?.kind ?? null;
  const corrects =
    CORRECT.test(text) ||
    OTHER_ONE.test(text) ||
    reading.answer === "no" ||
    reading.relation === "only" ||
    reading.relation === "add";
  const looks = asked.includes("items") || (reading.answer !== "yes" && (corrects || dialogue.state === "CONFIRM"));
  const found =
    looks && kind ? await pointAt(text, text, { ...scopeFor(at, kind), ...(corrects ? {} : { focus: [] }) }) : null;
  const pointed = found && kind ? await without(reading.except, found, at, kind) : null;
  const counts =
    pointed !== null &&
    (asked.includes("items") ||
      pointed.by === "name" ||
      pointed.by === "number" ||
      pointed.by === "other" ||
      pointed.by === "option");
  const mention = counts && pointed && kind ? toMention(pointed, kind) : null;
  const exchange = dialogue.open.filter((request) => request.kind === "exchange");
  const chosen =
    mention !== null && mention.items.length > 0
      ? mention.items
      : exchange.flatMap((request) => (request.items.length > 0 ? request.items : request.candidates));
  const wantedLines = linesOf(at, chosen);
  const wanted =
    exchange.length === 0
      ? null
      : (wantedIn(text, wantedLines) ??
        (asked.includes("variant") && asked.length === 1 && reading.answer === null
          ? text.slice(0, WORDS_MAX_CHARACTERS)
          : null));
  const reason = reading.acts.length === 0 && wanted === null ? bareReason(reading, at, asked, mention) : null;
  const relation =
    KEEP.test(text) && reading.relation === "plain"
      ? "except"
      : reading.answer === "no" && mention !== null && reading.relation === "plain"
        ? "correct"
        : reading.relation;
  const facts = wanted !== null && wantedLines.length > 0 ? wantedLines : [];
  return {
    mention,
    relation,
    reason,
    wanted,
    lines: [...(pointed && mention ? pointed.lines : []), ...facts],
    said: mention !== null || reason !== null || wanted !== null,
  };
}

/** What was said when a reason was asked for is the reason, unless it was a yes, a no or the item. */
function bareReason(reading: Reading, at: Ground, asked: Slot[], mention: Mention | null): string | null {
  if (reading.declined) return null;
  const text = at.text.slice(0, WORDS_MAX_CHARACTERS);
  if (asked.includes("reason")) {
    const clause = mention === null ? text : null;
    if (clause !== null && (reading.answer === null || text.length > REPLY_MAX_CHARACTERS)) return clause;
    return mention !== null && says(text, at.lines) && text.length > REPLY_MAX_CHARACTERS ? text : null;
  }
  const explains = reading.explains || says(text, at.lines);
  return at.dialogue.state === "CONFIRM" &&
    reading.answer === null &&
    mention === null &&
    explains &&
    at.dialogue.open.some((request) => request.kind !== "cancel" && request.reason === null)
    ? text
    : null;
}
const REPLY_MAX_CHARACTERS = 6;
