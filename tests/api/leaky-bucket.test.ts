import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createLeakyBucket } from "../../src/api/leaky-bucket.ts";

const bucketAt = (capacity: number, leakPerS: number) => {
  const clock = { ms: 0 };
  const bucket = createLeakyBucket({ capacity, leakPerS, now: () => clock.ms });
  const waits = (user: string, times: number): number[] => Array.from({ length: times }, () => bucket.take(user));
  return { bucket, clock, waits };
};

describe("the leaky bucket (P2)", () => {
  test("takes a burst up to its capacity, then says how long to wait", () => {
    expect(bucketAt(3, 0.5).waits("a", 5)).toEqual([0, 0, 0, 2, 2]);
  });

  test("one user's flood is not another's", () => {
    const { waits } = bucketAt(3, 0.5);
    waits("a", 50);
    expect(waits("b", 3)).toEqual([0, 0, 0]);
  });

  test("who waits as told gets through, and one more does not", () => {
    const { bucket, clock, waits } = bucketAt(3, 0.5);
    clock.ms += (waits("a", 4).at(-1) ?? 0) * 1_000;
    expect(waits("a", 2)).toEqual([0, 2]);
    clock.ms += 1_999;
    expect(bucket.take("a")).toBe(1);
  });

  test("refused messages don't fill it further", () => {
    const { clock, waits } = bucketAt(2, 1);
    waits("a", 100);
    clock.ms += 2_000;
    expect(waits("a", 3)).toEqual([0, 0, 1]);
  });

  test("a clock that steps back locks nobody out for longer than the bucket holds", () => {
    const { bucket, clock, waits } = bucketAt(2, 1);
    clock.ms = 3_600_000;
    waits("a", 2);
    clock.ms = 0;
    expect(bucket.take("a")).toBeLessThanOrEqual(3);
  });

  test("over any time span no more is taken than capacity and leak allow", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 100 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.constantFrom(0.5, 1, 4), gaps, (capacity, leakPerS, waitsMs) => {
        const { bucket, clock } = bucketAt(capacity, leakPerS);
        let taken = 0;
        for (const gapMs of waitsMs) {
          clock.ms += gapMs;
          const waitS = bucket.take("a");
          if (waitS === 0) taken++;
          else expect(Number.isInteger(waitS) && waitS >= 1 && waitS <= Math.ceil(1 / leakPerS)).toBe(true);
          expect(taken).toBeLessThanOrEqual(capacity + (clock.ms / 1_000) * leakPerS + 1e-6);
        }
      }),
    );
  });
});
