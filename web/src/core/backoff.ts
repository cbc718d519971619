/** Waiting between attempts: exponential with full jitter, so that many clients do not return at the same moment. */

export const backoffFirstMs = 500;
export const backoffCapMs = 15_000;

/** @param attempt 0 for the first wait. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const ceilingMs = Math.min(backoffCapMs, backoffFirstMs * 2 ** attempt);
  return ceilingMs / 2 + (ceilingMs / 2) * random();
}

/** Calls back when the network changed (online, offline): what waits should try at once, what is open may be dead. */
export type WakeSource = (wake: () => void) => () => void;

/** Resolves after `ms`, or earlier when woken or aborted. */
export function pause(ms: number, onWake: WakeSource, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      stopListening();
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    const stopListening = onWake(finish);
    signal.addEventListener("abort", finish);
    if (signal.aborted) finish();
  });
}
