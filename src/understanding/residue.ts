import { REQUEST } from "./cues.ts";
import type { Line } from "./lines.ts";
import { isHan, stem, words } from "./text.ts";

const FILLER =
  /^(?:东西|订单|单子|商品|一部分|部分|的|了|吧|呢|啊|呀|嘛|我|你|您|那|这|个|只|件|双|条|台|把|口|副|本|瓶|是|就|就是|里|里面|上|买|到|收到|送|来|前|后|天|周|礼拜|星期|上周|昨天|前天|今天|刚|刚刚|新|帮|请|麻烦|一下|一个|要|想|还有|另外|和|跟|the|a|an|my|i|me|it|is|one|of|in|on|at|from|that|this|please|pls|hi|hello|got|bought|ordered|order|ago|last|week|yesterday|and|to|for|with|number|which|came|few|back|just|id|i'd)$/;
const SAYS_MIN = 2;
/** Shorter than this, a clause with a request's verb is nothing but the verb. */
const VERB_MAX_CHARACTERS = 8;

/** One character may say it all. */
export const DEFECT =
  /坏|碎|裂|漏|破|脏|断|闪|烂|褪色|掉色|瑕疵|有味|[大小长短紧松贵错]了|\b(?:broken?|faulty|defective|damaged|torn|cracked|leak\w*|wrong|stopped working|too \w+)\b/;

/** Whether a clause says more than which thing it is about: then it is a reason. */
export function says(clause: string, lines: Line[]): boolean {
  if (Object.values(REQUEST).some((cue) => cue.test(clause)) && clause.length < VERB_MAX_CHARACTERS) return false;
  const left = words(clause).filter((word) => {
    if (FILLER.test(word) || /^\d+$/.test(word)) return false;
    const bare = stem(word);
    return !lines.some(
      (line) =>
        line.terms.has(bare) ||
        line.optionWords.includes(word) ||
        (isHan(word) && word.length > 1 && line.phrases.some((phrase) => phrase.includes(word))),
    );
  });
  if (DEFECT.test(clause)) return true;
  return (
    left.reduce((sum, word) => sum + (isHan(word) ? word.length : 1), 0) >= SAYS_MIN ||
    left.some((word) => !isHan(word) && word.length > 5)
  );
}
