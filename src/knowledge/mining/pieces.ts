import { normalize, stem } from "../../understanding/text.ts";

/** English words, numbers, and pairs of Chinese characters: where a segmenter cuts depends on what stands around. */
export function piecesOf(text: string): Set<string> {
  const found = new Set<string>();
  for (const run of normalize(text).match(/[a-z]{2,}|\d+|\p{Script=Han}+/gu) ?? [])
    if (/\p{Script=Han}/u.test(run)) for (let at = 0; at + 1 < run.length; at++) found.add(run.slice(at, at + 2));
    else found.add(stem(run));
  return found;
}
