import { Redis } from "ioredis";
import { LRUCache } from "lru-cache";
import { kidOf, seal, unseal } from "./keys/envelope.ts";
import type { Keyring } from "./keys/keyring.ts";

/** How somebody's last message in a session ended, so that digits split over two messages are seen as one number. */
export interface Tail {
  messageId: string;
  /** The end before that message, for when it is sent again. */
  before: string;
  after: string;
}

/** Whose last message. */
export interface Writer {
  sessionId: string;
  /** "customer", or the agent's id. */
  by: string;
}

/** Never durable: in memory, or sealed in Redis, for a minute. */
export interface Tails {
  get(writer: Writer): Promise<Tail | null>;
  set(writer: Writer, tail: Tail): Promise<void>;
  /** What this process has in memory: somebody was erased. */
  forget(): void;
  close(): Promise<void>;
}

const TTL_S = 60;
const SESSIONS_MAX = 50_000;
const nameOf = ({ sessionId, by }: Writer): string => `${sessionId} ${by}`;

/** `now`: milliseconds of a clock. */
export function createMemoryTails(now: () => number = () => performance.now()): Tails {
  const tails = new LRUCache<string, Tail>({ max: SESSIONS_MAX, ttl: TTL_S * 1000, ttlResolution: 0, perf: { now } });
  return {
    get: async (writer) => tails.get(nameOf(writer)) ?? null,
    set: async (writer, tail) => void tails.set(nameOf(writer), tail),
    forget: () => tails.clear(),
    close: async () => undefined,
  };
}

/**
 * Shared by API processes. Redis may write to disk: what it holds is sealed under the customer's key, and of somebody who was
 * erased there is none. A Redis that is away costs only the split numbers.
 */
export function createRedisTails(
  url: string,
  keyring: Pick<Keyring, "keyOfSession" | "byId">,
  onError: (error: Error) => void,
): Tails {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false });
  redis.on("error", onError);
  const name = (writer: Writer): string => `colloquy:tail:${nameOf(writer)}`;
  const orNothing = (error: unknown): null => {
    onError(error instanceof Error ? error : new Error(String(error)));
    return null;
  };
  const open = async (text: string, writer: Writer): Promise<Tail | null> => {
    const sealed = Buffer.from(text, "base64url");
    const kept = JSON.parse(unseal(await keyring.byId(kidOf(sealed)), sealed).toString("utf8")) as Tail & Writer;
    const { sessionId, by, ...tail } = kept;
    return nameOf({ sessionId, by }) === nameOf(writer) ? tail : null;
  };
  return {
    async get(writer) {
      const text = await redis.get(name(writer)).catch(orNothing);
      return text === null ? null : open(text, writer).catch(orNothing);
    },
    async set(writer, tail) {
      const sealed = seal(
        await keyring.keyOfSession(writer.sessionId),
        Buffer.from(JSON.stringify({ ...tail, ...writer })),
      );
      await redis.set(name(writer), sealed.toString("base64url"), "EX", TTL_S).catch(orNothing);
    },
    // Sealed under the customer's key, which is gone.
    forget: () => undefined,
    close: async () => redis.disconnect(),
  };
}
