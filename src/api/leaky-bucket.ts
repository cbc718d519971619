/** A leaky bucket for each user (P2): it holds `capacity` messages and loses `leakPerS` of them a second. In memory of this process. */
export interface LeakyBucket {
  /** Seconds until there is room; 0 means taken. */
  take(user: string): number;
}

export interface BucketSize {
  capacity: number;
  leakPerS: number;
}

const USERS_MAX = 100_000;

export function createLeakyBucket({
  capacity,
  leakPerS,
  now = Date.now,
}: BucketSize & { now?: () => number }): LeakyBucket {
  const levels = new Map<string, { level: number; at: number }>();
  return {
    take(user) {
      const at = now();
      const known = levels.get(user);
      const level = known ? Math.max(0, known.level - (Math.max(0, at - known.at) / 1000) * leakPerS) : 0;
      if (level + 1 > capacity) return Math.max(1, Math.ceil((level + 1 - capacity) / leakPerS));
      levels.delete(user);
      levels.set(user, { level: level + 1, at });
      // The oldest has been quiet longest: its bucket is as good as empty.
      if (levels.size > USERS_MAX) levels.delete(levels.keys().next().value ?? "");
      return 0;
    },
  };
}
