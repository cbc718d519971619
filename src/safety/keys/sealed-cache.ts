import type { SharedCache } from "../../store/cache.ts";
import { kidOf, seal, unseal } from "./envelope.ts";
import type { Keyring } from "./keyring.ts";

/**
 * What workers share in Redis may hold customers' words: sealed there, under a key that every erasure destroys, so that nothing in it
 * outlives one. What can't be opened is not there, what can't be sealed is not kept.
 */
export const sealedCache = (inner: SharedCache, keyring: Pick<Keyring, "byId" | "cachesKey">): SharedCache => ({
  async get(key) {
    const text = await inner.get(key);
    if (text === null) return null;
    try {
      const sealed = Buffer.from(text, "base64");
      return unseal(await keyring.byId(kidOf(sealed)), sealed).toString("utf8");
    } catch {
      return null;
    }
  },
  async set(key, value, ttlMs) {
    const caches = await keyring.cachesKey().catch(() => null);
    if (caches) await inner.set(key, seal(caches, Buffer.from(value)).toString("base64"), ttlMs);
  },
  close: () => inner.close(),
});
