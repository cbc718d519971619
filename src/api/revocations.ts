import type { Store } from "../store/mongo.ts";
import { isDuplicateKey } from "../store/mongo.ts";

/** Ids of tokens that are good no more. */
export interface Revocations {
  has(jti: string): Promise<boolean>;
  /** @param expiresAt when the token would have ended: it needs no remembering after that; ms since the epoch */
  revoke(jti: string, expiresAt: number): Promise<void>;
}

/** How long another process may still take a revoked token. */
export const REVOCATION_CACHE_MS = 5_000;
const CACHED_MAX = 50_000;
/** Of a token that never ends. */
const FOREVER_MS = 3_153_600_000_000;

export function createRevocations(
  { revocations }: Pick<Store, "revocations">,
  now: () => number = Date.now,
): Revocations {
  const known = new Map<string, { revoked: Promise<boolean>; until: number }>();
  const remember = (jti: string, revoked: Promise<boolean>): Promise<boolean> => {
    if (known.size >= CACHED_MAX) known.clear();
    known.set(jti, { revoked, until: now() + REVOCATION_CACHE_MS });
    // Unknown is not "no": the next one asks again.
    revoked.catch(() => known.delete(jti));
    return revoked;
  };
  return {
    has(jti) {
      const kept = known.get(jti);
      if (kept && kept.until > now()) return kept.revoked;
      return remember(
        jti,
        revocations.findOne({ _id: jti }).then((doc) => doc !== null),
      );
    },
    async revoke(jti, expiresAt) {
      const ends = Math.min(expiresAt, now() + FOREVER_MS);
      await revocations.insertOne({ _id: jti, expiresAt: new Date(ends) }).catch((error: unknown) => {
        if (!isDuplicateKey(error)) throw error;
      });
      await remember(jti, Promise.resolve(true));
    },
  };
}
