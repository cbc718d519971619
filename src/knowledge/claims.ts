/** A number with what it counts: "15 天", "¥10", "9:00", "3 working days". */
export interface Claim {
  /** Times in minutes or months, clock times as "9:00", everything else as written. */
  value: string;
  unit: string | null;
}

/** Units that are one another's multiples are counted in the smallest: a week is seven days. */
const UNITS: Array<[RegExp, string, number]> = [
  [/^(?:个)?工作日|^(?:working|business) days?/, "workday", 1],
  [/^(?:个)?小时|^hours?|^hrs?\b/, "minute", 60],
  [/^分钟|^minutes?|^mins?\b/, "minute", 1],
  [/^个?(?:星期|礼拜)|^周(?!年)|^weeks?/, "minute", 7 * 24 * 60],
  [/^天|^日(?!元)|^(?:calendar )?days?/, "minute", 24 * 60],
  [/^个?月(?!\d)|^months?/, "month", 1],
  [/^年|^years?/, "month", 12],
  [/^元|^块|^人民币|^yuan|^rmb|^cny/, "money", 1],
  [/^%|^percent|^per cent/, "percent", 1],
  [/^折/, "discount", 1],
  [/^点(?!数)|^o'clock/, "clock", 1],
];
const ZH_DIGITS = "零一二三四五六七八九";
const EN_NUMBERS =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(
    " ",
  );
const EN_TENS: Record<string, number> = { thirty: 30, forty: 40, fifty: 50, sixty: 60, ninety: 90, half: 0.5 };
const EN_UNIT = "(?:working |business |calendar )?(?:day|week|month|year|hour|minute|yuan|percent)";

/** Number words as digits where they count something: "一般" and "one of them" count nothing. */
const inDigits = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/(\d),(?=\d{3})/g, "$1")
    .replace(/第[一二三四五六七八九十]+/g, " ")
    .replace(
      /([零一二两三四五六七八九十百半]+)(?=\s*(?:个?工作日|个?小时|个?月(?!饼)|分钟|个?星期|个?礼拜|周|天|日内|年|元|块|折|点(?:钟|半|到|前|后)))/g,
      (word) => String(zhNumber(word)),
    )
    .replace(
      new RegExp(`\\b(an?|${[...EN_NUMBERS, ...Object.keys(EN_TENS)].join("|")})(?=[ -]${EN_UNIT})`, "g"),
      (word) => String(word.startsWith("a") && word.length < 3 ? 1 : (EN_TENS[word] ?? EN_NUMBERS.indexOf(word))),
    );

function zhNumber(word: string): number {
  if (word.includes("半")) return 0.5;
  const digit = (text: string | undefined, none: number): number =>
    text ? Math.max(0, ZH_DIGITS.indexOf(text.replace("两", "二"))) : none;
  const hundreds = /(.)百/.exec(word);
  const tens = /([^百]?)十(.?)/.exec(word);
  const rest = tens ? digit(tens[1], 1) * 10 + digit(tens[2], 0) : digit(word.replace(/.*百零?/, ""), 0);
  return (hundreds ? digit(hundreds[1], 0) * 100 : 0) + rest;
}

const NUMBER = /([¥￥$])?\s?(\d{1,2}:\d{2}|\d+(?:\.\d+)?)\s?(am\b|pm\b)?[ -]?/g;
/** "10 到 15 元": the first is in the unit of the second. */
const RANGE = /^\s*(?:[-–—~～]|to|and|or|到|至|和|或)\s*$/;

/** The text without its numbers and what they count. */
export const withoutClaims = (text: string): string => {
  const plain = inDigits(text);
  let rest = "";
  let from = 0;
  for (const match of plain.matchAll(NUMBER)) {
    if (match.index < from) continue;
    rest += `${plain.slice(from, match.index)} `;
    from = match.index + match[0].length;
    const after = plain.slice(from);
    from += UNITS.map(([pattern]) => pattern.exec(after)?.[0].length ?? 0).find((length) => length > 0) ?? 0;
    from += /^\s?(?:之内|以内|内)/.exec(plain.slice(from))?.[0].length ?? 0;
  }
  return rest + plain.slice(from);
};

/** Every number the text states, with its unit. */
export function claimsOf(text: string): Claim[] {
  const plain = inDigits(text);
  const found = [...plain.matchAll(NUMBER)].map((match) => {
    const end = match.index + match[0].length;
    const number = match[2] ?? "";
    if (number.includes(":") || match[3])
      return { start: match.index, end, value: clock(number, match[3]), unit: "clock", factor: 0 };
    const after = plain.slice(end);
    const [, unit = null, factor = 1] = match[1]
      ? [null, "money", 1]
      : (UNITS.find(([pattern]) => pattern.test(after)) ?? []);
    return { start: match.index, end, value: number, unit, factor };
  });
  return found.map((claim, index) => {
    const next = found[index + 1];
    const shared = claim.unit === null && next && RANGE.test(plain.slice(claim.end, next.start)) ? next : claim;
    if (shared.unit === "clock") return { value: clock(claim.value, undefined), unit: "clock" };
    return {
      value: shared.unit === null ? claim.value : String(Number(claim.value) * shared.factor),
      unit: shared.unit,
    };
  });
}

function clock(value: string, half: string | undefined): string {
  const [hours = "0", minutes = "00"] = value.split(":");
  return `${Number(hours) + (half === "pm" && Number(hours) < 12 ? 12 : 0)}:${minutes}`;
}

/** A number without a unit is any number: "credit cards 3 to 7" goes on counting the working days before it. */
export const sameClaim = (a: Claim, b: Claim): boolean =>
  a.unit === b.unit
    ? a.value === b.value
    : (a.unit === null || b.unit === null) && plainValues(a).some((value) => plainValues(b).includes(value));

/** What a claim may be when the other has no unit. */
function plainValues({ value, unit }: Claim): string[] {
  if (unit === null || unit === "clock") return [value];
  const factors = UNITS.filter(([, name]) => name === unit).map(([, , factor]) => factor);
  return factors.map((factor) => String(Number(value) / factor));
}
