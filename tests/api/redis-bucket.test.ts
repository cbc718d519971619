/** P2: one bucket a user, however many API processes there are. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { SharedBucket } from "../../src/api/redis-bucket.ts";
import { createRedisBucket } from "../../src/api/redis-bucket.ts";
import { eventually } from "../support/eventually.ts";
import type { RedisServer } from "../support/redis-server.ts";
import { findRedisServer, startRedisServer } from "../support/redis-server.ts";

const here = findRedisServer() === undefined ? describe.skip : describe;

here("the leaky bucket in Redis", () => {
  let redis: RedisServer;
  const opened: SharedBucket[] = [];
  const said: string[] = [];
  const log = { warn: (_details: unknown, message: string) => void said.push(message) };
  const open = async (capacity: number, leakPerS: number): Promise<SharedBucket> => {
    const bucket = await createRedisBucket({ url: redis.url, log: log as never, capacity, leakPerS });
    opened.push(bucket);
    return bucket;
  };
  beforeAll(async () => {
    redis = await startRedisServer();
  });
  afterAll(async () => {
    for (const bucket of opened) bucket.close();
    await redis?.stop();
  });

  test("four processes at once let through what one would, and tell the rest how long to wait", async () => {
    // It leaks one in a thousand seconds: none while this runs.
    const processes = await Promise.all([1, 2, 3, 4].map(() => open(20, 0.001)));
    const waits = await Promise.all(
      Array.from({ length: 400 }, (_, index) => processes[index % 4]?.take("flood") ?? Promise.resolve(-1)),
    );
    expect(waits.filter((seconds) => seconds === 0)).toHaveLength(20);
    expect(waits.filter((seconds) => seconds > 0).every((seconds) => seconds <= 1_000)).toBe(true);
    expect(await processes[0]?.take("another")).toBe(0);
  });

  test("it drains, and who waits as told gets through", async () => {
    const bucket = await open(2, 20);
    await eventually("full", async () => (await bucket.take("drain")) > 0);
    await eventually("room again", async () => (await bucket.take("drain")) === 0);
  });

  test("while Redis is away each process limits by itself, and shares again when it is back", async () => {
    const [a, b] = [await open(3, 0.001), await open(3, 0.001)];
    const take = async (bucket: SharedBucket, times: number): Promise<number> => {
      let taken = 0;
      for (let time = 0; time < times; time++) if ((await bucket.take("away")) === 0) taken += 1;
      return taken;
    };
    await redis.stop();
    expect([await take(a, 10), await take(b, 10)]).toEqual([3, 3]);
    expect(said.filter((message) => /Redis is away/.test(message)).length).toBeGreaterThanOrEqual(2);
    await redis.start();
    await eventually("Redis counts again", async () => (await take(a, 1)) === 1);
    expect((await take(a, 10)) + (await take(b, 10))).toBeLessThanOrEqual(5);
  });
});
