import { Redis } from "ioredis";
import { createInProcessLimits } from "./in-process.ts";
import { ADMIT, SETTLE } from "./redis-script.ts";
import type { Admission, Breaker, RefusedBecause, TierLimits } from "./types.ts";
import { settledTokens } from "./types.ts";

const KEY_PREFIX = "colloquy:tier:";
/** A customer waits for this: a Redis that is slower is as good as away. */
const COMMAND_TIMEOUT_MS = 250;
const CONNECT_TIMEOUT_MS = 2_000;
/** After a failure it is left alone for so long, or one that hangs would slow every call. */
const AWAY_MS = 5_000;

/** The scripts as commands of the connection (ioredis adds them by name). */
interface Commands {
  admitCall(key: string, ...args: number[]): Promise<[admitted: 0 | 1, what: string | number, ms: number, Breaker]>;
  settleCall(key: string, ...args: Array<number | string>): Promise<Breaker>;
}

export interface RedisLimitsOptions {
  url: string;
  /** Told once when Redis goes away, and once when it is back. */
  log: { warn(details: object, message: string): void; info(message: string): void };
  /** Milliseconds since the epoch; workers' clocks must agree to a second or so. */
  now?: () => number;
}

/**
 * Limits shared by all workers on one Redis, atomic by script. While Redis is away each process counts for itself: a turn
 * never fails for want of a counter. Resolves when connected, or after 2 s without.
 */
export async function createRedisLimits({ url, log, now = Date.now }: RedisLimitsOptions): Promise<TierLimits> {
  const own = createInProcessLimits(now);
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    scripts: { admitCall: { lua: ADMIT, numberOfKeys: 1 }, settleCall: { lua: SETTLE, numberOfKeys: 1 } },
  });
  const commands = redis as Redis & Commands;
  let away = false;
  let awayUntilMs = 0;
  const lost = (error: unknown): void => {
    awayUntilMs = Date.now() + AWAY_MS;
    if (!away) log.warn({ err: error }, "Redis is away: each worker counts its own model quotas until it is back");
    away = true;
  };
  // Errors of the connection itself; without a listener they would end the process.
  redis.on("error", lost);
  const found = (): void => {
    awayUntilMs = 0;
    if (away) log.info("Redis is back: model quotas are shared again");
    away = false;
  };
  redis.on("ready", found);
  await redis.connect().catch(lost);

  /** Asks Redis, or `instead` while it is away. */
  async function shared<T>(ask: () => Promise<T>, instead: () => Promise<T>): Promise<T> {
    if (Date.now() < awayUntilMs) return await instead();
    try {
      const answer = await ask();
      if (away) found();
      return answer;
    } catch (error) {
      lost(error);
      return await instead();
    }
  }

  return {
    async admit(demand) {
      if (demand.inProcess) return await own.admit(demand);
      return await shared(
        async (): Promise<Admission> => {
          const { tier, tokens, tokensPerMinute = -1, leaseMs } = demand;
          const key = KEY_PREFIX + tier;
          const [admitted, what, ms, breaker] = await commands.admitCall(key, now(), tokens, tokensPerMinute, leaseMs);
          if (admitted === 1) {
            const ticket = { tier, bucket: Number(what), reserved: tokens, probe: ms === 1, shared: true };
            return { admitted: true, ticket, breaker };
          }
          const retryAfterMs = ms < 0 ? undefined : ms;
          return { admitted: false, because: what as RefusedBecause, retryAfterMs, breaker };
        },
        () => own.admit(demand),
      );
    },

    async settle(ticket, ending) {
      if (!ticket.shared) return await own.settle(ticket, ending);
      const { tier, bucket, reserved, probe } = ticket;
      const tokens = settledTokens(ending) ?? -1;
      const retryAfterMs = ending.kind === "limited" ? ending.retryAfterMs : 0;
      return await shared(
        () =>
          commands.settleCall(
            KEY_PREFIX + tier,
            now(),
            bucket,
            reserved,
            tokens,
            probe ? 1 : 0,
            ending.kind,
            retryAfterMs,
          ),
        // Its reservation leaves Redis' window by itself; what the call taught of the tier's health is worth keeping.
        () => own.settle({ ...ticket, reserved: 0 }, ending),
      );
    },

    async close() {
      redis.disconnect();
      await own.close();
    },
  };
}
