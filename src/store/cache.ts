import { Redis } from "ioredis";
import { LRUCache } from "lru-cache";
import type { z } from "zod";

export interface CacheStats {
  hits: number;
  misses: number;
}

/** What workers share beyond their own memory. It never fails: when it is away, it holds nothing. */
export interface SharedCache {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  close(): void;
}

/** Asking must cost less than it saves: a slow Redis is as good as none. */
const REDIS_TIMEOUT_MS = 100;
const PREFIX = "colloquy:cache:";

/** A SharedCache in Redis; while it is away every get is null, and `onError` hears of it. */
export function createRedisCache(url: string, onError: (error: unknown) => void): SharedCache {
  // Without the queue a command fails at once while Redis is away, instead of waiting for it.
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: REDIS_TIMEOUT_MS,
  });
  redis.on("error", onError);
  return {
    get: (key) =>
      redis.get(PREFIX + key).catch((error: unknown) => {
        onError(error);
        return null;
      }),
    set: async (key, value, ttlMs) => {
      await redis.set(PREFIX + key, value, "PX", ttlMs).catch(onError);
    },
    close: () => redis.disconnect(),
  };
}

export interface TwoLevelOptions<V> {
  /** Checks what comes back from the shared cache; another version of us may have written it. */
  schema: z.ZodType<V>;
  ttlMs: number;
  /** In process; the least recently used go first. */
  maxEntries: number;
  shared?: SharedCache | undefined;
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined;
}

interface Kept<V> {
  expiresAtMs: number;
  value: V;
}

/** This process' memory, and behind it the shared cache where there is one. Entries live `ttlMs` from being set, wherever they are read. */
export class TwoLevelCache<V> {
  readonly #options: TwoLevelOptions<V>;
  readonly #now: () => number;
  readonly #memory: LRUCache<string, Kept<V>>;

  constructor(options: TwoLevelOptions<V>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#memory = new LRUCache({ max: options.maxEntries });
  }

  async get(key: string): Promise<V | undefined> {
    const near = this.#memory.get(key);
    const kept = this.#isFresh(near) ? near : await this.#fromShared(key);
    if (!this.#isFresh(kept)) return undefined;
    if (kept !== near) this.#memory.set(key, kept);
    return kept.value;
  }

  async set(key: string, value: V): Promise<void> {
    const { ttlMs, shared } = this.#options;
    const kept = { expiresAtMs: this.#now() + ttlMs, value };
    this.#memory.set(key, kept);
    await shared?.set(key, JSON.stringify(kept), ttlMs);
  }

  /** Forgets what is in this process' memory. */
  clear(): void {
    this.#memory.clear();
  }

  #isFresh(kept: Kept<V> | undefined): kept is Kept<V> {
    return kept !== undefined && kept.expiresAtMs > this.#now();
  }

  async #fromShared(key: string): Promise<Kept<V> | undefined> {
    const text = await this.#options.shared?.get(key);
    if (text == null) return undefined;
    try {
      const { expiresAtMs, value } = JSON.parse(text) as Kept<unknown>;
      const checked = this.#options.schema.safeParse(value);
      return checked.success && typeof expiresAtMs === "number" ? { expiresAtMs, value: checked.data } : undefined;
    } catch {
      return undefined;
    }
  }
}
