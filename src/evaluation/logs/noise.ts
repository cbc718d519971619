import type { KnowledgeLocale } from "../../knowledge/types.ts";
import type { Talk } from "./facts.ts";
import type { Random } from "./random.ts";

const SLIPPED = 0.18;
const OTHER_LANGUAGE = 0.06;
const NEIGHBOURS: Record<string, string> = {
  ...{ a: "sq", b: "vn", c: "xv", d: "sf", e: "wr", f: "dg", g: "fh", h: "gj", i: "uo", j: "hk", k: "jl", l: "k" },
  ...{ m: "n", n: "bm", o: "ip", p: "o", r: "et", s: "ad", t: "ry", u: "yi", v: "cb", w: "qe", x: "zc", y: "tu" },
};

/** One swap out of a list, when the text has a word of it. */
function swapped(text: string, swaps: Record<string, string>, random: Random): string {
  const present = Object.keys(swaps).filter((word) => text.includes(word));
  if (present.length === 0) return text;
  const word = random.pick(present);
  return text.replace(word, swaps[word] ?? word);
}

/** A neighbouring key, a letter missing, doubled, or two in the wrong order; never in a number. */
function keyboardSlip(text: string, random: Random): string {
  const places = [...text.matchAll(/[a-z]{2}/gi)].map((match) => match.index);
  if (places.length === 0) return text;
  const at = random.pick(places);
  const [first = "", second = ""] = [text[at], text[at + 1]];
  const near = NEIGHBOURS[first.toLowerCase()] ?? first;
  const slips = [near[random.below(near.length)] + second, second, first + first + second, second + first];
  return text.slice(0, at) + random.pick(slips) + text.slice(at + 2);
}

/** A character twice or not at all; never of a number. */
function characterSlip(text: string, random: Random): string {
  const places = [...text.matchAll(/\p{Script=Han}/gu)].map((match) => match.index);
  if (places.length < 4) return text;
  const at = random.pick(places);
  return text.slice(0, at) + (random.chance(0.5) ? (text[at] ?? "").repeat(2) : "") + text.slice(at + 1);
}

/** As a hurried customer types it. */
export function typed(text: string, locale: KnowledgeLocale, talk: Talk, random: Random): string {
  let out = random.chance(OTHER_LANGUAGE) ? swapped(text, talk.words, random) : text;
  if (!random.chance(SLIPPED)) return out;
  if (random.chance(0.6)) out = swapped(out, talk.homophones, random);
  else out = locale === "zh" ? characterSlip(out, random) : keyboardSlip(out, random);
  return out;
}
