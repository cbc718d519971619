import { normalize } from "../../understanding/text.ts";

/**
 * What an answer commits itself to: numbers by their unit ("天": {7, 15}), and yes or no. Two answers to one question contradict each
 * other when these do, however alike they sound.
 */
export interface Facts {
  numbers: Map<string, Set<string>>;
  polarity: "yes" | "no" | null;
}

const DIGITS: Record<string, number> = {
  零: 0,
  〇: 0,
  一: 1,
  二: 2,
  两: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
};
const WORDS: Record<string, number> = Object.fromEntries(
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
    .split(" ")
    .map((word, value) => [word, value]),
);
for (const [index, word] of "thirty forty fifty sixty seventy eighty ninety".split(" ").entries())
  WORDS[word] = 30 + index * 10;

/** "四十八" → 48, up to 9999; null for what is no number. */
function chineseNumber(text: string): number | null {
  let total = 0;
  let digit = 0;
  for (const sign of text) {
    const unit = { 十: 10, 百: 100, 千: 1000 }[sign];
    if (unit !== undefined) {
      total += (digit || 1) * unit;
      digit = 0;
    } else {
      const value = DIGITS[sign];
      if (value === undefined) return null;
      digit = digit * (total === 0 && digit > 0 ? 10 : 1) + value;
    }
  }
  return total + digit;
}

/** Units that mean the same, by the shortest name. Order matters: longer ones first. */
const UNITS: Array<[RegExp, string]> = [
  [/^(?:个)?工作日|^(?:working|business) days?/, "workday"],
  [/^(?:个)?(?:小时|钟头)|^(?:h|hrs?|hours?)\b/, "hour"],
  [/^分钟|^(?:min|mins|minutes?)\b/, "minute"],
  [/^(?:个)?(?:自然)?[天日](?!前下单)|^(?:calendar |natural )?days?\b/, "day"],
  [/^(?:个)?(?:周|星期|礼拜)|^weeks?\b/, "week"],
  [/^(?:个)月|^months?\b/, "month"],
  [/^年|^years?\b/, "year"],
  [/^(?:块|元|rmb|yuan|cny)|^(?:dollars?|usd|euros?|eur|pounds?|gbp)\b/, "money"],
  [/^(?:%|percent\b|个百分点)/, "percent"],
  [/^折/, "discount"],
  [/^(?:点|[:：]\d{2}|am\b|pm\b|a\.m|p\.m|o'?clock)/, "clock"],
  [/^(?:公斤|千克|kg\b|kilos?\b)/, "kg"],
  [/^(?:积分|分|points?\b)/, "points"],
  [/^期|^(?:instal\w*)/, "instalment"],
  [/^(?:件|个|次|张|位|份|条|台|只|times?\b|items?\b|people\b)/, "count"],
];
const NUMBER =
  /(?<money>[¥￥$€£])\s?(?<cash>\d[\d,]*(?:\.\d+)?)|(?<digits>\d[\d,]*(?:\.\d+)?)|(?<han>[零〇一二两三四五六七八九十百千]+)|(?<word>\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b)/giu;
const RANGE = /^\s?(?:[-–~～到至]|to|or|或)\s?(?=[\d零一二两三四五六七八九十a-z])/i;

function unitOf(rest: string): string | null {
  const trimmed = rest.replace(/^[\s-]+/, "");
  for (const [pattern, unit] of UNITS) if (pattern.test(trimmed)) return unit;
  // "7 到 10 天": the first number has the unit of the second.
  const range = RANGE.exec(rest);
  if (range === null) return null;
  const after = rest.slice(range[0].length).replace(/^(?:\d[\d,.]*|[零〇一二两三四五六七八九十百千]+|[a-z]+)/i, "");
  for (const [pattern, unit] of UNITS) if (pattern.test(after.replace(/^[\s-]+/, ""))) return unit;
  return null;
}

/** Numbers with their units: [value, unit, where the number begins, where it ends]. */
export function numbersIn(text: string): Array<{ value: string; unit: string; start: number; end: number }> {
  const found: Array<{ value: string; unit: string; start: number; end: number }> = [];
  for (const match of text.matchAll(NUMBER)) {
    const { money, cash, digits, han, word } = match.groups ?? {};
    const end = match.index + match[0].length;
    const priced =
      money !== undefined || (/满\s?$/.test(text.slice(0, match.index)) && !unitOf(text.slice(end, end + 24)));
    const unit = priced ? "money" : unitOf(text.slice(end, end + 24));
    const value =
      (cash ?? digits) !== undefined
        ? Number((cash ?? digits ?? "").replaceAll(",", ""))
        : han !== undefined
          ? chineseNumber(han)
          : (WORDS[(word ?? "").toLowerCase()] ?? null);
    // Without a unit, only digits count: "一下" and "one of them" are no numbers.
    if (value === null || (unit === null && digits === undefined)) continue;
    if (unit === "count" && digits === undefined) continue;
    found.push({ value: String(value), unit: unit ?? "", start: match.index, end });
  }
  return found;
}

const NO =
  /不(?:可以|能|行|支持|提供|接受|可|会|用|需要|收|包|含|退|换|属于)|无法|没有|暂(?:不|无)|(?:^|[,，。])(?:不是|没)|\b(?:no|cannot|can'?t|can not|don'?t|doesn'?t|do not|does not|won'?t|will not|isn'?t|is not|aren'?t|are not|unable|unfortunately|never)\b/i;
const YES =
  /^(?:是的?|对的?|可以|能|支持|会的?|有的?|行|没问题|当然)(?!.{0,4}[吗么])|^(?:yes|yep|yeah|sure|of course|certainly|you can|we do|it does|it is|absolutely)\b/i;
/** "不需要", "无需", "no need": a no by its words only. */
const FALSE_NO =
  /不(?:仅|但|过|同|管|论|限|如|超过|少于)|no (?:problem|worries|later|more than|less than|matter)|not only/gi;

/** The first clause says yes or no; later ones have conditions. */
function polarityOf(text: string): Facts["polarity"] {
  const first =
    text
      .replace(FALSE_NO, "")
      .split(/[,，。.;；!！]/)
      .find((clause) => clause.trim() !== "") ?? "";
  if (NO.test(first)) return "no";
  return YES.test(first.trim()) ? "yes" : null;
}

export function factsOf(text: string): Facts {
  const plain = normalize(text);
  const numbers = new Map<string, Set<string>>();
  for (const { value, unit } of numbersIn(plain)) numbers.set(unit, (numbers.get(unit) ?? new Set()).add(value));
  return { numbers, polarity: polarityOf(plain) };
}

/** Units both speak of without one value in common; "polarity" when one says yes and the other no. */
export function conflicts(a: Facts, b: Facts): string[] {
  const units = [...a.numbers].flatMap(([unit, values]) => {
    const other = b.numbers.get(unit);
    return unit !== "" && unit !== "count" && other && ![...values].some((value) => other.has(value)) ? [unit] : [];
  });
  const opposed = a.polarity !== null && b.polarity !== null && a.polarity !== b.polarity;
  return opposed ? [...units, "polarity"] : units;
}
