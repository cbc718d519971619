import { ALL } from "./cues.ts";
import type { Line } from "./lines.ts";
import { CATEGORY_WEIGHT } from "./lines.ts";
import { isHan, nearlyEqual, stem, words } from "./text.ts";
import type { Thesaurus } from "./thesaurus.ts";

/** Words of the text that name lines: for each, the lines that the whole text fits best. */
export function nameGroups(text: string, pool: Line[], thesaurus: Thesaurus, exact = false): Line[][] | null {
  return groupsIn(text, pool, thesaurus, false) ?? (exact ? null : groupsIn(text, pool, thesaurus, true));
}

/** `fuzzy`: a typing slip counts too, where nothing else does; "black" is no slip for "block". */
function groupsIn(text: string, pool: Line[], thesaurus: Thesaurus, fuzzy: boolean): Line[][] | null {
  const terms = textTerms(withoutOptions(withoutKinds(text, pool, thesaurus), pool), pool, fuzzy);
  const kinds = longest(thesaurus.named(text))
    .flatMap((word) => thesaurus.kinds(word))
    .filter((kind) => pool.some((line) => line.kinds.includes(kind)));
  if (terms.length + kinds.length === 0) return null;
  const score = new Map<Line, number>();
  const count = (lines: Line[], weight: (line: Line) => number): Line[] => {
    const products = new Set(lines.map((line) => line.item.productId)).size;
    for (const line of lines) score.set(line, (score.get(line) ?? 0) + weight(line) / products);
    return lines;
  };
  const hits = [
    ...terms.map((term) => {
      const any = pool.filter((line) => weightOf(line, term, fuzzy) > 0);
      const byName = any.filter((line) => weightOf(line, term, fuzzy) > CATEGORY_WEIGHT);
      // A word that names things names a category only where it says so: "all that garden stuff".
      const category = byName.length === 0 || new RegExp(`${term}\\w* (?:stuff|things|gear|bits)`).test(text);
      const lines = category ? any : byName;
      return { lines: count(lines, (line) => weightOf(line, term, fuzzy)), category };
    }),
    ...kinds.map((kind) => {
      const lines = pool.filter((line) => line.kinds.includes(kind));
      return { lines: count(lines, () => KIND_WEIGHT), category: false };
    }),
  ].filter(({ lines }) => lines.length > 0);
  const plural = ALL.test(text);
  const groups = hits.map(({ lines, category }) => {
    // "All that garden stuff": a category names everything in it.
    if (plural && category) return lines;
    const best = Math.max(...lines.map((line) => score.get(line) ?? 0));
    return lines.filter((line) => (score.get(line) ?? 0) >= best - 1e-9);
  });
  const distinct = groups.filter((group, index) => !groups.some((other, at) => at < index && sameLines(other, group)));
  // A group inside a wider one says the same with more words: "the white tee" beside "tee".
  if (plural && hits.some(({ category }) => category)) return distinct;
  const minimal = distinct.filter(
    (group) =>
      !distinct.some(
        (other) => other !== group && other.length < group.length && other.every((line) => group.includes(line)),
      ),
  );
  return minimal.length > 0 ? minimal : null;
}

/** "Bike lock" names a lock and no bike. */
const longest = (named: string[]): string[] =>
  named.filter((word) => !named.some((other) => other !== word && other.includes(word)));

/** The kind of thing, said in other words, counts less than the name itself. */
const KIND_WEIGHT = 0.8;

const sameLines = (a: Line[], b: Line[]): boolean => a.length === b.length && a.every((line) => b.includes(line));

function weightOf(line: Line, term: string, fuzzy: boolean): number {
  const exact = line.terms.get(term);
  if (exact !== undefined) return exact;
  if (!/^[a-z]+$/.test(term)) return 0;
  for (const [name, weight] of line.terms)
    if (/^[a-z]+$/.test(name) && ((fuzzy && nearlyEqual(name, term)) || isCompound(name, term))) return weight * 0.8;
  return 0;
}

/** "coat" in "overcoat", "lightbulb" for a "bulb": English glues nouns together; "road" in "abroad" is no noun of its own. */
export function isCompound(a: string, b: string): boolean {
  const [long, short] = a.length > b.length ? [a, b] : [b, a];
  return short.length >= COMPOUND_PART_MIN && long.length - short.length >= COMPOUND_PART_MIN && long.endsWith(short);
}
const COMPOUND_PART_MIN = 3;

/** "充电线" is a kind of its own and no half of "充电器", "bike lock" no "bike light"; what stands in a name itself stays. */
function withoutKinds(text: string, pool: Line[], thesaurus: Thesaurus): string {
  const named = thesaurus.named(text).filter((word) => (isHan(word) && word.length > 2) || word.includes(" "));
  const foreign = named.filter(
    (word) =>
      !pool.some((line) => line.phrases.some((phrase) => phrase.includes(word))) &&
      pool.some((line) => thesaurus.kinds(word).some((kind) => line.kinds.includes(kind))),
  );
  // English puts last what it is.
  return foreign.reduce(
    (left, word) => left.replaceAll(word, isHan(word) ? " " : (word.split(" ").at(-1) ?? " ")),
    text,
  );
}

/** Colours and sizes name no thing: "墨绿色的笔" is no 墨. */
function withoutOptions(text: string, pool: Line[]): string {
  const values = [...new Set(pool.flatMap((line) => line.optionWords))].filter(
    (word) => isHan(word) && word.length > 1,
  );
  const rest = values.sort((a, b) => b.length - a.length).reduce((left, word) => left.replaceAll(word, " "), text);
  return rest.trim() === "" ? text : rest;
}

/** Terms of the text that occur in some line's name: Latin words, pairs of Chinese characters, and single head nouns that stand alone. */
function textTerms(text: string, pool: Line[], fuzzy: boolean): string[] {
  const known = (term: string): boolean => pool.some((line) => weightOf(line, term, fuzzy) > 0);
  const found = new Set<string>();
  const segmented = words(text);
  for (const [index, word] of segmented.entries()) {
    // Behind a number a single character counts: "两包".
    if (word.length === 1 && COUNTING.test(segmented[index - 1] ?? "")) continue;
    if (/\p{Script=Han}/u.test(word)) {
      const bare = word.length === 2 ? word.replace(/[子儿]$/, "") : word;
      const head = bare.length <= 2 ? bare.at(-1) : undefined;
      if (known(word)) found.add(word);
      else if (head !== undefined && !COMMON_HEADS.has(head) && known(head)) found.add(head);
    } else if (word.length > 1 && !STOP.has(word) && known(stem(word))) found.add(stem(word));
  }
  for (const run of text.match(/\p{Script=Han}{2,}/gu) ?? [])
    for (let at = 0; at + 1 < run.length; at++) {
      const pair = run.slice(at, at + 2);
      if (known(pair)) found.add(pair);
    }
  return [...found];
}

const COUNTING = /(?:\d|[一二两俩三四五六七八九十几每半])$/;
/** Single characters that end names but mean other things alone. */
const COMMON_HEADS = new Set([..."装机器品物件个的电子水宝"]);
const STOP = new Set([
  "the",
  "a",
  "an",
  "and",
  "of",
  "for",
  "in",
  "on",
  "to",
  "my",
  "it",
  "order",
  "return",
  "cancel",
  "one",
  "two",
  "set",
  "new",
  "go",
  "all",
  "is",
  "with",
]);

/** Whether the text names one of the lines by a word of its name. */
export const namesLine = (text: string, lines: Line[], thesaurus: Thesaurus): boolean =>
  nameGroups(text, lines, thesaurus) !== null;
