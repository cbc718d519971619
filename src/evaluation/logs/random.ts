/** Chance that comes out the same for the same seed. */
export interface Random {
  /** 0 ≤ x < 1 */
  next(): number;
  /** A whole number, 0 ≤ x < n. */
  below(n: number): number;
  chance(probability: number): boolean;
  /** @throws RangeError when there is nothing to pick from */
  pick<T>(values: readonly T[]): T;
  digits(count: number): string;
}

const STEP = 0x6d2b79f5;
const TWO_TO_32 = 4_294_967_296;

/** Mulberry32: 32 bits of state, good enough for made-up talk. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + STEP) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / TWO_TO_32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick(values) {
      const picked = values[below(values.length)];
      if (picked === undefined) throw new RangeError("Nothing to pick from.");
      return picked;
    },
    digits: (count) => Array.from({ length: count }, () => below(10)).join(""),
  };
}

/** Seeds that differ by one give streams that have nothing to do with each other. */
export const seedOf = (...parts: number[]): number =>
  parts.reduce((hash, part) => Math.imul(hash ^ (part + STEP), 0x85ebca6b) ^ (hash >>> 13), 0x9e3779b9) >>> 0;
