/** What models cost: tokens and money, by attempt and by turn (M4). Nothing is stored here; callers keep the attempts. */
import { addUsage, noUsage } from "./failures.ts";
import type { RefusedBecause } from "./limits/types.ts";
import type { ModelFailureKind, Price, Stakes, Task, Usage } from "./types.ts";

/** Amounts by currency, e.g. { USD: 0.0021 }; empty when free or when the tier has no price. */
export type Cost = Record<string, number>;

/** Whose turn it is; goes into every attempt. */
export interface Account {
  tenant?: string;
  sessionId?: string;
  turn?: number;
}

/** One tier's try at one task; `Skipped` costs nothing, `LowConfidence` validated but was not sure enough. */
export interface Attempt extends Account {
  tier: string;
  task: Task;
  stakes: Stakes;
  ms: number;
  usage: Usage;
  cost: Cost;
  outcome: "Accepted" | "LowConfidence" | "Skipped" | ModelFailureKind;
  /** Why it was skipped: its limits, its context too short, or no time left. */
  because?: RefusedBecause | "context" | "time";
  /** Of a prediction: as the tier said it, and calibrated. */
  rawConfidence?: number;
  confidence?: number;
  promptVersion: string;
  /** What the model wrote before its answer (M7); for engineers, never for a log. */
  steps?: string;
}

const MILLION = 1_000_000;

export function costOf(usage: Usage, price: Price | undefined): Cost {
  if (price === undefined) return {};
  const amount = (usage.inputTokens * price.inputPerMillion + usage.outputTokens * price.outputPerMillion) / MILLION;
  return amount === 0 ? {} : { [price.currency]: amount };
}

export function addCosts(a: Cost, b: Cost): Cost {
  const sum = { ...a };
  for (const [currency, amount] of Object.entries(b)) sum[currency] = (sum[currency] ?? 0) + amount;
  return sum;
}

/** All attempts together: of one call, or of all calls of a turn. */
export function totalOf(attempts: readonly Attempt[]): { usage: Usage; cost: Cost } {
  return attempts.reduce<{ usage: Usage; cost: Cost }>(
    (sum, { usage, cost }) => ({ usage: addUsage(sum.usage, usage), cost: addCosts(sum.cost, cost) }),
    { usage: noUsage, cost: {} },
  );
}
