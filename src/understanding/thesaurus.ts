import { readFile } from "node:fs/promises";
import { z } from "zod";
import { isHan, stem, words } from "./text.ts";

const schema = z.strictObject({ groups: z.array(z.array(z.string().min(1)).min(2)) });

export interface Thesaurus {
  /** Numbers of the groups of which a word stands in the text. */
  kinds(text: string): number[];
  /** The words of the text that stand in a group, longest first. */
  named(text: string): string[];
  /** The texts it was asked about: somebody was erased. */
  forget(): void;
}

/** Words for the same kind of thing ("charger", "adapter", "充电头"), edited as JSON. @throws Error naming the file when malformed */
export async function loadThesaurus(path: string): Promise<Thesaurus> {
  const parsed = schema.safeParse(JSON.parse(await readFile(path, "utf8")));
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  const latin = new Map<string, number[]>();
  /** By first character, so that a text meets only the words that can begin in it. */
  const han = new Map<string, Hit[]>();
  parsed.data.groups.forEach((group, index) => {
    for (const word of group) {
      if (isHan(word)) han.set(word[0] ?? "", [...(han.get(word[0] ?? "") ?? []), { word, group: index }]);
      else {
        const key = words(word).map(stem).join(" ");
        latin.set(key, [...(latin.get(key) ?? []), index]);
      }
    }
  });
  const hits = (text: string): Hit[] => {
    const segmented = words(text.replace(COUNTED, " "));
    const stems = segmented.map(stem);
    const found = [...new Set(text)].flatMap((first) =>
      (han.get(first) ?? []).filter(({ word }) =>
        word.length > 1 ? text.includes(word) : standsAlone(word, segmented),
      ),
    );
    for (let size = 1; size <= PHRASE_MAX_WORDS; size++)
      for (let at = 0; at + size <= stems.length; at++)
        for (const group of latin.get(stems.slice(at, at + size).join(" ")) ?? [])
          found.push({ word: segmented.slice(at, at + size).join(" "), group });
    return found;
  };
  // One turn asks about the same few texts many times.
  const recent = new Map<string, Hit[]>();
  const hitsOf = (text: string): Hit[] => {
    const known = recent.get(text);
    if (known) return known;
    const found = hits(text);
    if (recent.size >= RECENT_MAX) recent.clear();
    recent.set(text, found);
    return found;
  };
  return {
    kinds: (text) => [...new Set(hitsOf(text).map(({ group }) => group))],
    forget: () => recent.clear(),
    named: (text) => [...new Set(hitsOf(text).map(({ word }) => word))].sort((a, b) => b.length - a.length),
  };
}

interface Hit {
  word: string;
  group: number;
}

const RECENT_MAX = 1_000;
const PHRASE_MAX_WORDS = 3;
/** "All three bags go back": what is counted by is not what is counted. */
const COUNTED =
  /\b(?:one|two|three|four|five|six|both|\d+) (?:bags?|box(?:es)?|packs?|bottles?|jars?|sets?|pairs?|cups?|tins?|rolls?|cans?)\b(?! of)/g;

/**
 * A single character is a word where the segmenter makes it one, or with 子 or 儿 behind it: "鞋子". What it splits off
 * a number, a manual, a status light or "not well packed" is none: "说明书", "指示灯", "没包好".
 */
const standsAlone = (character: string, segmented: string[]): boolean =>
  segmented.some(
    (word, at) =>
      word === `${character}子` ||
      word === `${character}儿` ||
      (word === character && !NO_THING_BEFORE.test(segmented[at - 1] ?? "")),
  );
/** Behind a number it counts: "两包", "80抽×10包". */
const NO_THING_BEFORE =
  /(?:\d|[一二两俩三四五六七八九十几每半整×]|说明|保修|保证|协议|指示|提示|警示|信号|没|没有|不|重新|好好|打)$/;
