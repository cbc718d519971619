/** The configuration as a Markdown table, made from the schema that reads it, so that it can't lie. */
import { z } from "zod";
import { schema } from "../config.ts";

export type DocsLocale = "en" | "zh";

const START = "<!-- config:start -->";
const END = "<!-- config:end -->";

const HEADINGS: Record<DocsLocale, string[]> = {
  en: ["Variable", "Default", "Unit", "What it does"],
  zh: ["变量", "默认值", "单位", "作用"],
};

/** By the end of a variable's name: that is where units stand. */
const UNITS: ReadonlyArray<readonly [suffix: string, unit: Record<DocsLocale, string>]> = [
  ["_PER_S", { en: "1/s", zh: "每秒" }],
  ["_MS", { en: "ms", zh: "毫秒" }],
  ["_S", { en: "s", zh: "秒" }],
  ["_BYTES", { en: "bytes", zh: "字节" }],
  ["_CHARACTERS", { en: "characters", zh: "字符" }],
  ["_EVENTS", { en: "events", zh: "事件" }],
  ["_TIMES", { en: "times", zh: "次" }],
];

interface Property {
  default?: string | number;
  description?: string;
}

const properties = (): Array<[name: string, property: Property]> =>
  Object.entries((z.toJSONSchema(schema, { io: "input" }).properties ?? {}) as Record<string, Property>);

/** Every description in the schema, for the translation's own check. */
export const descriptions = (): string[] => properties().map(([, property]) => property.description ?? "");

/** `translations` maps an English description to Chinese; what it lacks stays English, so that it is never out of date. */
export function configTable(locale: DocsLocale, translations: Record<string, string> = {}): string {
  const rows = properties().map(([name, property]) => {
    const description = property.description ?? "";
    const unit = UNITS.find(([suffix]) => name.endsWith(suffix))?.[1][locale] ?? "";
    const fallback = property.default === undefined ? "" : `\`${property.default}\``;
    return [`\`${name}\``, fallback, unit, translations[description] ?? description];
  });
  const [head, ...body] = [HEADINGS[locale], HEADINGS[locale].map(() => "---"), ...rows].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
  return [head, ...body].join("\n");
}

/**
 * Puts the table between the two markers.
 * @throws Error when the text has no markers
 */
export function withTable(text: string, table: string): string {
  const start = text.indexOf(START);
  const end = text.indexOf(END);
  if (start < 0 || end < start) throw new Error(`The markers ${START} and ${END} are missing.`);
  return `${text.slice(0, start + START.length)}\n${table}\n${text.slice(end)}`;
}
