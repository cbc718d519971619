/**
 * What stands between the router and a tier: tokens a minute, counted before the call and settled after (M5), and a circuit
 * breaker. One implementation per process, one shared through Redis.
 */

/** Length of the quota's sliding window; it slides by whole seconds. */
export const WINDOW_MS = 60_000;
export const BUCKET_MS = 1_000;
/** Failures running that open a tier's breaker. */
export const FAILURES_TO_OPEN = 3;
/** How long it stays open before one call may probe the tier. */
export const OPEN_MS = 30_000;

/** Closed: calls pass. Open: none does. Half-open: one does, and decides. */
export type Breaker = "closed" | "open" | "half-open";

export interface Demand {
  tier: string;
  /** The prompt and the longest answer, estimated. */
  tokens: number;
  /** Undefined: no quota. */
  tokensPerMinute: number | undefined;
  /** Longest the call may take; a probe that says nothing for so long is taken for dead. */
  leaseMs: number;
  /** The tier is this process' own: other workers' neither share its quota nor its failures. */
  inProcess: boolean;
}

/** Proof of admission; give it back with `settle`. Not settled (a crash), its tokens count for a minute. */
export interface Ticket {
  tier: string;
  /** The second that the reservation is counted in. */
  bucket: number;
  reserved: number;
  probe: boolean;
  /** Counted in Redis, not in this process. */
  shared: boolean;
}

export type RefusedBecause = "quota" | "rate-limited" | "breaker";
export type Admission =
  | { admitted: true; ticket: Ticket; breaker: Breaker }
  /** `retryAfterMs` undefined: the call alone is larger than the quota. */
  | { admitted: false; because: RefusedBecause; retryAfterMs: number | undefined; breaker: Breaker };

/** How a call ended. `tokens` undefined: the tier didn't say, the estimate stands. */
export type Ending =
  /** The tier works, whatever its answer is worth. */
  | { kind: "answered"; tokens: number | undefined }
  /** It was away, broken or too slow. */
  | { kind: "failed"; tokens: number | undefined }
  /** It said "too many requests". */
  | { kind: "limited"; retryAfterMs: number }
  /** The caller gave up: nobody's failure. */
  | { kind: "abandoned" };

export interface TierLimits {
  /** Counts the call in, or says why not. Never rejects. */
  admit(demand: Demand): Promise<Admission>;
  /** Corrects the count by what was really used and tells the breaker. Never rejects. */
  settle(ticket: Ticket, ending: Ending): Promise<Breaker>;
  close(): Promise<void>;
}

/** What a reservation becomes: undefined leaves it as it is. */
export function settledTokens(ending: Ending): number | undefined {
  if (ending.kind === "limited") return 0;
  return ending.kind === "abandoned" ? undefined : ending.tokens;
}
