import { isHan, normalize, stem } from "../understanding/text.ts";

/** What may stand in a question without changing what is asked. Not who: "do I pay?" and "do you pay?" have opposite answers. */
const FILLERS =
  /请问一下|请问|麻烦|劳驾|您好|你好|哈喽|在吗|谢谢|多谢|我想知道|我想问下|我想问|想问下|想问|一下|我的|一般|大概|需要|的话|[的了吗呢啊呀吧嘛哦噢么哈是都就要还来啦]/g;
/** Words that may be exchanged for each other; numbers, names and negations are in no row. */
const SAME: Array<[RegExp, string]> = [
  [/你们家|你们|您/g, "你"],
  [/可不可以|能不能|可否|可以|能够|能否/g, "能"],
  [/会不会/g, "会"],
  [/有没有/g, "有"],
  [/是不是/g, ""],
  [/怎么办理?|怎么操作|怎么弄|如何|怎样/g, "怎么"],
  [/多长时间|多少时间/g, "多久"],
  [/几天之内|几天以内|多少天之?内|多少天/g, "几天内"],
  [/邮费|快递费/g, "运费"],
  [/谁付|谁承担|算谁/g, "谁出"],
  [/(退|换)货/g, "$1"],
  [/质保/g, "保修"],
  [/支付/g, "付款"],
  [/拆封|拆开/g, "拆"],
];
const SAME_EN: Record<string, string> = {
  postage: "shipping",
  cover: "pay",
  something: "item",
  product: "item",
  package: "parcel",
  voucher: "coupon",
  colour: "color",
  money: "refund",
  overseas: "abroad",
  internationally: "abroad",
  u: "you",
};
const FILLERS_EN = new Set(
  "a an the me my us your it its this that do does did can could may will would should is are am be was to of for have has had get there any please pls hi hello hey thanks thank quick question and so still tell know like want".split(
    " ",
  ),
);
const ZH_DIGITS = "零一二三四五六七八九";
const EN_NUMBERS =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split(" ");
const EN_TENS: Record<string, string> = { twenty: "20", thirty: "30", forty: "40", sixty: "60", ninety: "90" };

/**
 * The words that tell one question from another, sorted: numbers as digits, negations, names, nouns and verbs. Politeness,
 * particles and word order are gone, and words that mean the same are one. For Chinese they are characters, because where a
 * segmenter cuts depends on what stands around. Embeddings alone don't do it: "opened" and "not opened" are nearer to
 * each other than most paraphrases.
 */
export function tellingWords(text: string): string {
  let rest = normalize(text)
    .replace(/can't|cannot/g, "can not")
    .replace(/won't/g, "will not")
    .replace(/n't\b/g, " not");
  for (const [pattern, same] of SAME) rest = rest.replace(pattern, same);
  rest = rest.replace(FILLERS, " ").replace(/[零一二三四五六七八九十]+/g, (numeral) => ` ${zhNumber(numeral)} `);
  const found = rest.match(/\p{Script=Han}|\p{N}+|(?:(?!\p{Script=Han})\p{L})+/gu) ?? [];
  const told = found.filter((word) => !FILLERS_EN.has(word)).map((word) => (isHan(word) ? word : sameWord(word)));
  return [...new Set(told)].sort().join(" ");
}

function sameWord(word: string): string {
  const number = EN_NUMBERS.indexOf(word);
  if (number >= 0) return String(number);
  const stemmed = stem(word);
  return EN_TENS[word] ?? SAME_EN[stemmed] ?? SAME_EN[word] ?? stemmed;
}

/** 1 to 99; longer rows of numerals as they are. */
function zhNumber(numeral: string): string {
  const [, tens, units] = /^([一二三四五六七八九])?十([一二三四五六七八九])?$/.exec(numeral) ?? [];
  const ten = numeral.includes("十") && numeral.length <= 3;
  if (ten) return String((tens ? ZH_DIGITS.indexOf(tens) : 1) * 10 + (units ? ZH_DIGITS.indexOf(units) : 0));
  return [...numeral].map((digit) => Math.max(0, ZH_DIGITS.indexOf(digit))).join("");
}
