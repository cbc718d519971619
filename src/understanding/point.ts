import { availablePieces } from "../commerce/eligibility.ts";
import type { ItemRef, RequestKind } from "../commerce/types.ts";
import { includesItem } from "../dialogue/items.ts";
import type { Dialogue, Mention, Slot } from "../dialogue/types.ts";
import type { Knowledge } from "../knowledge/index.ts";
import { OTHER_SIZE, REST, SAME_AGAIN } from "./cues.ts";
import type { Line } from "./lines.ts";
import { hasWord, ineligibility } from "./lines.ts";
import type { LooseNames } from "./loose-names.ts";
import { pointAt } from "./mention.ts";
import type { Pointed, Scope } from "./pointed.ts";
import type { Thesaurus } from "./thesaurus.ts";
import { valueWords } from "./values.ts";

/** What a reading is grounded in: the customer's own orders and the shop's knowledge. */
export interface Ground {
  lines: Line[];
  dialogue: Dialogue;
  signedIn: boolean;
  tenant: string;
  locale: "zh" | "en";
  now: Date;
  text: string;
  /** The same as the customer typed it. */
  original: string;
  looksLikeOrder: (word: string) => boolean;
  loose: LooseNames;
  thesaurus: Thesaurus;
  knowledge: Knowledge;
  /** Whether the examples take a clause for a reason. */
  isReason: (clause: string) => Promise<boolean>;
}

const WANTED_MAX_CHARACTERS = 200;

export const askedSlots = (dialogue: Dialogue): Slot[] => [
  ...new Set(
    dialogue.open.flatMap((request) =>
      request.asked.filter((slot) =>
        slot === "items"
          ? request.items.length === 0
          : !request.settled.includes(slot) && !(slot === "reason" && request.reason !== null),
      ),
    ),
  ),
];

/** What the words of a request of this kind may point at, as the dialogue stands. */
export const scopeFor = (at: Ground, kind: RequestKind | null): Scope => {
  const open = at.dialogue.open;
  const offered = open.find((request) => request.items.length === 0)?.candidates ?? [];
  const focus = open.flatMap((request) => request.items);
  return {
    lines: at.lines,
    looksLikeOrder: at.looksLikeOrder,
    now: at.now,
    offered,
    proposed: at.dialogue.state === "CONFIRM" ? focus : [],
    about: open.length === 0 ? at.dialogue.about : [],
    focus: focus.length > 0 ? focus : at.dialogue.focus,
    loose: at.loose,
    thesaurus: at.thesaurus,
    kind,
    prefer: (line) => kind === null || ineligibility(line, kind) === null,
  };
};

/** "Keep the dog bed": what is named there is not meant; without other words, everything else is. */
export async function without(except: string, pointed: Pointed, at: Ground, kind: RequestKind): Promise<Pointed> {
  if (except.trim() === "") return pointed;
  const kept = await pointAt(except, except, { ...scopeFor(at, kind), focus: [], offered: [] });
  if (kept.by !== "name" && kept.by !== "number" && kept.by !== "option") return pointed;
  // "Keep the headphones, the rest goes back": the rest of what they came with.
  if (pointed.by === "none" && REST.test(at.text)) {
    const rest = at.lines.filter(
      (line) => kept.lines.some((other) => other.order.id === line.order.id) && !kept.lines.includes(line),
    );
    return rest.length > 0 ? { lines: rest, all: true, unknown: null, by: "all" } : pointed;
  }
  const lines = pointed.lines.filter((line) => !kept.lines.includes(line));
  // What is to be kept is never what is meant, also when nothing else was found.
  return lines.length === 0
    ? { lines: [], all: false, unknown: null, by: "none" }
    : { ...pointed, lines, all: pointed.all || lines.length === 1 };
}

/** A line as the machine refers to it: all the pieces that are left, unless fewer are meant. */
const toRef = (line: Line, quantity: number | undefined): ItemRef => {
  const left = availablePieces(line.order, line.ref.line);
  const pieces = quantity ?? left;
  return pieces < line.item.quantity ? { ...line.ref, quantity: pieces } : line.ref;
};

export function toMention(pointed: Pointed, kind: RequestKind): Mention | null {
  if (pointed.by === "none" && pointed.unknown === null) return null;
  const possible = pointed.lines.filter((line) => ineligibility(line, kind) === null);
  const named = pointed.by !== "all" && pointed.by !== "time";
  const refused = pointed.lines.flatMap((line) => {
    const why = ineligibility(line, kind);
    return why !== null && (possible.length === 0 || (named && pointed.all)) ? [{ ref: line.ref, why }] : [];
  });
  return {
    items: possible.map((line) => toRef(line, pointed.pieces?.get(line) ?? pointed.quantity)),
    all: pointed.all || possible.length === 1,
    refused,
    unknown: pointed.unknown,
  };
}

export const linesOf = (at: Ground, refs: ItemRef[]): Line[] => at.lines.filter((line) => includesItem(refs, line.ref));

/** The words that say what to exchange for, when they name a variant other than the one the customer has. */
export function wantedIn(said: string, lines: Line[]): string | null {
  // "A size too small" is why, and no wish for a small one.
  const text = said.replace(TOO_SMALL, " ").trim();
  const colour = otherColour(text, lines);
  if (colour !== null) return `${text} ${colour}`.slice(0, WANTED_MAX_CHARACTERS);
  const named = lines.some((line) => otherValues(line).some((word) => hasWord(text, word)));
  return named || SAME_AGAIN.test(text) || OTHER_SIZE.test(text) ? text.slice(0, WANTED_MAX_CHARACTERS) : null;
}

const TOO_SMALL =
  /\b(?:too|a bit|rather|so|way too|is|are|runs?|comes? up|'s) (?:small|large|medium|big|tight|short|long)\b/g;

/** "白耳机换黑耳机": a colour's one character, said of what is wanted. */
function otherColour(text: string, lines: Line[]): string | null {
  const wanted = /换成?(?:个|一个|副|双|件)?(\p{Script=Han})(?!色|的)/u.exec(text)?.[1];
  if (wanted === undefined) return null;
  const values = lines.flatMap(otherValues);
  return values.find((word) => word === `${wanted}色`) ?? values.find((word) => word.endsWith(wanted)) ?? null;
}

/** Words for values of the product's variants that this item doesn't have itself. */
export const otherValues = (line: Line): string[] =>
  (line.product?.variants ?? [])
    .flatMap((variant) => Object.values(variant.options).flatMap((value) => valueWords(value, line.product)))
    .filter((word) => !line.optionWords.includes(word));
