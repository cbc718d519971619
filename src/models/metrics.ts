import type { Registry } from "prom-client";
import { Counter, Gauge, Histogram } from "prom-client";
import type { Attempt } from "./accounting.ts";
import type { Breaker } from "./limits/types.ts";

export interface ModelMetrics {
  attempt(attempt: Attempt): void;
  breaker(tier: string, state: Breaker): void;
}

const BREAKER_VALUES: Record<Breaker, number> = { closed: 0, "half-open": 1, open: 2 };
const LATENCY_BUCKETS_S = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15];

/** Counts of what models do and cost, by tier and tenant, for Prometheus. Once a registry. */
export function createModelMetrics(registry: Registry): ModelMetrics {
  const registers = [registry];
  const by = ["tier", "tenant"] as const;
  const calls = new Counter({
    name: "colloquy_model_calls_total",
    help: "Calls to a tier that were made, by outcome",
    labelNames: [...by, "task", "outcome"],
    registers,
  });
  const skips = new Counter({
    name: "colloquy_model_skips_total",
    help: "Calls to a tier that were not made: its quota, its Retry-After, its breaker, its context, no time left",
    labelNames: [...by, "because"],
    registers,
  });
  const tokens = new Counter({
    name: "colloquy_model_tokens_total",
    help: "Tokens, as the tiers counted them",
    labelNames: [...by, "direction"],
    registers,
  });
  const cost = new Counter({
    name: "colloquy_model_cost_total",
    help: "What they cost by the tiers' prices, in units of the currency",
    labelNames: [...by, "currency"],
    registers,
  });
  const seconds = new Histogram({
    name: "colloquy_model_call_seconds",
    help: "Duration of calls",
    labelNames: ["tier", "task"],
    buckets: LATENCY_BUCKETS_S,
    registers,
  });
  const breakers = new Gauge({
    name: "colloquy_model_breaker_state",
    help: "A tier's circuit breaker when it was last used: 0 closed, 1 half-open, 2 open",
    labelNames: ["tier"],
    registers,
  });
  return {
    attempt({ tier, tenant = "", task, outcome, because, usage, cost: costs, ms }) {
      if (because !== undefined) {
        skips.inc({ tier, tenant, because });
        return;
      }
      calls.inc({ tier, tenant, task, outcome });
      seconds.observe({ tier, task }, ms / 1_000);
      tokens.inc({ tier, tenant, direction: "input" }, usage.inputTokens);
      tokens.inc({ tier, tenant, direction: "output" }, usage.outputTokens);
      for (const [currency, amount] of Object.entries(costs)) cost.inc({ tier, tenant, currency }, amount);
    },
    breaker: (tier, state) => breakers.set({ tier }, BREAKER_VALUES[state]),
  };
}
