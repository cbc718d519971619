import type { Locale } from "../api.ts";

/** Dates and times in the reader's language and zone. */

const tag = (locale: Locale) => (locale === "zh" ? "zh-CN" : "en-GB");

export const clock = (at: string, locale: Locale) =>
  new Intl.DateTimeFormat(tag(locale), { hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date(at));

export const day = (at: string, locale: Locale) => {
  const sameYear = new Date(at).getFullYear() === new Date().getFullYear();
  return new Intl.DateTimeFormat(tag(locale), {
    month: "long",
    day: "numeric",
    weekday: "short",
    ...(sameYear ? {} : { year: "numeric" }),
  }).format(new Date(at));
};

export const fullDay = (at: string, locale: Locale) =>
  new Intl.DateTimeFormat(tag(locale), { year: "numeric", month: "short", day: "numeric" }).format(new Date(at));

export const shortDay = (at: string, locale: Locale) =>
  new Intl.DateTimeFormat(tag(locale), { month: "short", day: "numeric" }).format(new Date(at));

/** "today", "yesterday" or null, on the reader's calendar. */
export function relativeDay(at: string, now = new Date()): "today" | "yesterday" | null {
  const then = new Date(at).toDateString();
  if (then === now.toDateString()) return "today";
  return then === new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1).toDateString() ? "yesterday" : null;
}

export function money(amount: number, currency: string | undefined, locale: Locale): string {
  try {
    return new Intl.NumberFormat(tag(locale), {
      style: "currency",
      currency: currency ?? "CNY",
      currencyDisplay: "narrowSymbol",
    }).format(amount);
  } catch {
    // A shop may name a currency that is not one of ISO 4217.
    return `${amount} ${currency}`;
  }
}

/** A duration as a stopwatch shows it: 0:42, 12:05, 1:03:20. */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
