/**
 * `npm run make-logs [-- --messages 24000 --seed 1 --format csv|jsonl|chatwoot --locale zh|en --out DIR]`: writes made-up logs of human
 * agents to try the import on, half of the messages in Chinese and half in English.
 */
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { loadConfig } from "../config.ts";
import { toChatwoot, toCsv, toJsonl } from "../evaluation/logs/formats.ts";
import type { MakeLogsOptions } from "../evaluation/logs/make.ts";
import { makeConversations, makeLogs } from "../evaluation/logs/make.ts";
import { runCommand } from "./instance.ts";

const USAGE =
  "Usage: npm run make-logs [-- --messages 24000 --seed 1 --format csv|jsonl|chatwoot --locale zh|en --out DIR]";
const LOCALES = ["zh", "en"] as const;

const FORMATS = {
  csv: { ending: "csv", text: (options: MakeLogsOptions) => toCsv(makeLogs(options)) },
  jsonl: { ending: "jsonl", text: (options: MakeLogsOptions) => toJsonl(makeLogs(options)) },
  chatwoot: { ending: "chatwoot.json", text: (options: MakeLogsOptions) => toChatwoot(makeConversations(options)) },
};

function optionsFrom() {
  const { values } = parseArgs({
    options: {
      messages: { type: "string", default: "24000" },
      seed: { type: "string", default: "1" },
      format: { type: "string", default: "csv" },
      locale: { type: "string" },
      out: { type: "string" },
    },
  });
  const messages = Number(values.messages);
  const seed = Number(values.seed);
  const { format } = values;
  const locales = LOCALES.filter((locale) => values.locale === undefined || values.locale === locale);
  if (!Number.isInteger(messages) || messages < 2 || !Number.isInteger(seed) || locales.length === 0)
    throw new Error(USAGE);
  if (format !== "csv" && format !== "jsonl" && format !== "chatwoot") throw new Error(USAGE);
  return { messages, seed, format: FORMATS[format], locales, out: values.out };
}

await runCommand(async () => {
  const { messages, seed, format, locales, out } = optionsFrom();
  const folder = out ?? join(loadConfig().DATA_DIR, "logs");
  await mkdir(folder, { recursive: true });
  for (const [index, locale] of locales.entries()) {
    const share = Math.floor(messages / locales.length) + (index === 0 ? messages % locales.length : 0);
    const path = join(folder, `demo-${locale}.${format.ending}`);
    await pipeline(Readable.from(format.text({ seed, messages: share, locale })), createWriteStream(path));
    console.log(`${path}: ${share} messages`);
  }
});
