import { UNSHIPPED } from "./cues.ts";
import type { Line } from "./lines.ts";
import { hasWord } from "./lines.ts";
import type { DayRange } from "./time-range.ts";
import { ARRIVED, BOUGHT, dayRange, daysAgo, EARLIER, LATEST } from "./time-range.ts";

/** What narrows lines down: who asks, when, and which lines could be requested at all. */
export interface Narrowing {
  now: Date;
  /** Lines the request could be made on go before others when the words leave it open. */
  prefer: (line: Line) => boolean;
}

/** Only the preferred lines, where there are any. */
export const preferring = (lines: Line[], { prefer }: Narrowing): Line[] => {
  const preferred = lines.filter(prefer);
  return preferred.length > 0 ? preferred : lines;
};

/** "红拍": of things of one name, a colour's one character tells them apart. */
const COLOUR = /^([红橙黄绿青蓝紫粉黑白灰棕])色$/;

/** The lines whose own options the text names most of. */
export const narrowByOption = (group: Line[], text: string): Line[] => {
  if (group.length < 2) return group;
  const hits = group.map(
    (line) =>
      line.optionWords.filter((word) => hasWord(text, word) || text.includes(COLOUR.exec(word)?.[1] ?? word)).length,
  );
  const best = Math.max(...hits);
  return best === 0 ? group : group.filter((_, index) => hits[index] === best);
};

/** An option alone may name an item: "原木的". Numbers and sizes alone are too common. */
export const optionHits = (text: string, pool: Line[]): Line[] => {
  const telling = pool.filter((line) =>
    line.optionWords.some((word) => word.length > 1 && !/^[\d.]+$/.test(word) && hasWord(text, word)),
  );
  return telling.length < pool.length || pool.length === 1 ? telling : [];
};

/** Lines within the time or status that the words name; null when they name none, or none is left. */
export function narrow(lines: Line[], text: string, scope: Narrowing): Line[] | null {
  let left = lines;
  let named = false;
  const keep = (subset: Line[]): void => {
    named = true;
    if (subset.length > 0) left = subset;
  };
  const range = dayRange(text, scope.now);
  if (range) keep(left.filter((line) => within(line, range, text, scope.now)));
  if (UNSHIPPED.test(text)) keep(left.filter((line) => line.order.status === "pending"));
  if (LATEST.test(text) && left.length > 1) keep(newest(preferring(left, scope)));
  if (EARLIER.test(text) && left.length > 1) keep(oldest(left));
  return named && left.length > 0 ? left : null;
}

function within(line: Line, range: DayRange, text: string, now: Date): boolean {
  const { placedAt, shippedAt, deliveredAt } = line.order;
  const times =
    ARRIVED.test(text) && !BOUGHT.test(text)
      ? [deliveredAt]
      : BOUGHT.test(text) && !ARRIVED.test(text)
        ? [placedAt]
        : [placedAt, deliveredAt, shippedAt];
  return times.some((time) => {
    if (time === undefined) return false;
    const age = daysAgo(time, now);
    return age <= range.oldest && age >= range.newest;
  });
}

const extreme = (lines: Line[], sign: 1 | -1): Line[] => {
  const sorted = [...lines].sort((a, b) => sign * a.order.placedAt.localeCompare(b.order.placedAt));
  return lines.filter((line) => line.order.id === sorted[0]?.order.id);
};
const newest = (lines: Line[]): Line[] => extreme(lines, -1);
const oldest = (lines: Line[]): Line[] => extreme(lines, 1);
