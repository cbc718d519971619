/** Caches hold words of many customers together: an erasure empties all of them, in every process. */
import type { Store } from "../../store/mongo.ts";
import type { Keyring } from "../keys/keyring.ts";
import { CACHES } from "../keys/keyring.ts";
import type { Erasing } from "./destroy.ts";
import { destroy } from "./destroy.ts";

/** Well below the time for which a destroyed key may be in a process's memory (KEY_CACHE_MS). */
const LOOK_EVERY_MS = 5_000;

/** What is shared in Redis becomes noise; every process sees the change and forgets what it has in memory. */
export async function destroyCaches(erasing: Erasing, now: Date): Promise<void> {
  const key = await erasing.store.keys.findOne({ owner: CACHES });
  if (key) await destroy(erasing, key, now);
}

export interface ErasureWatch {
  /** Looks now. @returns whether somebody was erased since the last look */
  look(): Promise<boolean>;
  close(): void;
}

/**
 * Calls `forget` soon after every erasure, whichever process erased: the caches' key is another one then.
 * @param onError hears of a look that failed; the next one makes up for it
 */
export async function watchErasures({
  store,
  keyring,
  forget,
  onError,
}: {
  store: Pick<Store, "keys">;
  keyring: Keyring;
  forget: () => void;
  onError: (error: unknown) => void;
}): Promise<ErasureWatch> {
  let known = (await keyring.cachesKey()).kid;
  async function look(): Promise<boolean> {
    const current = await store.keys.findOne({ owner: CACHES }, { projection: { _id: 1 } });
    if (current?._id === known) return false;
    keyring.refuse([known]);
    forget();
    known = current?._id ?? (await keyring.cachesKey()).kid;
    return true;
  }
  const timer = setInterval(() => void look().catch(onError), LOOK_EVERY_MS);
  timer.unref();
  return { look, close: () => clearInterval(timer) };
}
