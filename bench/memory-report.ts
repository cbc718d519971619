/** What `npm run bench -- memory` prints and writes into docs/memory.md. */
import type { Answered } from "./memory-questions.ts";
import type { Filled, Latency } from "./memory-recall.ts";
import type { EncodeRate, Moves, Sizes } from "./memory-tiers.ts";

export interface MemoryResult {
  engines: string;
  at: Date;
  loadBefore: number;
  sizes: Sizes;
  /** A customer's place in the index, bytes in MongoDB, by session. */
  indexBytes: number;
  encode: EncodeRate;
  moves: Moves;
  warm: Latency;
  archives: Array<{ sessions: number; filled: Filled; cold: Latency }>;
  answered: Answered[];
}

/** US dollars; list prices to calculate with, not an offer of anybody's. Change them for your own. */
export const PRICES = {
  /** Object storage, a GB and month (S3 Standard, us-east-1). */
  coldGbMonth: 0.023,
  /** Block storage below MongoDB, a GB and month (gp3), on three replicas. */
  warmGbMonth: 0.08 * 3,
  /** A million PUTs, a million GETs. */
  putMillion: 5,
  getMillion: 0.4,
} as const;
const GB = 1e9;
/** Sessions are spread over a year's hours; a tenth of the customers come back to their archive once. */
const HOURS_A_YEAR = 8_760;
const RETURNING = 0.1;
const READS_A_RETURN = 4;
const WARM_DAYS = 7;

export interface Cost {
  sessions: number;
  warmGb: number;
  coldGb: number;
  indexGb: number;
  /** A month, once a year's sessions are there. */
  dollars: number;
}

export function costOf(sessions: number, { sizes, indexBytes }: Pick<MemoryResult, "sizes" | "indexBytes">): Cost {
  const warmGb = (sessions * (WARM_DAYS / 365) * sizes.warm.mean) / GB;
  const coldGb = (sessions * sizes.coldMean) / GB;
  const indexGb = (sessions * indexBytes) / GB;
  const puts = Math.min(sessions, HOURS_A_YEAR) * 1.1;
  const gets = sessions * RETURNING * READS_A_RETURN;
  const requests = (puts * PRICES.putMillion + gets * PRICES.getMillion) / 1e6 / 12;
  return {
    sessions,
    warmGb,
    coldGb,
    indexGb,
    dollars: coldGb * PRICES.coldGbMonth + (warmGb + indexGb) * PRICES.warmGbMonth + requests,
  };
}

const whole = (value: number): string => Math.round(value).toLocaleString("en");
const ms = (value: number): string => `${value.toFixed(1)} ms`;
const percent = (value: number): string => `${(value * 100).toFixed(0)} %`;
const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

export function memoryTables(result: MemoryResult): string {
  const { sizes, moves, encode, warm, archives, answered } = result;
  const [first] = archives;
  const last = archives.at(-1);
  const growth = first && last ? last.cold.p50Ms / first.cold.p50Ms : 0;
  return [
    `Measured ${result.at.toISOString().slice(0, 10)} on 2 cores, load average before: ${result.loadBefore.toFixed(1)}. ${result.engines}`,
    `Bytes a session, over ${whole(sizes.sessions)} evaluation dialogues of ${sizes.turns.toFixed(1)} turns (their words alone: ${whole(sizes.plainMean)} bytes of JSON):`,
    table(
      ["tier", "mean", "p99", "largest", "target"],
      [
        [
          "hot: the window in the workflow",
          whole(sizes.hot.mean),
          whole(sizes.hot.p99),
          whole(sizes.hot.max),
          "<= 1,024",
        ],
        [
          "warm: the document's body in MongoDB",
          whole(sizes.warm.mean),
          whole(sizes.warm.p99),
          whole(sizes.warm.max),
          "<= 3,072 mean",
        ],
        ["cold: its share of a Parquet file", whole(sizes.coldMean), "", "", ""],
        ["cold: its share of the index in MongoDB", whole(result.indexBytes), "", "", ""],
      ],
    ),
    "Speed, one caller:",
    table(
      ["what", "measured", "target"],
      [
        ["hot to warm, saved one by one", `${whole(moves.hotToWarmPerS)} sessions/s`, ""],
        [
          "warm to cold: written, read back, compared, indexed, forgotten",
          `${whole(moves.warmToColdPerS)} sessions/s`,
          "",
        ],
        [
          "encoded to Parquet",
          `${whole(encode.perS)} sessions/s; ${whole(encode.perCpuS)} a second of one core`,
          ">= 30,000/s",
        ],
        ["recall from warm", `p50 ${ms(warm.p50Ms)}, p99 ${ms(warm.p99Ms)} (${warm.recalls})`, "p99 <= 5 ms"],
        ...archives.map(({ sessions, cold }) => [
          `recall from cold, ${whole(sessions)} archived sessions, 4 ranged reads`,
          `p50 ${ms(cold.p50Ms)}, p99 ${ms(cold.p99Ms)} (${cold.recalls})`,
          "p99 <= 20 ms",
        ]),
        ["growth of the cold p50 from the smallest to the largest archive", `${growth.toFixed(2)}x`, "<= 1.2x"],
      ],
    ),
    "Questions about the past (`data/evaluation/memory`), the 3 nearest pieces against the whole transcript in the prompt:",
    table(
      [
        "language",
        "questions",
        "right piece in the prompt",
        "turns of past",
        "tokens of past",
        "tokens of whole prompts",
      ],
      answered.map(({ locale, questions, hits, turns, tokens, prompts }) => [
        locale,
        String(questions),
        `${hits} (whole transcript: ${questions})`,
        turns.toFixed(0),
        `${whole(tokens.full / questions)} → ${whole(tokens.ours / questions)}: ${percent(1 - tokens.ours / tokens.full)} less`,
        `${whole(prompts.full / questions)} → ${whole(prompts.ours / questions)}: ${percent(1 - prompts.ours / prompts.full)} less`,
      ]),
    ),
    `Cost by calculation from these sizes, a month, once this many sessions a year are archived. Assumed: $${PRICES.coldGbMonth} a GB and month of object storage, $${PRICES.warmGbMonth.toFixed(2)} of MongoDB's disks (three replicas), $${PRICES.putMillion} a million PUTs, $${PRICES.getMillion} a million GETs; one file an hour; every tenth session recalled with 4 reads; 7 days warm. Computing time is not in it.`,
    table(
      ["sessions", "warm", "cold", "index", "a month"],
      [1e6, 1e7, 1e8].map((sessions) => {
        const cost = costOf(sessions, result);
        const gb = (value: number): string => `${value.toFixed(2)} GB`;
        return [whole(sessions), gb(cost.warmGb), gb(cost.coldGb), gb(cost.indexGb), `$${cost.dollars.toFixed(2)}`];
      }),
    ),
  ].join("\n\n");
}

const START = "<!-- bench:start -->";
const END = "<!-- bench:end -->";

/** @throws Error when the page has no place for them */
export function withTables(page: string, tables: string): string {
  const [from, to] = [page.indexOf(START), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the page has no ${START} … ${END}`);
  return `${page.slice(0, from)}${START}\n${tables}\n${page.slice(to)}`;
}
