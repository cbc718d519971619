/** How many pieces of what is pointed at are meant. */
import { ALL } from "./cues.ts";
import type { Line } from "./lines.ts";
import { nameGroups } from "./names.ts";
import type { Pointed, Scope } from "./pointed.ts";
import { countBefore, countIn, keptIn } from "./quantity.ts";
import { stem } from "./text.ts";
import type { Thesaurus } from "./thesaurus.ts";

/** @param said the number said of nothing in particular */
export const withQuantity = (pointed: Pointed, said: number | null, text: string, { thesaurus }: Scope): Pointed => {
  // A number counts the one line that has several pieces: "the kettle and one bag of beans".
  const [line, ...others] = pointed.lines.filter(({ item }) => item.quantity > 1);
  const kinds = (word: string): boolean => thesaurus.kinds(word).some((kind) => line?.kinds.includes(kind));
  const named = line ? countBefore(text, (word) => line.terms.has(stem(word)) || kinds(word)) : null;
  const quantity = said ?? (ALL.test(text) ? null : named);
  if (line !== undefined && others.length > 0) {
    const pieces = piecesByLine([line, ...others], text, thesaurus);
    return pieces.size > 0 ? { ...pointed, pieces } : pointed;
  }
  const counts = line !== undefined && quantity !== null && quantity < line.item.quantity;
  return counts ? { ...pointed, quantity } : pointed;
};

const LISTED = /[,，;；、]|\b(?:and|plus)\b|和|跟|还有|以及/;

/** A count belongs to what is named in the same part of the list. */
function piecesByLine(lines: Line[], text: string, thesaurus: Thesaurus): Map<Line, number> {
  const pieces = new Map<Line, number>();
  for (const part of text.split(LISTED)) {
    const named = (nameGroups(part, lines, thesaurus, true) ?? []).flat();
    const [line] = named;
    const count = ALL.test(part) ? null : countIn(part);
    if (named.length === 1 && line && count !== null && count < line.item.quantity) pieces.set(line, count);
  }
  return pieces;
}

/** "I've got 8 and only need 5": the rest of the line is meant. */
export function withKept(pointed: Pointed, text: string, { kind }: Scope): Pointed {
  const kept = kind === "exchange" ? null : keptIn(text);
  const [line] = pointed.lines;
  if (kept === null || line === undefined || pointed.lines.length > 1 || kept >= line.item.quantity) return pointed;
  return { ...pointed, quantity: line.item.quantity - kept };
}
