import type { SharedCache } from "../../store/cache.ts";
import { kidOf, seal, unseal } from "./envelope.ts";
import type { Keyring } from "./keyring.ts";

/** What workers share in Redis may hold customers' words: sealed there, under the service's key. What can't be opened is not there. */
export const sealedCache = (inner: SharedCache, keyring: Keyring): SharedCache => ({
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
    const sealed = seal(await keyring.serviceKey(), Buffer.from(value));
    await inner.set(key, sealed.toString("base64"), ttlMs);
  },
  close: () => inner.close(),
});
