import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 25;

/**
 * Asks again until `look` gives something, and returns it: waits for a condition, never for a time.
 * @throws Error naming what was waited for, with the last thing that went wrong
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  timeoutMs = 20_000,
): Promise<Exclude<NonNullable<T>, false>> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (true) {
    try {
      const found = await look();
      if (found !== undefined && found !== null && found !== false) return found as Exclude<NonNullable<T>, false>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`, { cause: last });
    await sleep(POLL_MS);
  }
}
