import { Redis } from "ioredis";
import type { Logger } from "../telemetry/log.ts";
import type { BucketSize } from "./leaky-bucket.ts";
import { createLeakyBucket } from "./leaky-bucket.ts";

/** The bucket of ./leaky-bucket.ts in Redis' own time, so that clocks of processes don't matter. Empty buckets expire. */
const TAKE = `
local capacity, leakPerS = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = 0
if kept[1] then level = math.max(0, kept[1] - math.max(0, now - kept[2]) / 1000 * leakPerS) end
if level + 1 > capacity then return math.max(1, math.ceil((level + 1 - capacity) / leakPerS)) end
redis.call('HSET', KEYS[1], 'level', tostring(level + 1), 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil((level + 1) / leakPerS * 1000))
return 0`;

const KEY_PREFIX = "colloquy:bucket:";
/** A customer waits for this: a Redis that is slower is as good as away. */
const COMMAND_TIMEOUT_MS = 100;
const CONNECT_TIMEOUT_MS = 2_000;
/** After a failure it is left alone for so long. */
const AWAY_MS = 5_000;

export interface SharedBucket {
  /** Seconds until there is room; 0 means taken. Never fails: while Redis is away this process counts for itself. */
  take(user: string): Promise<number>;
  close(): void;
}

/** One bucket a user for all API processes on one Redis. Resolves when connected, or after 2 s without. */
export async function createRedisBucket({
  url,
  log,
  ...size
}: BucketSize & { url: string; log: Pick<Logger, "warn"> }): Promise<SharedBucket> {
  const own = createLeakyBucket(size);
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    scripts: { takeFromBucket: { lua: TAKE, numberOfKeys: 1 } },
  });
  const commands = redis as Redis & { takeFromBucket(key: string, capacity: number, leak: number): Promise<number> };
  let awayUntilMs = 0;
  const lost = (error: unknown): void => {
    if (awayUntilMs === 0) log.warn({ err: error }, "Redis is away: each API limits users by itself until it is back");
    awayUntilMs = Date.now() + AWAY_MS;
  };
  redis.on("error", lost);
  redis.on("ready", () => {
    awayUntilMs = 0;
  });
  await redis.connect().catch(lost);
  return {
    async take(user) {
      if (Date.now() < awayUntilMs) return own.take(user);
      try {
        return await commands.takeFromBucket(KEY_PREFIX + user, size.capacity, size.leakPerS);
      } catch (error) {
        lost(error);
        return own.take(user);
      }
    },
    close: () => redis.disconnect(),
  };
}
