/** `npm run knowledge -- import FILE …`: logs of human agents into the running instance. */
import { access, constants, mkdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Config } from "../config.ts";
import { limitOpenMp, loadConfig } from "../config.ts";
import { loadColumns } from "../knowledge/logs/columns.ts";
import type { ImportResult } from "../knowledge/logs/import.ts";
import { importLog } from "../knowledge/logs/import.ts";
import type { LogFormat } from "../knowledge/logs/open.ts";
import { FORMATS, openLog } from "../knowledge/logs/open.ts";
import type { Store } from "../store/mongo.ts";
import { openStore } from "../store/mongo.ts";
import type { CountedProgress } from "./counted-progress.ts";
import { createCountedProgress } from "./counted-progress.ts";
import { addresses, auditKey } from "./instance.ts";
import { mineAndTell } from "./knowledge-mine.ts";

export const usage = [
  `import FILE... [--format ${FORMATS.join("|")}] [--columns MAP.json] [--source NAME] [--tenant T] [--max-bad-percent 5] [--dry-run] [--again] [--no-mine]`,
];
const BAD_ROWS_SHOWN = 20;

const number = (value: number): string => value.toLocaleString("en-US");

/** Beside the file, or in the data folder where that can't be written. */
async function reportPath(config: Config, file: string): Promise<string> {
  const writable = await access(dirname(resolve(file)), constants.W_OK).then(
    () => true,
    () => false,
  );
  if (writable) return `${file}.rejected`;
  const folder = join(config.DATA_DIR, "logs");
  await mkdir(folder, { recursive: true });
  return join(folder, `${basename(file)}.rejected`);
}

function tell(file: string, report: string, { counts, outcome, finishedAt, ...result }: ImportResult): void {
  const { conversations, messages, known, skipped, bad } = counts;
  if (outcome === "already") {
    console.log(
      `${file}: imported already on ${finishedAt?.toISOString().slice(0, 16) ?? ""}; nothing to do (--again reads it again).`,
    );
    return;
  }
  const resumed = result.resumedAt > 0 ? `, went on behind row ${number(result.resumedAt)}` : "";
  const words = {
    checked: `${number(messages)} messages can be imported`,
    imported: `${number(messages)} new messages, ${number(conversations)} new conversations, ${number(known)} messages known already`,
    stopped: `stopped; ${number(messages)} new messages so far. The same command goes on from there`,
  };
  console.log(
    `${file}: ${words[outcome]}, ${number(skipped)} without text or private, ${number(bad)} bad rows${resumed}.`,
  );
  if (bad > 0 && outcome !== "checked") console.log(`Bad rows are listed in ${report}.`);
}

interface Parts {
  config: Config;
  store: Store;
  progress: CountedProgress;
  signal: AbortSignal;
}

async function importOne(
  { config, store, progress, signal }: Parts,
  path: string,
  values: Values,
): Promise<ImportResult> {
  const format = (values.format ?? "generic") as LogFormat;
  const columns = values.columns === undefined ? null : await loadColumns(values.columns);
  const file = await openLog(path, format, columns);
  const report = await reportPath(config, path);
  let shown = 0;
  const result = await importLog(file, (await stat(path)).size, {
    ...{ store, tenant: values.tenant ?? config.TENANT, source: values.source ?? format, signal },
    ...{ auditKey: await auditKey(config), reportPath: report, maxBadShare: percent(values) / 100 },
    ...{ dryRun: values["dry-run"] ?? false, again: values.again ?? false },
    onBad: ({ where, problem }) => {
      if (++shown <= BAD_ROWS_SHOWN) progress.line(`${path}: ${where}: ${problem}`);
      else if (shown === BAD_ROWS_SHOWN + 1) progress.line("… more bad rows: see the report");
    },
    onProgress: ({ phase, done, total, unit }) =>
      progress.show(
        phase === "checking" ? `Checking ${basename(path)}` : `Importing ${basename(path)}`,
        done,
        total,
        unit,
      ),
  });
  progress.done();
  tell(path, report, result);
  return result;
}

type Values = ReturnType<typeof parse>["values"];

function percent(values: Values): number {
  const share = Number(values["max-bad-percent"] ?? "5");
  if (!(share >= 0 && share <= 100)) throw new Error("--max-bad-percent is a number from 0 to 100");
  return share;
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...{ format: text, columns: text, source: text, tenant: text, "max-bad-percent": text },
      ...{ "dry-run": flag, again: flag, "no-mine": flag },
    },
  });
}

export async function run(args: string[]): Promise<void> {
  const { values, positionals } = parse(args);
  if (positionals.length === 0) throw new Error(`Usage: npm run knowledge -- ${usage.join("")}`);
  if (values.format !== undefined && !FORMATS.some((format) => format === values.format))
    throw new Error(`--format is one of ${FORMATS.join(", ")}`);
  limitOpenMp();
  const config = loadConfig();
  const store = await openStore((await addresses(config)).mongodbUri);
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once("SIGINT", onInterrupt);
  const progress = createCountedProgress(process.stderr);
  try {
    for (const path of positionals) {
      const { outcome } = await importOne({ config, store, progress, signal: stop.signal }, path, values);
      if (outcome === "stopped") return;
    }
    if (values["dry-run"] || values["no-mine"]) return;
    // What is imported is safe; mining may be interrupted at any point and begins again.
    process.off("SIGINT", onInterrupt);
    await mineAndTell(config, store, values.tenant ?? config.TENANT);
  } finally {
    progress.done();
    await store.close();
  }
}
