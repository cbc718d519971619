/**
 * `npm run evaluate -- --knowledge [--tenant T --locale zh|en --limit N --recall --failures --write --as before|day-one|after-gaps]`: asks the
 * running system the questions of data/evaluation/knowledge as customers, judges the replies, prints the table and, with --write, puts
 * it between its markers in docs/knowledge.md.
 */
import { readFile, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createTokens } from "../api/auth.ts";
import { loadConfig } from "../config.ts";
import { readInstance } from "../embedded/instance.ts";
import { createProgressDisplay } from "../embedded/progress.ts";
import type { KnowledgeResult } from "../evaluation/knowledge.ts";
import { loadKnowledgeQuestions, runKnowledge } from "../evaluation/knowledge.ts";
import { askOverHttp } from "../evaluation/knowledge-http.ts";
import { wordKnowledgeReport } from "../evaluation/knowledge-report.ts";
import { openStore } from "../store/mongo.ts";
import { commitOf, machineOf } from "./evaluate-facts.ts";
import { openRecall } from "./evaluate-recall.ts";
import { addresses, jwtSecret } from "./instance.ts";

const USAGE = `Usage: npm run evaluate -- --knowledge [--tenant T] [--locale zh|en] [--limit N] [--recall] [--failures] [--write] [--as before|day-one|after-gaps]`;
const page = join(fileURLToPath(new URL("../..", import.meta.url)), "docs", "knowledge.md");
const LOCALES = ["zh", "en"] as const;
/** The worker has the same cores: more at once only wait for each other. */
const AT_ONCE = 3;
const TELL_EVERY = 10;

function optionsFrom(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      knowledge: { type: "boolean" },
      tenant: { type: "string" },
      locale: { type: "string" },
      limit: { type: "string" },
      recall: { type: "boolean", default: false },
      failures: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      as: { type: "string", default: "day-one" },
    },
  });
  const locales = LOCALES.filter((locale) => values.locale === undefined || values.locale === locale);
  const limit = values.limit === undefined ? null : Number(values.limit);
  const { as } = values;
  if (
    locales.length === 0 ||
    (limit !== null && !(limit > 0)) ||
    (as !== "before" && as !== "day-one" && as !== "after-gaps")
  )
    throw new Error(USAGE);
  if (values.write && (limit !== null || locales.length < LOCALES.length))
    throw new Error("--write is for a whole run: leave --limit and --locale out.");
  return { ...values, as, locales, limit };
}

/** What the tenant's own entries are, as the tables' reader has to know. */
async function knowsOf(mongodbUri: string, tenant: string): Promise<string> {
  const store = await openStore(mongodbUri);
  try {
    const [live, drafts, reviewed, conversations] = await Promise.all([
      store.knowledgeEntries.countDocuments({ tenant, status: "live" }),
      store.knowledgeEntries.countDocuments({ tenant, status: "draft" }),
      store.knowledgeEntries.countDocuments({ tenant, status: "live", reviewed: true }),
      store.logConversations.countDocuments({ tenant }),
    ]);
    const own = `${live} live entries (${reviewed} of them reviewed) and ${drafts} drafts`;
    return `The shop's files, and from ${conversations} conversations of logs ${own}.`;
  } finally {
    await store.close();
  }
}

/** Between its markers. @throws Error when they are missing */
async function write(name: string, text: string): Promise<void> {
  const before = await readFile(page, "utf8");
  const marked = new RegExp(`(<!-- evaluation ${name}: written by npm run evaluate -->\\n)[\\s\\S]*?(<!-- end -->)`);
  if (!marked.test(before)) throw new Error(`docs/knowledge.md has no markers for ${name}.`);
  await writeFile(
    page,
    before.replace(marked, (_, from: string, to: string) => `${from}${text}\n${to}`),
  );
  console.error("docs/knowledge.md: written");
}

function printFailures(results: KnowledgeResult[]): void {
  for (const { question, outcome, detail, recalled } of results)
    if (outcome !== "right")
      console.log(
        `${outcome.toUpperCase()} ${question.locale} ${question.fact ?? "(no fact)"}${recalled === false ? " not recalled" : ""}: ${question.question}\n  ${detail.replaceAll("\n", "\n  ")}`,
      );
}

/** @throws Error when nothing runs, or the options make no sense */
export async function evaluateKnowledge(args: string[]): Promise<void> {
  const options = optionsFrom(args);
  const config = loadConfig();
  const tenant = options.tenant ?? config.TENANT;
  const { apiUrl } = await readInstance(config.DATA_DIR);
  const { mongodbUri } = await addresses(config);
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const questions = (await Promise.all(options.locales.map(loadKnowledgeQuestions))).flatMap((all) =>
    all.slice(0, options.limit ?? all.length),
  );
  const display = createProgressDisplay(process.stderr);
  const recall = options.recall ? await openRecall(config, tenant, mongodbUri, display) : undefined;
  const tokens = createTokens(await jwtSecret(config));
  const results = await runKnowledge(questions, {
    ask: askOverHttp({ apiUrl, tokens, tenant }),
    recall: recall?.recall,
    atOnce: AT_ONCE,
    onStep(done, total) {
      if (done % TELL_EVERY === 0 || done === total)
        display.onProgress({ part: "evaluation", message: `Asked ${done} of ${total} questions` });
    },
  });
  await recall?.close();
  display.done();
  if (options.failures) printFailures(results);
  const text = wordKnowledgeReport(results, {
    date: new Date().toISOString().slice(0, 10),
    commit: await commitOf(),
    machine: machineOf(load),
    knows: await knowsOf(mongodbUri, tenant),
  });
  console.log(text);
  if (options.write) await write(options.as, text);
}
