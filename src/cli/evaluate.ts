/**
 * `npm run evaluate [-- --split tuning|test --only messages|dialogues --tier NAME --live --failures]`: measures understanding and
 * dialogues on labelled data (data/evaluation/README.md), prints the tables and, for the whole test split, writes docs/evaluation.md.
 * With --knowledge: asks the running system what its agents know (evaluate-knowledge.ts).
 */
import { writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { CommerceBackend } from "../commerce/types.ts";
import type { Config } from "../config.ts";
import { limitOpenMp, loadConfig } from "../config.ts";
import type { UnderstandInput } from "../dialogue/session.ts";
import type { ProgressDisplay } from "../embedded/progress.ts";
import { createProgressDisplay } from "../embedded/progress.ts";
import { ensureEmbedder } from "../embedded/weights.ts";
import type { Mind } from "../evaluation/brain.ts";
import { loadMind, tierAlone } from "../evaluation/brain.ts";
import { allByGpt4 } from "../evaluation/cost.ts";
import { loadDialogues, loadMessages } from "../evaluation/data.ts";
import { liveSample, playLive } from "../evaluation/live.ts";
import type { Report } from "../evaluation/report.ts";
import { wordReport } from "../evaluation/report.ts";
import type { Work } from "../evaluation/run.ts";
import { compareTwoStep, runVariant } from "../evaluation/run.ts";
import type { DialogueResult, Split, VariantResult } from "../evaluation/types.ts";
import type { Attempt } from "../models/accounting.ts";
import { createCalibration, loadCalibration } from "../models/calibration.ts";
import { createRouter } from "../models/router.ts";
import type { Tier } from "../models/types.ts";
import { commitOf, machineOf } from "./evaluate-facts.ts";
import { evaluateKnowledge } from "./evaluate-knowledge.ts";
import { startLiveSystem } from "./evaluate-live.ts";
import type { AvailableTiers } from "./evaluation-tiers.ts";
import { availableTiers } from "./evaluation-tiers.ts";
import { runCommand } from "./instance.ts";

const USAGE = `Usage: npm run evaluate -- [--split tuning|test] [--only messages|dialogues] [--tier examples|small|MODEL|router] [--live] [--failures]
       npm run evaluate -- --knowledge [--write]`;
const root = fileURLToPath(new URL("../..", import.meta.url));
const LIVE_PER_LANGUAGE = 25;

interface Options {
  split: Split;
  only: "messages" | "dialogues" | null;
  tier: string | null;
  live: boolean;
  failures: boolean;
}

function optionsFrom(): Options {
  const { values } = parseArgs({
    options: {
      split: { type: "string", default: "test" },
      only: { type: "string" },
      tier: { type: "string" },
      live: { type: "boolean", default: false },
      failures: { type: "boolean", default: false },
    },
  });
  const { split, only, tier, live, failures } = values;
  if ((split !== "tuning" && split !== "test") || (only && only !== "messages" && only !== "dialogues"))
    throw new Error(USAGE);
  if (failures && split === "test")
    throw new Error("--failures shows texts, and the test split's are for nobody's eyes: use it with --split tuning.");
  return { split, only: only === "messages" || only === "dialogues" ? only : null, tier: tier ?? null, live, failures };
}

/** Examples alone, each tier behind them, and all tiers in the router's order when there are several. */
function configurations(tiers: Tier[], only: string | null): Array<{ name: string; tiers: Tier[] }> {
  const all = [
    { key: "examples", name: "examples", tiers: [] as Tier[] },
    ...tiers.map((tier) => ({ key: tier.id, name: `examples + ${tier.id}`, tiers: [tier] })),
    ...(tiers.length > 1 ? [{ key: "router", name: "router: all tiers", tiers }] : []),
  ];
  const chosen = only === null ? all : all.filter(({ key }) => key === only);
  if (chosen.length === 0) throw new Error(`No tier ${only}; there are ${all.map(({ key }) => key).join(", ")}.`);
  return chosen;
}

/** A tier that reads every message costs a second or more each: a fixed sample tells what it is worth. */
const ALONE_EVERY = 6;

async function runAlone(mind: Mind, { messages }: Work, tiers: Tier[], display: ProgressDisplay) {
  const sample = messages.filter((_, index) => index % ALONE_EVERY === 0);
  const results: VariantResult[] = [];
  for (const tier of sample.length === 0 ? [] : tiers) {
    const attempts: Attempt[] = [];
    const name = `${tier.id} alone`;
    const brain = tierAlone(mind, tier, (attempt) => attempts.push(attempt));
    const onStep = stepsOf(name, display);
    results.push(await runVariant({ messages: sample, dialogues: [] }, { name, brain, attempts, onStep }));
  }
  return results;
}

const TELL_EVERY = 50;
const stepsOf =
  (name: string, display: ProgressDisplay) =>
  (done: number, total: number): void => {
    if (done % TELL_EVERY === 0 || done === total)
      display.onProgress({ part: "evaluation", message: `Evaluating ${name}: ${done} of ${total}` });
  };

async function runVariants(
  mind: Mind,
  work: Work,
  { tiers, routes }: Pick<AvailableTiers, "tiers" | "routes">,
  only: string | null,
  display: ProgressDisplay,
) {
  const inputs: Array<{ input: UnderstandInput; commerce: CommerceBackend }> = [];
  const variants: VariantResult[] = [];
  for (const [index, { name, tiers: used }] of configurations(tiers, only).entries()) {
    const attempts: Attempt[] = [];
    const log = (attempt: Attempt): void => void attempts.push(attempt);
    const router = used.length === 0 ? null : createRouter({ tiers: used, routes, log });
    variants.push(
      await runVariant(work, {
        name,
        brain: mind.withRouter(router),
        reader: mind.uncalibrated(router),
        attempts,
        onStep: stepsOf(name, display),
        ...(index === 0 ? { onInput: (input, commerce) => void inputs.push({ input, commerce }) } : {}),
      }),
    );
  }
  const alone = await runAlone(mind, work, only === null ? tiers : tiers.filter(({ id }) => id === only), display);
  return { variants: [...variants, ...alone], inputs };
}

async function runLive(config: Config, work: Work, display: ProgressDisplay): Promise<DialogueResult[]> {
  display.onProgress({ part: "evaluation", message: "Starting a whole system in a folder of its own" });
  const system = await startLiveSystem(config);
  try {
    const sample = liveSample(work.dialogues, LIVE_PER_LANGUAGE);
    const results: DialogueResult[] = [];
    for (const entry of sample) {
      results.push(await playLive(entry, system));
      display.onProgress({ part: "evaluation", message: `Over HTTP: ${results.length} of ${sample.length} dialogues` });
    }
    return results;
  } finally {
    await system.stop();
  }
}

function printFailures({ name, messages, dialogues }: VariantResult, texts: Map<string, string>): void {
  for (const one of messages)
    if (!one.intentRight || !one.slotsRight)
      console.log(`${name} ${one.id} [${one.tags.join(", ")}] ${texts.get(one.id)}\n  ${one.detail}`);
  for (const one of dialogues)
    if (!one.right) console.log(`${name} ${one.wrongAction ? "WRONG " : ""}${one.transcript}`);
}

await runCommand(async () => {
  if (process.argv.includes("--knowledge")) return await evaluateKnowledge(process.argv.slice(2));
  const options = optionsFrom();
  limitOpenMp();
  const config = loadConfig();
  const display = createProgressDisplay(process.stderr);
  // What else the machine does: latencies measured on a busy one are its own.
  const busy = (loadavg()[0] ?? 0).toFixed(1);
  const work: Work = {
    messages: options.only === "dialogues" ? [] : await loadMessages(options.split),
    dialogues: options.only === "messages" ? [] : await loadDialogues(options.split),
  };
  // Before this process is busy itself: both have the same two cores.
  const live = options.live && work.dialogues.length > 0 ? await runLive(config, work, display) : null;
  const embedderFiles = await ensureEmbedder({
    cacheDir: config.cacheDir,
    indexUrl: config.PYTHON_INDEX_URL,
    onProgress: display.onProgress,
  });
  const mind = await loadMind({
    embedderFiles,
    cacheDir: config.cacheDir,
    onProgress: (message, done, total) =>
      display.onProgress({ part: "embedder", message: `${message} (${done} of ${total})` }),
  });
  const available = options.tier === "examples" ? { tiers: [], routes: {} } : await availableTiers(config, display);
  const { variants, inputs } = await runVariants(mind, work, available, options.tier, display);
  const report: Report = {
    split: options.split,
    date: new Date().toISOString().slice(0, 10),
    commit: await commitOf(),
    machine: machineOf(busy),
    variants,
    twoStep: work.dialogues.length > 0 ? await compareTwoStep(work.dialogues, mind.withRouter(null)) : null,
    allGpt4: await allByGpt4(mind, inputs),
    live,
    calibration: await loadCalibration(join(root, "data", "calibration.json")).catch(() => createCalibration(null)),
  };
  display.done();
  if (options.failures) {
    const texts = new Map(work.messages.map(({ id, text }) => [id, text]));
    for (const variant of variants) printFailures(variant, texts);
  }
  const text = wordReport(report);
  console.log(text);
  if (options.split !== "test" || options.only || options.tier) return;
  await writeFile(join(root, "docs", "evaluation.md"), text);
  console.error("docs/evaluation.md: written");
});
