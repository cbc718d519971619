import { normalize, stem, words } from "../understanding/text.ts";

const HAN = /\p{Script=Han}/u;

/** The words of a text, without repetitions, as the word index and coverage count them. */
export const wordsOf = (text: string): string[] => [...new Set(words(normalize(text)).map(stem))];

/**
 * A text as `says` looks in it: Latin words with their endings off, a space around each, then all the Chinese without spaces. Chinese
 * is found wherever a segmenter would have cut it: "运费" in "退货运费谁承担".
 */
export function foldText(text: string): string {
  const folded = normalize(text);
  const latin = words(folded)
    .filter((word) => !HAN.test(word))
    .map(stem);
  return ` ${latin.join(" ")} ${folded.replace(/[^\p{Script=Han}]/gu, "")}`;
}

/** Whether a folded text says a word: Chinese anywhere, others as a whole word. */
export const says = (folded: string, word: string): boolean =>
  HAN.test(word) ? folded.includes(word) : folded.includes(` ${word} `);
