import { createAnthropicTier } from "./anthropic/tier.ts";
import { createOpenAITier } from "./openai/tier.ts";
import type { TierRow } from "./tiers-file.ts";
import type { Tier, TierPolicy } from "./types.ts";

export interface TierSettings {
  /** Longest call. */
  timeoutMs: number;
  /** The value of the environment variable that a row names. */
  keyOf(name: string): string | undefined;
}

/** The tiers of these rows, but for the in-process one: that joins when its weights are there. */
export function createTiers(rows: readonly TierRow[], { timeoutMs, keyOf }: TierSettings): Tier[] {
  return rows.flatMap((row): Tier[] => {
    if (row.protocol === "in-process") return [];
    const { id, where, model, baseUrl: baseURL, apiKeyEnv } = row;
    // The SDKs want a key even where the server wants none.
    const apiKey = (apiKeyEnv === undefined ? undefined : keyOf(apiKeyEnv)) ?? "none";
    const create = row.protocol === "openai" ? createOpenAITier : createAnthropicTier;
    return [{ ...create({ id, where, model, baseURL, apiKey, timeoutMs }), policy: policyFrom(row) }];
  });
}

/** The tier that runs in process as its row, if there is one, wants it. */
export function inProcessTier(tier: Tier, rows: readonly TierRow[]): Tier {
  const row = rows.find(({ protocol }) => protocol === "in-process");
  return row === undefined ? tier : { ...tier, id: row.id, policy: policyFrom(row) };
}

function policyFrom(row: TierRow): TierPolicy {
  const { price, tokensPerMinute, minConfidence, lastResort } = row;
  const shared = {
    lastResort,
    ...(price === undefined ? {} : { price }),
    ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
    ...(minConfidence === undefined ? {} : { minConfidence }),
  };
  if (row.protocol === "in-process") return { ...shared, maySee: "private", tasks: ["predict"] };
  const { tasks, contextTokens, maySee = row.where === "cloud" ? "public" : "private" } = row;
  return { ...shared, maySee, tasks, ...(contextTokens === undefined ? {} : { contextTokens }) };
}
