/** What a yes says besides yes: whether it still is one to what was proposed (D3). */
import { sameItem } from "../dialogue/items.ts";
import { HEDGE } from "./cues.ts";
import { hasWord } from "./lines.ts";
import { nameGroups } from "./names.ts";
import type { Ground } from "./point.ts";
import { linesOf, otherValues } from "./point.ts";
import { countIn } from "./quantity.ts";
import type { Reading } from "./reading.ts";
import { clauses } from "./text.ts";
import { valueWords } from "./values.ts";

const openItems = ({ dialogue }: Ground) => dialogue.open.flatMap((request) => request.items);

/** "Yes, provided the socks still come": what it depends on is true, nothing is done to the socks. */
export function keepsOthers(reading: Reading, at: Ground): boolean {
  if (at.dialogue.state !== "CONFIRM" || reading.answer !== "yes" || reading.except.trim() === "") return false;
  const kept = (nameGroups(reading.except, at.lines, at.thesaurus) ?? []).flat();
  const open = linesOf(at, openItems(at));
  const rest = clauses(at.text).filter(({ text }) => !reading.except.includes(text));
  return kept.length > 0 && kept.every((line) => !open.includes(line)) && !rest.some(({ text }) => HEDGE.test(text));
}

/**
 * "Yep, both" to one piece, "yes, brown in an 8" to a return: the customer has something else in mind than what was proposed.
 * Nothing is executed on such a yes.
 */
export function contradicts(at: Ground): boolean {
  if (at.dialogue.state !== "CONFIRM") return false;
  return countsOtherwise(at) || namesAnotherVariant(at);
}

function countsOtherwise(at: Ground): boolean {
  const said = /\bboth\b|俩|两[个件样双]都/.test(at.text) ? BOTH : countIn(at.text);
  if (said === null) return false;
  const items = openItems(at);
  const pieces = linesOf(at, items).map(
    (line) => items.find((item) => sameItem(item, line.ref))?.quantity ?? line.item.quantity,
  );
  const total = pieces.reduce((sum, count) => sum + count, 0);
  // "One of the two": what is left, and what there was, are said of it as well.
  const there = linesOf(at, items).flatMap((line) => [line.item.quantity]);
  return ![...pieces, total, items.length, at.dialogue.open.length, ...(said === BOTH ? there : [])].includes(said);
}
const BOTH = 2;

function namesAnotherVariant(at: Ground): boolean {
  return at.dialogue.open.some((request) =>
    linesOf(at, request.items).some((line) => {
      const chosen = request.exchangeFor[request.items.findIndex((item) => sameItem(item, line.ref))];
      const proposed = Object.values(chosen ?? {}).flatMap((value) => valueWords(value, line.product));
      return otherValues(line).some((word) => word.length > 1 && !proposed.includes(word) && hasWord(at.text, word));
    }),
  );
}
