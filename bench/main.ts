/**
 * `npm run bench [-- --sessions N --turns N --rounds N --write]`: our turns against the least this server can do, in the same run.
 * `npm run bench -- cache [--generate] [--write]`: a day of customer service through the caches.
 * `npm run bench -- flood`: what one user's flood costs the others.
 * `npm run bench -- memory [--archived N --recalls N --write]`: sizes, moves, recall and cost of the three tiers of memory.
 * `npm run bench -- gaps [--close 10]`: closes the largest gaps of the running system, between two runs of `npm run evaluate -- --knowledge`.
 * `npm run bench -- knowledge [--entries N --write]`: the index of knowledge, side by side with brute force.
 */
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { runCommand } from "../src/cli/instance.ts";
import { CYCLE, talkers } from "./conversations.ts";
import { asScripted, historyLengths, turnCost } from "./histories.ts";
import type { Round, Speaker } from "./measure.ts";
import { closedLoop, pairedRatio, summarize } from "./measure.ts";
import { writePage } from "./page.ts";
import type { Result, Settings } from "./report.ts";
import { document, tables } from "./report.ts";
import type { Bench } from "./servers.ts";
import { startBench } from "./servers.ts";
import type { Subject } from "./subjects.ts";
import { subjects } from "./subjects.ts";

const USAGE = "Usage: npm run bench [-- --sessions 32 --turns 12 --rounds 3 --write]";

interface Contender {
  subject: Subject;
  workflowIds: string[];
  speakers: Speaker[];
  rounds: Round[];
  /** Where the histories stood before the first round. */
  from: Map<string, number>;
}

function settingsFrom(args: string[]): Settings & { write: boolean } {
  const count = (fallback: string) => ({ type: "string", default: fallback }) as const;
  const { values } = parseArgs({
    args,
    options: {
      sessions: count("32"),
      turns: count("12"),
      rounds: count("3"),
      write: { type: "boolean", default: false },
    },
  });
  const [sessions = 0, turns = 0, rounds = 0] = [values.sessions, values.turns, values.rounds].map(Number);
  if (![sessions, turns, rounds].every((value) => Number.isSafeInteger(value) && value > 0)) throw new Error(USAGE);
  return { sessions, turns, rounds, loadBefore: loadavg()[0] ?? 0, write: values.write };
}

/** Opens the conversations and lets each go through the script once, so that caches, connections and code are warm. */
async function prepare(bench: Bench, subject: Subject, sessions: number): Promise<Contender> {
  const people = await talkers();
  const opened = await Promise.all(
    Array.from({ length: sessions }, (_, index) => {
      const talker = people[index % people.length];
      if (!talker) throw new Error("the demo shop has nobody with something to return");
      return subject.open(bench, talker);
    }),
  );
  const speakers = opened.map(({ say }) => say);
  await closedLoop(speakers, CYCLE, {});
  const workflowIds = opened.map(({ workflowId }) => workflowId);
  return { subject, speakers, workflowIds, rounds: [], from: await historyLengths(bench, workflowIds) };
}

async function resultOf(
  bench: Bench,
  { subject, rounds, workflowIds, from }: Contender,
  floor: Round[],
): Promise<Result> {
  const summary = summarize(rounds);
  const cost = await turnCost(bench, from, summary.turns);
  const scripted = subject.name === "floor" ? null : await asScripted(bench, workflowIds);
  return { subject, summary, cost, scripted, ofFloor: pairedRatio(rounds, floor) };
}

async function measure(bench: Bench, { sessions, turns, rounds }: Settings): Promise<Result[]> {
  const contenders: Contender[] = [];
  for (const subject of subjects) contenders.push(await prepare(bench, subject, sessions));
  for (let number = 1; number <= rounds; number++) {
    for (const contender of contenders) {
      const round = await closedLoop(contender.speakers, turns, bench.pids);
      contender.rounds.push(round);
      const rate = (round.turns / round.elapsedMs) * 1_000;
      console.error(`round ${number}: ${contender.subject.name} ${rate.toFixed(1)} turns/s`);
    }
  }
  const results: Result[] = [];
  for (const contender of contenders) results.push(await resultOf(bench, contender, contenders[0]?.rounds ?? []));
  return results;
}

await runCommand(async () => {
  const [what, ...rest] = process.argv.slice(2);
  if (what === "cache") return (await import("./cache.ts")).benchCache(rest);
  if (what === "flood") return (await import("./flood.ts")).benchFlood(rest);
  if (what === "memory") return (await import("./memory.ts")).benchMemory(rest);
  if (what === "gaps") return (await import("./close-gaps.ts")).closeGaps(rest);
  if (what === "knowledge") return (await import("./knowledge.ts")).benchKnowledge(rest);
  const settings = settingsFrom(process.argv.slice(2));
  if (settings.loadBefore > availableParallelism() / 2)
    console.error(`The machine is busy (load average ${settings.loadBefore.toFixed(1)}): the figures will say little.`);
  const bench = await startBench((text) => console.error(text));
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void bench.stop().then(() => process.exit(1)));
  try {
    const results = await measure(bench, settings);
    console.log(`\n${tables(results)}\n`);
    if (settings.write) await writePage(document(results, settings, bench.engines, new Date()));
  } finally {
    await bench.stop();
  }
});
