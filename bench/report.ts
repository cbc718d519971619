import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import type { TurnCost } from "./histories.ts";
import type { Summary } from "./measure.ts";
import type { Subject } from "./subjects.ts";

export interface Result {
  subject: Subject;
  summary: Summary;
  /** Turns a second against the floor's in the same round, the middle one of the rounds. */
  ofFloor: number;
  cost: TurnCost;
  /** Share of turns that went where the script leads; null for the floor, which has no dialogue. */
  scripted: number | null;
}

export interface Settings {
  sessions: number;
  turns: number;
  rounds: number;
  /** Mean number of runnable processes in the minute before: above the number of cores the figures say little. */
  loadBefore: number;
}

const number = (value: number, digits = 0): string => value.toFixed(digits);
const GIB = 1_024 ** 3;

export function table(head: string[], rows: string[][]): string {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** The results as Markdown tables, which a terminal shows well enough. */
export function tables(results: Result[]): string {
  const [floor] = results;
  const speed = results.map(({ subject, ofFloor, summary: { turnsPerS, turnsPerSRange, p50Ms, p99Ms } }) => [
    subject.what,
    number(turnsPerS, 1),
    turnsPerSRange.map((rate) => number(rate)).join("-"),
    number(p50Ms),
    number(p99Ms),
    number(ofFloor, 2),
  ]);
  const cost = results.map(({ subject, cost: { events, bytes, activities, localActivities }, scripted }) => [
    subject.what,
    number(events, 1),
    number(bytes),
    number(activities, 2),
    number(localActivities, 2),
    scripted === null ? "-" : `${number(scripted * 100)} %`,
  ]);
  const processes = Object.keys(floor?.summary.cpuPerTurnMs ?? {});
  const cpu = results.map(({ subject, summary: { cpuPerTurnMs } }) => [
    subject.what,
    ...processes.map((name) => (cpuPerTurnMs[name] == null ? "-" : number(cpuPerTurnMs[name] ?? 0, 1))),
  ]);
  return [
    table(["", "turns/s", "by round", "p50 ms", "p99 ms", "of the floor"], speed),
    table(["a turn", "events", "bytes", "activities", "local activities", "as scripted"], cost),
    table(["CPU a turn, ms", ...processes], cpu),
  ].join("\n\n");
}

const commit = (): string => {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown";
  }
};

/** A sentence on what the figures were measured on. */
export const machine = (): string =>
  `Machine: ${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown CPU"}, ${number(totalmem() / GIB)} GiB RAM, ${process.platform}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}, commit ${commit()}.`;

/** What docs/benchmarks.md says of turns. */
export function document(
  results: Result[],
  { sessions, turns, rounds, loadBefore }: Settings,
  engines: string,
  now: Date,
): string {
  return `# Benchmarks

Written by \`npm run bench -- --write\` on ${now.toISOString().slice(0, 10)}, at commit ${commit()}; not edited by hand.

Machine: ${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown CPU"}, ${number(totalmem() / GIB)} GiB RAM, ${process.platform}, Node ${process.versions.node}. Load average before: ${number(loadBefore, 1)}. ${engines}

${sessions} sessions at once, each says its next message when the last is answered; ${rounds} rounds of ${turns} turns a session, the subjects
one after the other in every round, on the same servers. Load client, workers, API and servers are separate processes on the same
machine. Take the ratios ("of the floor": the middle one of the rounds): turns a second are this machine's on that day.

The floor is the least a durable turn can cost on this server: a workflow that takes a signal and runs one normal activity which does
nothing. Its worker has the options of ours. A turn of ours looks the customer's orders up, understands the message by patterns and
examples (no model beyond them), moves the dialogue machine, words the reply and stores it in MongoDB: a return is begun, its item and
reason are given, and the proposal is declined, by every demo customer in their language. No reason is said twice, so that the embedding cache
doesn't answer for the embedder. A turn outside CONFIRM first waits for the rest of a burst (\`BURST_QUIET_MS\`); the figures contain it.

${tables(results)}

"As scripted": turns after which the dialogue was in the state that the script leads to.
`;
}
