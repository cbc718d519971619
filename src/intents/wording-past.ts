/** Tells a customer what earlier conversations say (T4): in their words and ours, with the day. */
import { SHOP_TIME_ZONE } from "../commerce/calendar.ts";
import type { Locale } from "../dialogue/types.ts";
import type { Told } from "../memory/types.ts";

const SAID_MAX_CHARACTERS = 80;
const REPLIED_MAX_CHARACTERS = 240;

const dayFormat = (language: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(language, { year: "numeric", month: "long", day: "numeric", timeZone: SHOP_TIME_ZONE });
const DAYS: Record<Locale, Intl.DateTimeFormat> = { zh: dayFormat("zh-CN"), en: dayFormat("en-GB") };

const cut = (text: string, maxCharacters: number): string =>
  text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters - 1)}…`;

const LINES: Record<
  Locale,
  { first: string; told: (day: string, said: string, replied: string) => string; last: string }
> = {
  zh: {
    first: "我查了之前的对话：",
    told: (day, said, replied) => `- ${day}，您说“${said}”，当时的答复是：“${replied}”`,
    last: "如果不是您要找的，请说得再具体一点，或回复“转人工”。",
  },
  en: {
    first: "Here is what I find in our earlier conversations:",
    told: (day, said, replied) => `- On ${day} you said “${said}”, and the answer was: “${replied}”`,
    last: "If that isn't it, tell me a little more, or reply “human please”.",
  },
};

/** The answer to a question about earlier conversations. @param told nearest first */
export function wordTold(locale: Locale, told: Told[]): string {
  const { first, told: line, last } = LINES[locale];
  const lines = told.map(({ at, said, replied }) =>
    line(DAYS[locale].format(at), cut(said, SAID_MAX_CHARACTERS), cut(replied, REPLIED_MAX_CHARACTERS)),
  );
  return [first, ...lines, last].join("\n");
}

/** Stands below an order's status: what was promised when it was changed. */
export function wordPromise(locale: Locale, { at, replied }: Told): string {
  const day = DAYS[locale].format(at);
  const words = cut(replied, REPLIED_MAX_CHARACTERS);
  return locale === "zh" ? `${day}我们答应您的是：“${words}”` : `As promised on ${day}: “${words}”`;
}
