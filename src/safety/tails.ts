import { Redis } from "ioredis";
import { LRUCache } from "lru-cache";
import { deriveKey, seal, unseal } from "./seal.ts";

/** How somebody's last message in a session ended, so that digits split over two messages are seen as one number. */
export interface Tail {
  messageId: string;
  /** The end before that message, for when it is sent again. */
  before: string;
  after: string;
}

/** Never durable: in memory, or sealed in Redis, for a minute. */
export interface Tails {
  get(writer: string): Promise<Tail | null>;
  set(writer: string, tail: Tail): Promise<void>;
  close(): Promise<void>;
}

const TTL_S = 60;
const SESSIONS_MAX = 50_000;

/** `now`: milliseconds of a clock. */
export function createMemoryTails(now: () => number = () => performance.now()): Tails {
  const tails = new LRUCache<string, Tail>({ max: SESSIONS_MAX, ttl: TTL_S * 1000, ttlResolution: 0, perf: { now } });
  return {
    get: async (writer) => tails.get(writer) ?? null,
    set: async (writer, tail) => void tails.set(writer, tail),
    close: async () => undefined,
  };
}

/** Shared by API processes. Redis may write to disk: what it holds is sealed. A Redis that is away costs only the split numbers. */
export function createRedisTails(url: string, vaultKey: string, onError: (error: Error) => void): Tails {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false });
  redis.on("error", onError);
  const key = deriveKey(vaultKey, "tails");
  const name = (writer: string): string => `colloquy:tail:${writer}`;
  const orNothing = (error: unknown): null => {
    onError(error instanceof Error ? error : new Error(String(error)));
    return null;
  };
  return {
    async get(writer) {
      const sealed = await redis.get(name(writer)).catch(orNothing);
      return sealed === null ? null : (JSON.parse(unseal(key, sealed, writer)) as Tail);
    },
    async set(writer, tail) {
      await redis.set(name(writer), seal(key, JSON.stringify(tail), writer), "EX", TTL_S).catch(orNothing);
    },
    close: async () => redis.disconnect(),
  };
}
