import { dayNumber, weekdayOf } from "../commerce/calendar.ts";

/** Days a customer means by "yesterday", "last week", "周一的", as ages counted back from today; null when none is named. */
export interface DayRange {
  /** Whole days ago, both ends included: from the older to the newer. */
  oldest: number;
  newest: number;
}

const ZH_NUMBERS: Record<string, number> = {
  一: 1,
  两: 2,
  二: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
  十: 10,
  半: 0,
};
const EN_NUMBERS: Record<string, number> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  couple: 2,
};
const ZH_DAYS = "日一二三四五六";
const EN_DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const toNumber = (word: string): number => Number(word) || (ZH_NUMBERS[word] ?? EN_NUMBERS[word] ?? 1);
const about = (days: number, slack: number): DayRange => ({ oldest: days + slack, newest: Math.max(0, days - slack) });

const FIXED: Array<[RegExp, DayRange]> = [
  [/大前天/, about(3, 0)],
  [/前天|day before yesterday/, about(2, 0)],
  [/昨(?:天|晚|日)|yesterday|last night/, about(1, 0)],
  [/今(?:天|早|晚)|刚刚下单|\btoday\b|this morning/, about(0, 0)],
  [
    /前(?:几|些|两)天|(?:几|好几)天(?:之)?前|这(?:几|两)天|\b(?:a )?(?:few|couple of|several) days|the other day|some days|recently|lately/,
    { oldest: 9, newest: 1 },
  ],
  [/上(?:个)?(?:周|礼拜|星期)(?![一二三四五六日天])|\blast week\b/, { oldest: 14, newest: 4 }],
  [/这(?:个)?(?:周|礼拜|星期)(?![一二三四五六日天])|\bthis week\b/, { oldest: 7, newest: 0 }],
  [/上个?月|\blast month\b/, { oldest: 62, newest: 20 }],
  [/一个?多?(?:星期|周|礼拜)(?:之)?前|\b(?:about |around )?a week (?:ago|back)/, about(7, 3)],
  [/(?:一个|个把)月(?:之)?前|\ba month (?:ago|back)/, about(30, 10)],
];

/** The range the text names. `now` decides which day "Monday" was. */
export function dayRange(text: string, now: Date): DayRange | null {
  const counted =
    /([一两二三四五六七八九十]|\d+)\s?天(?:之)?前|\b(a|an|one|two|three|four|five|six|seven|eight|nine|ten|\d+) days? (?:ago|back)/.exec(
      text,
    );
  if (counted) return about(toNumber(counted[1] ?? counted[2] ?? "1"), 1);
  const weeks = /([两二三四]|\d+)\s?(?:个)?(?:星期|周|礼拜)(?:之)?前|\b(two|three|four|\d+) weeks? (?:ago|back)/.exec(
    text,
  );
  if (weeks) return about(toNumber(weeks[1] ?? weeks[2] ?? "2") * 7, 4);
  const zhDay = /(上)?(?:个)?(?:周|礼拜|星期)([一二三四五六日天])/.exec(text);
  const enDay = new RegExp(`\\b(last )?(${EN_DAYS.join("|")})`).exec(text);
  const weekday = zhDay
    ? ZH_DAYS.indexOf((zhDay[2] ?? "日").replace("天", "日"))
    : enDay
      ? EN_DAYS.indexOf(enDay[2] ?? "")
      : -1;
  if (weekday >= 0) {
    const ago = (weekdayOf(now) - weekday + 7) % 7;
    return (zhDay?.[1] ?? enDay?.[1]) ? { oldest: ago + 7, newest: ago } : about(ago, 0);
  }
  const date = calendarDay(text, now);
  if (date !== null) return about(date, 0);
  return FIXED.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

const MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december".split("|");
const MONTH = MONTHS.map((month) => `${month.slice(0, 3)}(?:${month.slice(3)})?`).join("|");
const EN_DATE = new RegExp(
  `\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? (${MONTH})\\b|\\b(${MONTH}) (\\d{1,2})(?:st|nd|rd|th)?\\b`,
);

/** Days since the date the text names ("18 November", "11月18号", "18号"), the last time it was; null when it names none. */
function calendarDay(text: string, now: Date): number | null {
  const zh = /(?:(\d{1,2})\s?月\s?)?(\d{1,2})\s?[号日](?!码|色|线)/.exec(text);
  const en = EN_DATE.exec(text);
  const day = Number(zh?.[2] ?? en?.[1] ?? en?.[4] ?? Number.NaN);
  if (!(day >= 1 && day <= 31)) return null;
  const named = en
    ? MONTHS.findIndex((month) => month.startsWith((en[2] ?? en[3] ?? "").slice(0, 3)))
    : Number(zh?.[1] ?? 0) - 1;
  for (let back = 0; back < DAYS_BACK_MAX; back++) {
    const date = new Date(now.getTime() - back * DAY_MS);
    if (date.getUTCDate() === day && (named < 0 || date.getUTCMonth() === named)) return back;
  }
  return null;
}
const DAY_MS = 86_400_000;
const DAYS_BACK_MAX = 366;

/** Whole calendar days between an ISO time and now. */
export const daysAgo = (iso: string, now: Date): number => dayNumber(now) - dayNumber(new Date(iso));

export const ARRIVED =
  /到(?:的|货|手|了)|收到|送(?:来|到)|签收|寄来|\b(?:arriv\w*|deliver\w*|came|got|received|delivery)\b/i;
export const BOUGHT = /买|下(?:的)?单|拍的|订的|\b(?:bought|ordered|purchased|order)\b/i;
export const LATEST =
  /刚(?:刚)?(?:买|到|下|收|拍)|新(?:到|买|收)|最(?:近|新)|才买|\b(?:just (?:bought|ordered|got|arrived)|latest|most recent|newest|my last|recent)\b/i;
export const EARLIER =
  /早先|之前(?:买)?的?那|以前|更早|老的那|\boldest\b|\bearliest\b|\b(?:older|earlier|previous|first) (?:one|order|pair)\b/i;
