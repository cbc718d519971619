/** `npm run knowledge -- mine`: question/answer pairs out of the imported logs of the running instance. */
import { parseArgs } from "node:util";
import type { Config } from "../config.ts";
import { limitOpenMp, loadConfig } from "../config.ts";
import { createProgressDisplay } from "../embedded/progress.ts";
import { ensureEmbedder } from "../embedded/weights.ts";
import type { MineReport } from "../knowledge/mining/mine.ts";
import { mineLogs } from "../knowledge/mining/mine.ts";
import { createKnowledgeStore } from "../knowledge/store.ts";
import { createEmbedder } from "../models/local/embedder.ts";
import type { Store } from "../store/mongo.ts";
import { openStore } from "../store/mongo.ts";
import { createCountedProgress } from "./counted-progress.ts";
import { addresses } from "./instance.ts";

export const usage = ["mine [--tenant T]"];

const LABELS = { reading: "Reading conversations", embedding: "Embedding wordings", grouping: "Grouping by meaning" };
const UNITS = { reading: "conversations", embedding: "texts", grouping: "languages" };

const number = (value: number): string => value.toLocaleString("en-US");

/** What mining found, in lines. */
function reportLines(report: MineReport): string[] {
  const { live, waiting, stakes, flagged, dropped } = report;
  const left = Object.entries(dropped).filter(([, count]) => count > 0);
  const lines = [
    `${number(report.conversations)} conversations, ${number(report.messages)} messages: ${number(report.pairs)} questions with an answer.`,
    `${number(live)} pairs are live, ${number(waiting)} wait for review (${number(stakes.money)} about money, ${number(stakes.medicine)} about medicine).`,
    `Flagged: ${number(flagged.contradiction)} contradictions, ${number(flagged.stale)} with an older answer, ${number(flagged.few)} answered once only.`,
  ];
  if (left.length > 0) lines.push(`No pair: ${left.map(([why, count]) => `${number(count)} ${why}`).join(", ")}.`);
  if (report.kept > 0)
    lines.push(
      `${number(report.kept)} pairs that people reviewed or changed were left as they are, ${number(report.flaggedStale)} of them flagged as stale now.`,
    );
  if (report.retired > 0) lines.push(`${number(report.retired)} pairs that the logs don't give any more were retired.`);
  if (report.leftOut > 0) lines.push(`${number(report.leftOut)} rare wordings were left out: there are too many.`);
  return lines;
}

/** Mines a tenant's logs and says what was found; the embedder is fetched where it isn't there. */
export async function mineAndTell(config: Config, store: Store, tenant: string): Promise<void> {
  const fetching = createProgressDisplay(process.stderr);
  const files = await ensureEmbedder({
    cacheDir: config.cacheDir,
    indexUrl: config.PYTHON_INDEX_URL,
    onProgress: fetching.onProgress,
  });
  fetching.done();
  const progress = createCountedProgress(process.stderr);
  try {
    const report = await mineLogs({
      ...{ store, tenant, knowledge: createKnowledgeStore(store), embedder: await createEmbedder(files) },
      onProgress: ({ phase, done, total }) => progress.show(LABELS[phase], done, total, UNITS[phase]),
    });
    progress.done();
    for (const line of reportLines(report)) console.log(line);
  } finally {
    progress.done();
  }
}

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { tenant: { type: "string" } } });
  limitOpenMp();
  const config = loadConfig();
  const store = await openStore((await addresses(config)).mongodbUri);
  try {
    await mineAndTell(config, store, values.tenant ?? config.TENANT);
  } finally {
    await store.close();
  }
}
