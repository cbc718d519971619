import type { Locale } from "./types.ts";

/** Customers are answered in the language they write: Chinese characters decide; without any, two Latin words do. */
export function localeOf(text: string, current: Locale): Locale {
  if (/\p{Script=Han}/u.test(text)) return "zh";
  return /[a-z]{2,}[^a-z]+[a-z]{2,}|^[a-z]{3,}$/i.test(text.trim()) ? "en" : current;
}
