import type { Stakes, Task, Tier, TierPolicy } from "./types.ts";

/** How one kind of stakes is served. */
export interface Route {
  /** Ids of the tiers, in the order to ask them; all tiers, local ones first, when absent. */
  tiers?: readonly string[];
  /** Least calibrated confidence of a prediction, 0..1; a tier may ask for more. */
  minConfidence?: number;
}
export type Routes = Partial<Record<Stakes, Route>>;

/** For money and medicine less is a case for a person (M6). */
export const DEFAULT_MIN_CONFIDENCE: Record<Stakes, number> = {
  normal: 0.6,
  "high-value": 0.6,
  money: 0.85,
  medicine: 0.85,
};

const DISTANCE: Record<Tier["where"], number> = { "in-process": 0, "local-network": 1, cloud: 2 };

export function policyOf(tier: Tier): TierPolicy {
  if (tier.policy !== undefined) return tier.policy;
  const tasks: Task[] = tier.phrase === undefined ? ["predict"] : ["predict", "phrase"];
  return { maySee: tier.where === "cloud" ? "public" : "private", tasks, lastResort: false };
}

export interface Errand {
  task: Task;
  stakes: Stakes;
  /** The text is private. */
  localOnly: boolean;
}

/** The tiers to ask, in order: what is near first (M2), the last resort last (M3), or as the route says. */
export function candidatesFor(tiers: readonly Tier[], routes: Routes, { task, stakes, localOnly }: Errand): Tier[] {
  const listed = routes[stakes]?.tiers;
  const ordered =
    listed === undefined
      ? tiers.toSorted((a, b) => rank(a) - rank(b))
      : listed.flatMap((id) => tiers.find((tier) => tier.id === id) ?? []);
  return ordered.filter((tier) => {
    const { tasks, maySee } = policyOf(tier);
    if (!tasks.includes(task) || (task === "phrase" && tier.phrase === undefined)) return false;
    return !localOnly || (tier.where !== "cloud" && maySee === "private");
  });
}

const rank = (tier: Tier): number => DISTANCE[tier.where] + (policyOf(tier).lastResort ? 10 : 0);

/** From which calibrated confidence on a tier's prediction counts. */
export const thresholdFor = (tier: Tier, routes: Routes, stakes: Stakes): number =>
  Math.max(policyOf(tier).minConfidence ?? 0, routes[stakes]?.minConfidence ?? DEFAULT_MIN_CONFIDENCE[stakes]);
