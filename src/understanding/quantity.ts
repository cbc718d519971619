/** What stands behind a number and counts no pieces: times, prices, sizes, "一下", "一起". */
const NO_CLASSIFIER = "天周月号点块元年次分折码寸层岁楼下直起些般定共切样面边会儿百千万毫厘米克升斤英秒时小礼星期";
const ZH: Record<string, number> = {
  一: 1,
  两: 2,
  二: 2,
  俩: 2,
  仨: 3,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
  十: 10,
};
const EN: Record<string, number> = { one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, both: 2 };

const EN_NUMBER = "one|two|three|four|five|six|\\d{1,2}";
const ZH_NUMBER = "[一两二俩三四五六七八九十]|\\d{1,2}";
/** "一个月" counts no pieces either. */
const CLASSIFIER = `(?!个(?:多|半)?(?:月|星期|小时|礼拜|钟头))(?![${NO_CLASSIFIER}])\\p{Script=Han}`;
const ASKED = [
  new RegExp(
    `\\b(?:cancel(?:l?ing)?|return(?:ing)?|send(?:ing)? back|exchang(?:e|ing)|swap(?:ping)?|refund(?:ing)?|scrap|drop|the other)\\s+(?:just |only )?(${EN_NUMBER})(?: (?!items?|orders?|things?|of|that|in|from)|\\s*(?:$|[,.!?;，。！？]))`,
  ),
  new RegExp(
    `(?:退|换|取消|撤|减|去掉|少(?:要|发|寄))(?:掉|回|货)?(?:其中(?:的)?)?(?:([俩仨])|(${ZH_NUMBER})\\s?${CLASSIFIER})`,
    "u",
  ),
  // "剩下三包没拆的退掉"
  new RegExp(
    `(?<!第|上|这|那|下|每|另)(${ZH_NUMBER})\\s?${CLASSIFIER}[^，,。;；]{0,6}(?:退|换|取消|撤)(?!成|了[大小])`,
    "u",
  ),
  // "Two packs, and one is short: take that pack back"
  /\b(?:two|three|four|pair|couple|[2-9])\b.*\b(?:jist |just |only )?that (one|pack|pair|bag|box|bottle|set|tin|jar)\b/,
];
const KEPT = [
  new RegExp(
    `\\b(?:make it|down to|from (?:${EN_NUMBER}) to|leave me|(?:only|just) send me)\\s+(${EN_NUMBER})\\b|\\b(${EN_NUMBER}) (?:\\w+ (?:of \\w+ )?)?(?:will do|is (?:plenty|enough)|would do)\\b`,
  ),
  new RegExp(
    `\\b(?:only|just) (?:really )?(?:need|want|keep(?:ing)?)\\s+(${EN_NUMBER})\\b|\\bkeep (${EN_NUMBER})\\b(?! of)`,
  ),
  new RegExp(
    `(?:只|就)(?:需要|想要|要|留|发|寄|送)(${ZH_NUMBER})\\s?${CLASSIFIER}|留(?:下)?(${ZH_NUMBER})\\s?${CLASSIFIER}`,
    "u",
  ),
];

function firstNumber(patterns: RegExp[], text: string): number | null {
  for (const pattern of patterns) {
    const word = pattern
      .exec(text)
      ?.slice(1)
      .find((group) => group !== undefined);
    if (word !== undefined) return ZH[word] ?? EN[word] ?? (/\d/.test(word) ? Number(word) : 1);
  }
  return null;
}

/** What stands behind a number and makes it a measure: "8 inch pan". */
const UNITS =
  /^(?:inch|in|amp|ah|ft|foot|feet|cm|mm|m|l|ml|w|kw|k|kg|g|oz|lb|pin|piece|person|year|years|day|days|week|weeks|hour|hours|minutes?|month|months|x)$/;
const NAME_WITHIN_WORDS = 4;

/** The number said of a thing: "one pair of the jeans", "2 of the scented candles"; `isName` knows the words of its name. */
export function countBefore(text: string, isName: (word: string) => boolean): number | null {
  const said = text.split(/[^a-z0-9'-]+/).filter(Boolean);
  for (const [at, word] of said.entries()) {
    const count = EN[word] ?? (/^\d{1,2}$/.test(word) ? Number(word) : 0);
    const next = said[at + 1] ?? "";
    if (count < 1 || UNITS.test(next) || word === "both") continue;
    if (said.slice(at + 1, at + 1 + NAME_WITHIN_WORDS).some(isName)) return count;
  }
  return null;
}

/** How many pieces stay with the customer: "I only need 5", "只要一个". Null when that isn't said. */
export const keptIn = (text: string): number | null =>
  firstNumber(ASKED, text) === null ? firstNumber(KEPT, text) : null;

/** How many pieces are meant: those beside the verb, else the smallest number said ("one of my two" means one). Null when none is. */
export function countIn(text: string): number | null {
  const asked = firstNumber(ASKED, text);
  if (asked !== null && asked > 0) return asked;
  const counts: number[] = [];
  for (const match of text.matchAll(
    new RegExp(`(?<!第|上|这|那|下|每|另)([一两二俩三四五六七八九十]|(?<![\\d.])\\d{1,2})\\s?${CLASSIFIER}`, "gu"),
  ))
    counts.push(ZH[match[1] ?? ""] ?? Number(match[1]));
  for (const match of text.matchAll(
    /\b(?:just|only|return|of the|send|cancel)?\s?(one|two|three|four|five|six|\d{1,2}) (?:of|outta|out of|more of|sets?|pairs?|packs?|box(?:es)?|bottles?|bags?|tins?|jars?|rolls?|skeins?|balls?|cards?)?/g,
  ))
    if (/\bof\b|outta|sets?|pairs?|packs?|box|bottle|bag|tin|jar|roll|skein|ball|card|just|only/.test(match[0]))
      counts.push(EN[match[1] ?? ""] ?? Number(match[1]));
  if (
    /\b(?:just|only)\b.*\b(?:that|the|this) one\b|\bone(?:'s| is| was| has| had| came| arrived| broke| leaks| won't| doesn't)\b/.test(
      text,
    )
  )
    counts.push(1);
  const leading = /^(?:just |only )?(one|two|three|four) (?!of|that|i|with|from|in|where|which)[a-z]/.exec(text)?.[1];
  if (leading) counts.push(EN[leading] ?? 1);
  const found = counts.filter((count) => count > 0);
  return found.length > 0 ? Math.min(...found) : null;
}

const ORDINALS: Array<[RegExp, number]> = [
  [/第一|头一|^1$|\bfirst\b|^one$|\b#?1st\b/, 0],
  [/第二|^2$|\bsecond\b|^two$/, 1],
  [/第三|^3$|\bthird\b|^three$/, 2],
  [/第四|^4$|\bfourth\b/, 3],
  [/第五|^5$|\bfifth\b/, 4],
];

/** Position in a list that was offered; null when none is named. */
export function ordinalIn(text: string, length: number): number | null {
  if (/最后(?:一|那)?|末尾|\blast (?:one|item)?\b/.test(text) && !/last (?:week|month|order|night)/.test(text))
    return length - 1;
  const found = ORDINALS.find(([pattern]) => pattern.test(text.trim()))?.[1];
  return found !== undefined && found < length ? found : null;
}
