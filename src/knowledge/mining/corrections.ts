import { conflicts, factsOf, numbersIn } from "./facts.ts";
import { CORRECTION_WORDS } from "./phrases.ts";
import { polished, sentencesOf, trimmed } from "./turns.ts";

const ALL_WORDS = new RegExp(CORRECTION_WORDS.source, "giu");
/** "是15天不是7天", "it's 15 days, not 7": what follows is what was wrong. */
const NOT_THAT = /[,，]?\s*(?:而?不是|并非|(?:and )?not)\s*[\d一二两三四五六七八九十百].*$/iu;
/** Shorter ones answer nothing by themselves. */
const COMPLETE_HAN = 12;
const COMPLETE_WORDS = 7;

const isComplete = (text: string): boolean =>
  (text.match(/\p{Script=Han}/gu)?.length ?? 0) >= COMPLETE_HAN ||
  (text.match(/[a-z']+/gi)?.length ?? 0) >= COMPLETE_WORDS;

/**
 * An answer after its correction: the correction where it stands for itself, else the answer with the one number replaced that has
 * the correction's unit. Null when neither is possible: then nobody knows what was meant.
 */
export function corrected(answer: string, correction: string): string | null {
  const sentences = sentencesOf(correction)
    .map((sentence) => trimmed(sentence.replace(ALL_WORDS, " ")))
    .filter(Boolean);
  const text = polished(sentences.join("，").replace(NOT_THAT, ""));
  if (isComplete(text) && factsOf(text).numbers.size > 0) return text;
  const replaced = withNumber(answer, text);
  if (replaced !== null) return replaced;
  return isComplete(text) && conflicts(factsOf(answer), factsOf(text)).length > 0 ? text : null;
}

function withNumber(answer: string, correction: string): string | null {
  const [said, more] = numbersIn(correction);
  if (said === undefined || more !== undefined || said.unit === "") return null;
  const same = numbersIn(answer).filter(({ unit }) => unit === said.unit);
  const [wrong] = same;
  if (wrong === undefined || same.length > 1) return null;
  return answer.slice(0, wrong.start) + correction.slice(said.start, said.end) + answer.slice(wrong.end);
}
