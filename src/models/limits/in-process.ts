import type { Admission, Breaker, TierLimits } from "./types.ts";
import { BUCKET_MS, FAILURES_TO_OPEN, OPEN_MS, settledTokens, WINDOW_MS } from "./types.ts";

interface State {
  failures: number;
  openUntilMs: number;
  /** A probe is under way until then. */
  probeUntilMs: number;
  /** The tier asked to be left alone until then. */
  blockedUntilMs: number;
  /** Tokens by second since the epoch, oldest first. */
  used: Map<number, number>;
}

/** Limits of this process alone. The same rules as in redis-script.ts; one test holds both to them. */
export function createInProcessLimits(now: () => number = Date.now): TierLimits {
  const states = new Map<string, State>();

  function stateOf(tier: string): State {
    const known = states.get(tier);
    if (known !== undefined) return known;
    const fresh = { failures: 0, openUntilMs: 0, probeUntilMs: 0, blockedUntilMs: 0, used: new Map<number, number>() };
    states.set(tier, fresh);
    return fresh;
  }

  const refused = (
    because: "quota" | "rate-limited" | "breaker",
    retryAfterMs: number | undefined,
    breaker: Breaker,
  ): Admission => ({ admitted: false, because, retryAfterMs, breaker });

  return {
    async admit({ tier, tokens, tokensPerMinute, leaseMs }) {
      const state = stateOf(tier);
      const nowMs = now();
      const breaker = breakerOf(state, nowMs);
      if (nowMs < state.blockedUntilMs) return refused("rate-limited", state.blockedUntilMs - nowMs, breaker);
      if (breaker === "open") return refused("breaker", state.openUntilMs - nowMs, breaker);
      const probe = breaker === "half-open";
      if (probe && nowMs < state.probeUntilMs) return refused("breaker", state.probeUntilMs - nowMs, breaker);
      if (tokensPerMinute !== undefined) {
        const waitMs = waitForQuota(state.used, tokens, tokensPerMinute, nowMs);
        if (waitMs !== 0) return refused("quota", waitMs, breaker);
      }
      if (probe) state.probeUntilMs = nowMs + leaseMs;
      const bucket = Math.floor(nowMs / BUCKET_MS);
      state.used.set(bucket, (state.used.get(bucket) ?? 0) + tokens);
      return { admitted: true, ticket: { tier, bucket, reserved: tokens, probe, shared: false }, breaker };
    },

    async settle(ticket, ending) {
      const state = stateOf(ticket.tier);
      const nowMs = now();
      const tokens = settledTokens(ending);
      const counted = state.used.get(ticket.bucket);
      if (tokens !== undefined && counted !== undefined) {
        state.used.set(ticket.bucket, Math.max(0, counted - ticket.reserved + tokens));
      }
      if (ticket.probe) state.probeUntilMs = 0;
      if (ending.kind === "answered") state.failures = 0;
      else if (ending.kind === "limited") state.blockedUntilMs = nowMs + ending.retryAfterMs;
      else if (ending.kind === "failed") {
        state.failures++;
        // Failures stay at the threshold until an answer: one more on the probe opens it again at once.
        if (state.failures >= FAILURES_TO_OPEN) state.openUntilMs = nowMs + OPEN_MS;
      }
      return breakerOf(state, nowMs);
    },

    close: async () => states.clear(),
  };
}

function breakerOf(state: State, nowMs: number): Breaker {
  if (state.failures < FAILURES_TO_OPEN) return "closed";
  return nowMs < state.openUntilMs ? "open" : "half-open";
}

/** 0 when the call fits, else the time until enough has left the window; undefined when it never fits. */
function waitForQuota(
  used: Map<number, number>,
  tokens: number,
  tokensPerMinute: number,
  nowMs: number,
): number | undefined {
  let total = tokens;
  for (const [bucket, count] of used) {
    if (leavesAtMs(bucket) <= nowMs) used.delete(bucket);
    else total += count;
  }
  if (total <= tokensPerMinute) return 0;
  for (const [bucket, count] of used) {
    total -= count;
    if (total <= tokensPerMinute) return leavesAtMs(bucket) - nowMs;
  }
  return undefined;
}

const leavesAtMs = (bucket: number): number => (bucket + 1) * BUCKET_MS + WINDOW_MS;
