import { findAddresses } from "./address.ts";
import { isBankCard } from "./bank-card.ts";
import { findEmails } from "./email.ts";
import type { Folded } from "./fold.ts";
import { fold, hasSpokenDigits } from "./fold.ts";
import { announcesId, isNationalId } from "./national-id.ts";
import { findPassports } from "./passport.ts";
import { phoneEdges, phoneLabel } from "./phone.ts";
import { findPlates } from "./plate.ts";
import type { DigitWindow, Found, PiiLabel, PiiSpan } from "./types.ts";
import { digitWindows } from "./windows.ts";

export interface FindOptions {
  /** Stretches of the folded text that are order numbers: nothing in them is personal. */
  orderNumbers?: (plain: string) => Array<{ start: number; end: number }>;
  /** Whether something that looks personal is public: the shop's own telephone number, say. Letters and digits only, lower case. */
  isPublic?: (normalised: string) => boolean;
}

/** Strongest evidence first: a check digit, a known length, a cue word. */
function numberLabel(window: DigitWindow): PiiLabel | null {
  // Old IDs of two provinces begin like American Express: Luhn decides, unless the words do.
  const { digits, before } = window;
  if (digits.length === 15 && /^3[47]/.test(digits) && !announcesId(before) && isBankCard(window)) return "[bank-card]";
  if (isNationalId(window)) return "[national-id]";
  if (isBankCard(window)) return "[bank-card]";
  return phoneLabel(window);
}

const PHONES: readonly PiiLabel[] = ["[mobile]", "[landline]", "[phone]"];
const NUMBERS: readonly PiiLabel[] = [...PHONES, "[national-id]", "[bank-card]"];

function findNumbers(plain: string): Found[] {
  const found: Found[] = [];
  let done = 0;
  for (const { window, start, end } of digitWindows(plain)) {
    if (start < done) continue;
    const label = numberLabel(window);
    if (label === null) continue;
    found.push({ ...(PHONES.includes(label) ? phoneEdges(plain, start, end) : { start, end }), label });
    done = end;
  }
  return found;
}

const overlaps = (a: { start: number; end: number }, b: { start: number; end: number }): boolean =>
  a.start < b.end && b.start < a.end;

/** Letters and digits of a stretch, lower case: how public values are compared. */
export const normalised = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** Whatever an earlier recogniser took is not looked at again. */
function pick(
  { plain }: Folded,
  finders: Array<(plain: string) => Found[]>,
  options: FindOptions,
  taken: Found[],
): Found[] {
  const orders = options.orderNumbers?.(plain) ?? [];
  const picked: Found[] = [];
  for (const finder of finders)
    for (const found of finder(plain)) {
      if ([...(found.announced ? [] : orders), ...taken, ...picked].some((other) => overlaps(found, other))) continue;
      if (options.isPublic?.(normalised(plain.slice(found.start, found.end)))) continue;
      picked.push(found);
    }
  return picked;
}

const typed = ({ from, to }: Folded, { start, end, label }: Found): PiiSpan => ({
  from: from[start] ?? 0,
  to: to[end - 1] ?? 0,
  label,
});

/** Everything personal in a text, first to last, without overlaps (P3). */
export function findPersonal(text: string, options: FindOptions = {}): PiiSpan[] {
  const folded = fold(text, false);
  const first = pick(folded, [findEmails, findNumbers, findPassports, findPlates], options, []);
  const spans = [...first, ...pick(folded, [findAddresses], options, first)].map((found) => typed(folded, found));
  if (hasSpokenDigits(text)) {
    const spoken = fold(text, true);
    // Both readings have the same characters, so the offsets of one hold in the other.
    const words = first.filter(({ label }) => !NUMBERS.includes(label));
    const more = pick(spoken, [findNumbers], options, words).map((found) => typed(spoken, found));
    const clear = spans.filter((span) => !more.some((other) => span.from < other.to && other.from < span.to));
    spans.splice(0, spans.length, ...clear, ...more);
  }
  return spans.sort((a, b) => a.from - b.from);
}
