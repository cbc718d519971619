import type { ReactNode } from "react";
import { createContext, useContext, useEffect, useMemo, useState } from "react";
import type { Locale } from "../api.ts";
import { browserStorage } from "../ui/browser.ts";
import { en } from "./en.ts";
import { zh } from "./zh.ts";

export type TextKey = keyof typeof zh;
type Values = Record<string, string | number>;

export interface I18n {
  locale: Locale;
  setLocale: (locale: Locale) => void;
  t: (key: TextKey, values?: Values) => string;
  /** The text for a word the server chose ("state.COLLECT"), or the word itself when the pages don't know it. */
  word: (group: string, word: string) => string;
}

const texts: Record<Locale, Record<TextKey, string>> = { zh, en };
const storageKey = "colloquy.locale";

function firstLocale(): Locale {
  const stored = browserStorage.read(storageKey);
  if (stored === "zh" || stored === "en") return stored;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

function fill(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

const Context = createContext<I18n | null>(null);

export function I18nProvider({ children }: { children: ReactNode }) {
  const [locale, setLocale] = useState(firstLocale);
  useEffect(() => {
    document.documentElement.lang = locale === "zh" ? "zh-CN" : "en";
    browserStorage.write(storageKey, locale);
  }, [locale]);
  const value = useMemo<I18n>(() => {
    const table: Record<string, string> = texts[locale];
    return {
      locale,
      setLocale,
      t: (key, values) => fill(texts[locale][key], values),
      word: (group, word) => table[`${group}.${word}`] ?? word,
    };
  }, [locale]);
  return <Context value={value}>{children}</Context>;
}

export function useI18n(): I18n {
  const value = useContext(Context);
  if (!value) throw new Error("useI18n needs an I18nProvider above it");
  return value;
}
