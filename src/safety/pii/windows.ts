import type { DigitWindow } from "./types.ts";

/** The shortest and the longest number looked for: a telephone without area code, and a bank card. */
const DIGITS_MIN = 7;
const DIGITS_MAX = 19;
const CUE_CHARACTERS = 18;
/** One digit group of a run, as it stands in the text. */
interface Group {
  start: number;
  end: number;
}

const GROUP = /\d+[Xx]?(?![A-Za-z])|\d+/g;
/** What may stand between the groups of one number. */
const BETWEEN = /^(?:[ ._/·-]{1,2}|\) ?| ?\(| - )$/;

/** Runs of digit groups that could belong to one number. */
function runsOf(plain: string): Group[][] {
  const runs: Group[][] = [];
  let last: Group | undefined;
  for (const match of plain.matchAll(GROUP)) {
    const group = { start: match.index, end: match.index + match[0].length };
    if (last && BETWEEN.test(plain.slice(last.end, group.start))) runs.at(-1)?.push(group);
    else runs.push([group]);
    last = group;
  }
  return runs;
}

/** Every window of whole groups that is short enough, the longest first where they begin alike. */
export function* digitWindows(plain: string): Generator<{ window: DigitWindow; start: number; end: number }> {
  for (const run of runsOf(plain))
    for (let first = 0; first < run.length; first++) {
      const { start = 0 } = run[first] ?? {};
      const before = plain.slice(Math.max(0, start - CUE_CHARACTERS), start).toLowerCase();
      const tiedBefore = /[\da-z][-_]$|\d\.$/.test(before);
      for (const groups of groupsFrom(run, first)) {
        const { end = 0 } = groups.at(-1) ?? {};
        const texts = groups.map((group) => plain.slice(group.start, group.end));
        const separators = groups.slice(1).map((group, index) => plain.slice(groups[index]?.end ?? 0, group.start));
        const tiedAfter = /^[-.]\d/.test(plain.slice(end, end + 2));
        yield {
          window: { digits: texts.join(""), groups: texts, separators, before, tiedBefore, tiedAfter },
          start,
          end,
        };
      }
    }
}

/** The first groups from here that hold neither too few nor too many digits, the most groups first. */
function groupsFrom(run: Group[], first: number): Group[][] {
  const found: Group[][] = [];
  let digits = 0;
  for (let last = first; last < run.length; last++) {
    const { start = 0, end = 0 } = run[last] ?? {};
    digits += end - start;
    if (digits > DIGITS_MAX) break;
    if (digits >= DIGITS_MIN) found.unshift(run.slice(first, last + 1));
  }
  return found;
}
