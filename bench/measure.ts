import { cpuMs } from "./processes.ts";

/** One round of one subject. */
export interface Round {
  turns: number;
  elapsedMs: number;
  latenciesMs: number[];
  /** CPU time by process, ms; null where it can't be told. */
  cpu: Record<string, number | null>;
}

export interface Summary {
  turnsPerS: number;
  /** Of the single rounds. */
  turnsPerSRange: [number, number];
  p50Ms: number;
  p99Ms: number;
  turns: number;
  /** CPU time a turn by process, ms. */
  cpuPerTurnMs: Record<string, number | null>;
}

export type Speaker = (turn: number) => Promise<void>;

/** Every speaker says its turns one after the other, all speakers at once: a closed loop. @throws what a speaker throws */
export async function closedLoop(
  speakers: Speaker[],
  turns: number,
  pids: Record<string, number | undefined>,
): Promise<Round> {
  const latenciesMs: number[] = [];
  const before = await cpuOf(pids);
  const startedAt = performance.now();
  await Promise.all(
    speakers.map(async (say) => {
      for (let turn = 0; turn < turns; turn++) {
        const saidAt = performance.now();
        await say(turn);
        latenciesMs.push(performance.now() - saidAt);
      }
    }),
  );
  const elapsedMs = performance.now() - startedAt;
  const after = await cpuOf(pids);
  const cpu = Object.fromEntries(Object.keys(pids).map((name) => [name, difference(after[name], before[name])]));
  return { turns: speakers.length * turns, elapsedMs, latenciesMs, cpu };
}

async function cpuOf(pids: Record<string, number | undefined>): Promise<Record<string, number | null>> {
  return Object.fromEntries(
    await Promise.all(Object.entries(pids).map(async ([name, pid]) => [name, await cpuMs(pid)] as const)),
  );
}

const difference = (after: number | null | undefined, before: number | null | undefined): number | null =>
  after == null || before == null ? null : after - before;

export function percentile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

export function summarize(rounds: Round[]): Summary {
  const turns = sum(rounds.map((round) => round.turns));
  const latencies = rounds.flatMap((round) => round.latenciesMs).sort((a, b) => a - b);
  const rates = rounds.map((round) => (round.turns / round.elapsedMs) * 1_000);
  const names = Object.keys(rounds[0]?.cpu ?? {});
  const cpu = (name: string): number | null => {
    const values = rounds.map((round) => round.cpu[name] ?? null);
    return values.includes(null) ? null : sum(values.map(Number)) / turns;
  };
  return {
    turnsPerS: (turns / sum(rounds.map((round) => round.elapsedMs))) * 1_000,
    turnsPerSRange: [Math.min(...rates), Math.max(...rates)],
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    turns,
    cpuPerTurnMs: Object.fromEntries(names.map((name) => [name, cpu(name)])),
  };
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Of the rounds in pairs, the middle one: what else the machine does meanwhile hits both subjects of a round. */
export function pairedRatio(rounds: Round[], base: Round[]): number {
  const rate = (round: Round | undefined): number => (round ? round.turns / round.elapsedMs : 0);
  const ratios = rounds.map((round, index) => rate(round) / rate(base[index])).sort((a, b) => a - b);
  const [low = 0, high = 0] = [ratios[Math.floor((ratios.length - 1) / 2)], ratios[Math.ceil((ratios.length - 1) / 2)]];
  return (low + high) / 2;
}
