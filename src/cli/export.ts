/** `npm run export -- sft|lora|dpo …`: reviewed conversations of the running instance as training data (M8, docs/fine-tuning.md). */

import { createHmac } from "node:crypto";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createDemoShop } from "../commerce/demo-shop.ts";
import type { Config } from "../config.ts";
import { journalPath, loadConfig } from "../config.ts";
import type { ExportReport } from "../export/run.ts";
import { exportTraining } from "../export/run.ts";
import type { ExportFormat, ExportKind, ExportOptions, LeftOut } from "../export/types.ts";
import { ExportError, LEFT_OUT } from "../export/types.ts";
import { createKnowledgeStore } from "../knowledge/store.ts";
import { openJournal } from "../safety/erasure/journal.ts";
import { deriveKey } from "../safety/keys/derive.ts";
import { audited, auditKey, runCommand } from "./instance.ts";
import { withKeyring } from "./keyring.ts";

const USAGE = `Usage: npm run export -- sft|lora|dpo [--tenant T] [--out DIR] [--format openai|llama-factory] [--with-files]
         [--seed 1] [--test-share 0.1] [--since DATE] [--until DATE] [--consent-field trainingConsent] [--force]`;
const root = fileURLToPath(new URL("../..", import.meta.url));
const KINDS: readonly ExportKind[] = ["sft", "lora", "dpo"];
const FORMATS: readonly ExportFormat[] = ["openai", "llama-factory"];
const TEST_SHARE_MAX = 0.5;
const ID_CHARACTERS = 16;

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;
const parse = () =>
  parseArgs({
    allowPositionals: true,
    options: {
      ...{ tenant: text, out: text, format: text, since: text, until: text, seed: text, "test-share": text },
      ...{ "consent-field": text, "with-files": flag, force: flag },
    },
  });
type Values = ReturnType<typeof parse>["values"];

function date(name: string, value: string | undefined): Date | null {
  if (value === undefined) return null;
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) throw new ExportError(`--${name} is no date: ${value}`);
  return at;
}

function number(name: string, value: string, ok: (value: number) => boolean, what: string): number {
  const parsed = Number(value);
  if (value.trim() === "" || !ok(parsed)) throw new ExportError(`--${name} is ${what}, not ${value}`);
  return parsed;
}

function optionsFrom(config: Config, verb: string | undefined, values: Values): ExportOptions {
  const kind = KINDS.find((known) => known === verb);
  const format = FORMATS.find((known) => known === (values.format ?? (kind === "lora" ? "llama-factory" : "openai")));
  if (!kind || !format) throw new ExportError(USAGE);
  const share = (value: number): boolean => value >= 0 && value <= TEST_SHARE_MAX;
  return {
    ...{ kind, format, tenant: values.tenant ?? config.TENANT },
    seed: number("seed", values.seed ?? "1", Number.isSafeInteger, "a whole number"),
    testShare: number("test-share", values["test-share"] ?? "0.1", share, "a number from 0 to 0.5"),
    since: date("since", values.since),
    until: date("until", values.until),
    consent: config.TRAINING_CONSENT,
    licence: config.TRAINING_LICENSE,
    consentField: values["consent-field"] ?? "trainingConsent",
    files: values["with-files"] ? resolve(root, config.KNOWLEDGE_DIR) : null,
  };
}

/** The same for the same id as long as AUDIT_KEY is; nobody without it can try ids. */
function pseudonyms(key: string, tenant: string): (kind: string, id: string) => string {
  const secret = deriveKey(key, "training data");
  return (kind, id) =>
    createHmac("sha256", secret)
      .update(JSON.stringify([tenant, kind, id]))
      .digest("hex")
      .slice(0, ID_CHARACTERS);
}

function print({ out, train, test, leftOut }: ExportReport): void {
  console.log(
    `${train} records to train on and ${test} to test with are in ${resolve(out)}; card.md says what they are.`,
  );
  for (const [why, count] of Object.entries(leftOut)) console.log(`  left out, ${count}: ${LEFT_OUT[why as LeftOut]}`);
}

/** As somebody would type it again. */
const shown = (argument: string): string =>
  /^[\w./:=-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;

await runCommand(async () => {
  const { values, positionals } = parse();
  const config = loadConfig();
  const options = optionsFrom(config, positionals[0], values);
  const { tenant, kind } = options;
  const day = new Date().toISOString().slice(0, 10);
  const out = values.out ?? join(config.DATA_DIR, "exports", `${kind}-${tenant}-${day}`);
  await withKeyring(config, async ({ store, keyring }) => {
    // A restored backup brings back keys that were destroyed: what they open is left out as well.
    const tombstones = await openJournal(journalPath(config)).read();
    const known = await store.tombstones.find().toArray();
    keyring.refuse([...tombstones.map(({ kid }) => kid), ...known.map(({ _id }) => _id)]);
    const report = await exportTraining(
      {
        ...{ store, knowledge: createKnowledgeStore(store), sealer: keyring, now: () => new Date() },
        orderShapes: await createDemoShop(store, keyring).orderShapes(tenant),
        knowledgeDir: resolve(root, config.KNOWLEDGE_DIR),
        pseudonym: pseudonyms(await auditKey(config), tenant),
        audit: (refs) => audited(config, store, { tenant, kind: "export", what: "training data", refs }),
        onProgress: (seen) => process.stderr.isTTY && process.stderr.write(`\r${seen} records`),
      },
      options,
      { out, force: values.force, command: `npm run export -- ${process.argv.slice(2).map(shown).join(" ")}` },
    );
    if (process.stderr.isTTY) process.stderr.write("\r");
    print(report);
  });
});
