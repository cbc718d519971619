import type { Binary } from "mongodb";
import type { Attempt } from "../models/accounting.ts";
import type { Store } from "./mongo.ts";
import type { Sealer } from "./sealed.ts";

/** One attempt of one tier, as it was accounted (M4), with the steps it wrote (M7). Kept for 90 days. */
export type ModelCallDoc = Omit<Attempt, "steps"> & {
  at: Date;
  /** What the model wrote first, sealed: it repeats what the customer said. */
  steps?: Binary;
};

/**
 * Keeps every attempt with its turn, for what a turn, a tier or a tenant cost and why the model said so. Bookkeeping never holds a
 * turn up: `onError` hears of what could not be kept.
 */
export const modelCallRecorder =
  (store: Store, sealer: Sealer, onError: (error: unknown) => void, now: () => Date = () => new Date()) =>
  ({ steps, ...attempt }: Attempt): void => {
    const keep = async (): Promise<void> => {
      const { sessionId } = attempt;
      // Of a call that belongs to no session nobody's words are kept.
      const sealed =
        steps === undefined || sessionId === undefined ? {} : { steps: await sealer.seal(sessionId, steps) };
      await store.modelCalls.insertOne({ ...attempt, ...sealed, at: now() });
    };
    keep().catch(onError);
  };

export interface Spending {
  /** Tenant, tier, or both, as asked for. */
  tenant?: string;
  tier?: string;
  calls: number;
  turns: number;
  inputTokens: number;
  outputTokens: number;
  /** By currency. */
  cost: Record<string, number>;
}

/** What models cost since then, grouped by tenant and tier. */
export async function spendingSince(store: Store, since: Date, tenant?: string): Promise<Spending[]> {
  const match = { at: { $gte: since }, ...(tenant === undefined ? {} : { tenant }) };
  const groups = new Map<string, Spending & { seen: Set<string> }>();
  for await (const call of store.modelCalls.find(match)) {
    const key = JSON.stringify([call.tenant, call.tier]);
    const group = groups.get(key) ?? {
      ...{ tenant: call.tenant ?? "", tier: call.tier, calls: 0, turns: 0, inputTokens: 0, outputTokens: 0 },
      cost: {},
      seen: new Set<string>(),
    };
    groups.set(key, group);
    group.calls += call.outcome === "Skipped" ? 0 : 1;
    group.inputTokens += call.usage.inputTokens;
    group.outputTokens += call.usage.outputTokens;
    group.seen.add(`${call.sessionId} ${call.turn}`);
    group.turns = group.seen.size;
    for (const [currency, amount] of Object.entries(call.cost))
      group.cost[currency] = (group.cost[currency] ?? 0) + amount;
  }
  return [...groups.values()].map(({ seen: _, ...spending }) => spending);
}
