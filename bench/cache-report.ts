/** The caches' figures as a part of docs/benchmarks.md. */
import type { CacheStats } from "../src/store/cache.ts";
import type { Calibration } from "./cache-calibration.ts";
import { percentile } from "./measure.ts";
import { machine, table } from "./report.ts";
import type { Kind, TrafficMessage } from "./traffic.ts";

/** What became of one message. */
export interface Passed {
  kind: Kind;
  ms: number;
  modelCalls: number;
  /** Texts that had to be embedded, and that were known. */
  embedded: number;
  known: number;
  /** By patterns and examples, so that no prediction was wanted. */
  settled: boolean;
  answered: boolean;
  /** The answer is one that was worded before … */
  reused: boolean;
  /** … for another question: must not be. */
  mixedUp: boolean;
  /** Somebody who knows what is meant would have found an answer of the last hour. */
  reusable: boolean;
}

export interface CacheRun {
  messages: TrafficMessage[];
  passed: Passed[];
  calibration: Calibration[];
  latencyMs: number;
  /** Mean number of runnable processes in the minute before. */
  loadBefore: number;
  answers: CacheStats;
  predictions: CacheStats;
}

const REFERENCE = { hits: "42 %", hitMs: "180", missMs: "1,200" };

const percent = (part: number, whole: number): string => (whole === 0 ? "-" : `${((part / whole) * 100).toFixed(1)} %`);
const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
const count = (value: number): string => value.toLocaleString("en-US");

function rates({ passed, answers, predictions }: CacheRun): string {
  const embedding = {
    hits: sum(passed.map(({ known }) => known)),
    misses: sum(passed.map(({ embedded }) => embedded)),
  };
  const row = (what: string, { hits, misses }: CacheStats, reference: string): string[] => [
    what,
    count(hits + misses),
    count(hits),
    percent(hits, hits + misses),
    reference,
  ];
  return table(
    ["cache", "asked", "hits", "hit rate", "reference"],
    [
      row("embedding, 10 min", embedding, REFERENCE.hits),
      row("answer, 1 h", answers, "-"),
      row("prediction, 1 h", predictions, "-"),
    ],
  );
}

function latencies({ passed }: CacheRun): string {
  const wanted = (each: Passed): boolean => each.answered || !each.settled;
  const row = (what: string, chosen: Passed[], reference: string): string[] => {
    const sorted = chosen.map(({ ms }) => ms).sort((a, b) => a - b);
    const shown = (share: number): string => (sorted.length === 0 ? "-" : percentile(sorted, share).toFixed(0));
    return [what, count(chosen.length), shown(0.5), shown(0.99), reference];
  };
  const hits = passed.filter((each) => wanted(each) && each.modelCalls === 0);
  return table(
    ["a message", "messages", "p50 ms", "p99 ms", "reference p99 ms"],
    [
      row("hit: all of a model's work remembered", hits, "-"),
      row(
        "full hit: every embedding too",
        hits.filter(({ embedded }) => embedded === 0),
        REFERENCE.hitMs,
      ),
      row(
        "miss: a model was asked",
        passed.filter(({ modelCalls }) => modelCalls > 0),
        REFERENCE.missMs,
      ),
      row(
        "no model wanted",
        passed.filter((each) => !wanted(each)),
        "-",
      ),
    ],
  );
}

function rules({ calibration }: CacheRun): string {
  return table(
    [
      "taken for the same question",
      ...calibration.flatMap(({ locale }) => [`${locale}: rightly`, `${locale}: wrongly`]),
    ],
    (calibration[0]?.rules ?? []).map(({ what }, index) => [
      what,
      ...calibration.flatMap(({ rules: each, samePairs }) => [
        percent(each[index]?.right ?? 0, samePairs),
        count(each[index]?.wrong ?? 0),
      ]),
    ]),
  );
}

export function section(run: CacheRun): string {
  const { messages, passed, latencyMs, answers, predictions, calibration } = run;
  const customers = new Set(messages.map(({ customer }) => customer)).size;
  const calls = sum(passed.map(({ modelCalls }) => modelCalls));
  const saved = answers.hits + predictions.hits;
  const mixedUp = passed.filter((each) => each.mixedUp).length;
  const pairs = calibration.map(
    ({ locale, samePairs, otherPairs }) => `${locale} ${count(samePairs)} and ${count(otherPairs)}`,
  );
  return `## Caches (T5, M4)

Written by \`npm run bench -- cache --write\`. ${machine()}

${count(messages.length)} messages of ${customers} customers on one day (\`data/traffic/day.jsonl\`, made by \`bench/traffic.ts\`), at most four at once, in the
file's order, through the real embedder, examples, knowledge search and dialogue machine, one process, no Redis. **Assumed**, not measured: every
call of a model takes ${latencyMs} ms, played by a server over HTTP that knows each message's label. The caches' clock is the file's.
The reference's figures are its own, on its own traffic.

${rates(run)}

Patterns and examples settled ${percent(passed.filter(({ settled }) => settled).length, passed.length)} of the messages, so that few predictions are wanted at all: they are what is said in a rare way, which is seldom said twice.
An embedding counts once a message; a message's second look at its own text is not a hit. Model calls: ${count(calls)} made, ${count(saved)} saved (${percent(saved, calls + saved)}).
Reused answers that were worded for another question, by the file's labels: ${mixedUp} of ${count(passed.filter(({ reused }) => reused).length)}.
At best, knowing what every wording means, ${percent(passed.filter(({ reusable }) => reusable).length, passed.filter(({ answered }) => answered).length)} of the answers could have been reused: the rest of that is what precision costs.

${latencies(run)}

Load average before: ${run.loadBefore.toFixed(1)}. A full hit is rare here because embeddings are kept 10 minutes and answers an hour; with so few, its p99 is its slowest.

Which questions may share an answer was calibrated on \`data/traffic/wordings.json\`: questions grouped by meaning, each plain, greeted and
with an ending; pairs of the same and of another meaning: ${pairs.join("; ")}. The lists of interchangeable words were
written with these questions in view, so the zeroes are the least that is asked of them, not a promise.

${rules(run)}
`;
}
