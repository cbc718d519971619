import { REQUEST } from "./cues.ts";
import type { Line } from "./lines.ts";
import { isCompound } from "./names.ts";
import { isHan, stem, words } from "./text.ts";
import type { Thesaurus } from "./thesaurus.ts";

const FILLER =
  /^(?:东西|订单|单子|商品|一部分|部分|的|了|吧|呢|啊|呀|嘛|我|你|您|那|这|个|只|件|双|条|台|把|口|副|本|瓶|是|就|就是|里|里面|上|买|到|收到|送|来|前|后|天|周|礼拜|星期|上周|昨天|前天|今天|刚|刚刚|新|帮|请|麻烦|一下|一个|要|想|还|没|没有|发|寄|发货|待|待发货|出库|仓库|全|都|也|再|俩|种|些|还有|另外|和|跟|the|a|an|my|i|me|it|is|one|of|in|on|at|from|that|this|please|pls|hi|hello|got|bought|ordered|order|ago|last|week|yesterday|and|to|for|with|number|pending|unshipped|shipped|delivered|arrived|warehouse|still|change|reduce|down|extra|other|rest|size|colour|color|instead|both|all|need|want|only|order's|thanks|rather|than|which|came|few|back|just|id|i'd)$/;
/** "说错了" corrects the customer's own words, and nothing about the goods. */
const SLIP = /(?:我)?(?:说|打|写|搞|弄)错了?|(?:my )?mistake|wrong one/g;
const WHEN =
  /(?:\d{1,2}月)?\d{1,2}[号日](?:到|买|下单|收到)?的?|上个?(?:月|周|礼拜|星期)|双十[一二]|\b(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day(?:'s)?\b|\b(?:last|this) (?:week|month)(?:'s)?\b|不好意思|麻烦|谢谢|\b(?:sorry|thank you|kindly|trouble|bother)\b/g;
const SAYS_MIN = 2;
/** Shorter than this, a clause with a request's verb is nothing but the verb. */
const VERB_MAX_CHARACTERS = 8;

/** One character may say it all. */
export const DEFECT =
  /坏|碎|裂|漏|破|脏|断|闪|烂|烫|糊|鼓|没水|不出|褪色|掉色|瑕疵|有味|[大小长短紧松贵错高低厚薄重轻肥瘦窄宽硬软]了|没劲|开不了|\b(?:broken?|faulty|defective|damaged|torn|cracked|leak\w*|wrong|stopped working|(?:won'?t|does ?n[o']?t|do ?n[o']?t|isn'?t|can'?t) (?!need|want|like to)\w+|too \w+|holes?|scratch\w*|stain\w*|rip(?:s|ped)?|nois[ey]\w*|smells?|pongs?|wobbl\w*|loose|sheds?|jam(?:s|med)?|dead|tight|snug|tiny|huge|itch\w*|rust\w*|by mistake|lost (?:all )?(?:its|interest)|wrong|changed my mind|found (?:it )?cheaper)\b/;

/** Whether a clause says more than which thing it is about: then it is a reason. */
export function says(said: string, lines: Line[], thesaurus?: Thesaurus): boolean {
  const clause = (thesaurus?.named(said) ?? [])
    .filter((word) => word.length > 1)
    .reduce((left, word) => left.replaceAll(word, " "), said.replace(SLIP, " ").replace(WHEN, " "));
  if (Object.values(REQUEST).some((cue) => cue.test(clause)) && clause.length < VERB_MAX_CHARACTERS) return false;
  const left = words(clause).filter((word) => {
    if (FILLER.test(word) || /^\d+$/.test(word)) return false;
    const bare = stem(word);
    return !lines.some(
      (line) =>
        line.terms.has(bare) ||
        [...line.terms.keys()].some((term) => isCompound(term, bare)) ||
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
