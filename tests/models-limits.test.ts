/** M5: quotas and breakers, by the same rules in one process and shared through Redis. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createInProcessLimits } from "../src/models/limits/in-process.ts";
import { createRedisLimits } from "../src/models/limits/redis.ts";
import type { Admission, Ending, Ticket, TierLimits } from "../src/models/limits/types.ts";
import { eventually } from "./support/eventually.ts";
import type { RedisServer } from "./support/redis-server.ts";
import { findRedisServer, NO_REDIS, startRedisServer } from "./support/redis-server.ts";

/** A whole second, so that what the tests count falls into seconds as they say. */
const START_MS = 1_800_000_000_000;

let redis: RedisServer | undefined;
const opened: TierLimits[] = [];
const said: string[] = [];
const log = {
  warn: (_details: object, message: string) => void said.push(message),
  info: (message: string) => void said.push(message),
};

beforeAll(async () => {
  if (findRedisServer() !== undefined) redis = await startRedisServer();
});
afterAll(async () => {
  await Promise.all(opened.map((limits) => limits.close()));
  await redis?.stop();
});

async function openRedisLimits(now: () => number, url = redis?.url ?? ""): Promise<TierLimits> {
  const limits = await createRedisLimits({ url, log, now });
  opened.push(limits);
  return limits;
}

let tiers = 0;
/** A tier of its own for each test, and a clock. */
async function setUp(create: (now: () => number) => TierLimits | Promise<TierLimits>) {
  const clock = { ms: START_MS };
  const limits = await create(() => clock.ms);
  const tier = `tier-${++tiers}`;
  const ask = (tokens: number, tokensPerMinute?: number) =>
    limits.admit({ tier, tokens, tokensPerMinute, leaseMs: 5_000, inProcess: false });
  const call = async (ending: Ending, tokens = 100) => limits.settle(ticketOf(await ask(tokens)), ending);
  return { clock, limits, tier, ask, call };
}

function ticketOf(admission: Admission): Ticket {
  if (!admission.admitted) throw new Error(`refused because of ${admission.because}`);
  return admission.ticket;
}

const answered: Ending = { kind: "answered", tokens: 100 };
const failed: Ending = { kind: "failed", tokens: 0 };

const places: Array<[where: string, create: (now: () => number) => TierLimits | Promise<TierLimits>]> = [
  ["in process", createInProcessLimits],
  ...(findRedisServer() === undefined ? [] : [["in Redis", openRedisLimits] as (typeof places)[number]]),
];

describe.each(places)("limits %s", (_where, create) => {
  test("a quota is taken before the call; over it the call waits until enough has left the window", async () => {
    const { clock, ask } = await setUp(create);
    expect(await ask(600, 1_000)).toMatchObject({ admitted: true, breaker: "closed" });
    clock.ms += 10_000;
    expect(await ask(300, 1_000)).toMatchObject({ admitted: true });
    // The first 600 leave when their second is a whole minute old.
    expect(await ask(500, 1_000)).toMatchObject({ admitted: false, because: "quota", retryAfterMs: 51_000 });
    expect(await ask(100, 1_000)).toMatchObject({ admitted: true });
    expect(await ask(900, 1_000)).toMatchObject({ admitted: false, because: "quota", retryAfterMs: 61_000 });
    clock.ms += 50_999;
    expect(await ask(500, 1_000)).toMatchObject({ admitted: false, retryAfterMs: 1 });
    clock.ms += 1;
    expect(await ask(500, 1_000)).toMatchObject({ admitted: true });
  });

  test("what a call really used replaces the estimate, more or less; where the tier said nothing, the estimate stands", async () => {
    const { limits, ask } = await setUp(create);
    const fits = async (tokens: number) => (await ask(tokens, 1_000)).admitted;
    await limits.settle(ticketOf(await ask(1_000, 1_000)), { kind: "answered", tokens: 200 });
    const second = ticketOf(await ask(700, 1_000));
    expect(await fits(101)).toBe(false);
    await limits.settle(second, { kind: "answered", tokens: 790 });
    expect(await fits(11)).toBe(false);
    const third = ticketOf(await ask(10, 1_000));
    await limits.settle(third, { kind: "failed", tokens: undefined });
    expect(await fits(1)).toBe(false);
    await limits.settle(third, { kind: "limited", retryAfterMs: 0 });
    expect(await fits(10)).toBe(true);
  });

  test("a call larger than the quota is never admitted, and isn't told to wait; without a quota everything is", async () => {
    const { ask } = await setUp(create);
    expect(await ask(1_001, 1_000)).toMatchObject({ admitted: false, because: "quota", retryAfterMs: undefined });
    expect(await ask(1_000_000_000)).toMatchObject({ admitted: true });
  });

  test("three failures running open the breaker; after 30 s one probe decides, alone", async () => {
    const { clock, limits, ask, call } = await setUp(create);
    await call(failed);
    await call(failed);
    await call(answered);
    await call(failed);
    await call(failed);
    expect((await ask(1)).admitted).toBe(true);
    expect(await call(failed)).toBe("open");
    clock.ms += 29_999;
    expect(await ask(1)).toMatchObject({ admitted: false, because: "breaker", retryAfterMs: 1, breaker: "open" });
    clock.ms += 1;
    const probe = await ask(1);
    expect(probe).toMatchObject({ admitted: true, breaker: "half-open" });
    expect(await ask(1)).toMatchObject({
      admitted: false,
      because: "breaker",
      retryAfterMs: 5_000,
      breaker: "half-open",
    });
    expect(await limits.settle(ticketOf(probe), failed)).toBe("open");
    clock.ms += 30_000;
    expect(await call(answered)).toBe("closed");
    expect(await ask(1)).toMatchObject({ admitted: true, breaker: "closed" });
  });

  test("a probe that is given up, or never heard of again, leaves its place to the next", async () => {
    const { clock, limits, ask, call } = await setUp(create);
    for (let i = 0; i < 3; i++) await call(failed);
    clock.ms += 30_000;
    expect(await limits.settle(ticketOf(await ask(1)), { kind: "abandoned" })).toBe("half-open");
    expect((await ask(1)).admitted).toBe(true);
    expect((await ask(1)).admitted).toBe(false);
    clock.ms += 5_000;
    expect((await ask(1)).admitted).toBe(true);
  });

  test("a tier that said 'too many requests' is left alone for as long as it asked", async () => {
    const { clock, ask, call } = await setUp(create);
    await call({ kind: "limited", retryAfterMs: 7_000 });
    expect(await ask(1)).toMatchObject({ admitted: false, because: "rate-limited", retryAfterMs: 7_000 });
    clock.ms += 7_000;
    expect(await ask(1)).toMatchObject({ admitted: true });
  });
});

const describeRedis = findRedisServer() === undefined ? describe.skip : describe;
describeRedis(`limits shared through Redis (skipped only where there is ${NO_REDIS})`, () => {
  test("two workers never admit more than the quota between them, however they race", async () => {
    const now = () => START_MS;
    const workers = await Promise.all([openRedisLimits(now), openRedisLimits(now)]);
    const demand = { tier: "raced", tokens: 100, tokensPerMinute: 1_000, leaseMs: 5_000, inProcess: false };
    const asked = Array.from({ length: 40 }, (_, index) => workers[index % 2]?.admit(demand));
    const admitted = (await Promise.all(asked)).filter((admission) => admission?.admitted);
    expect(admitted).toHaveLength(10);
  });

  test("a breaker that one worker opened is open for the other", async () => {
    const now = () => START_MS;
    const [one, other] = [await openRedisLimits(now), await openRedisLimits(now)];
    const demand = { tier: "shared", tokens: 1, tokensPerMinute: undefined, leaseMs: 5_000, inProcess: false };
    for (let i = 0; i < 3; i++) await one.settle(ticketOf(await one.admit(demand)), failed);
    expect(await other.admit(demand)).toMatchObject({ admitted: false, because: "breaker" });
  });

  test("what runs in a worker's own process is its own: another's full queue or failures don't count", async () => {
    const now = () => START_MS;
    const [one, other] = [await openRedisLimits(now), await openRedisLimits(now)];
    const demand = { tier: "small", tokens: 1, tokensPerMinute: undefined, leaseMs: 5_000, inProcess: true };
    await one.settle(ticketOf(await one.admit(demand)), { kind: "limited", retryAfterMs: 6_000 });
    expect(await one.admit(demand)).toMatchObject({ admitted: false, because: "rate-limited" });
    expect(await other.admit(demand)).toMatchObject({ admitted: true });
  });

  test("Redis goes away: each worker counts for itself, says so once, and shares again when it is back", async () => {
    const own = await startRedisServer();
    const limits = await openRedisLimits(() => START_MS, own.url);
    said.length = 0;
    const ask = () =>
      limits.admit({ tier: "t", tokens: 600, tokensPerMinute: 1_000, leaseMs: 5_000, inProcess: false });
    const before = ticketOf(await ask());
    expect(before.shared).toBe(true);
    await own.stop();
    expect(await limits.settle(before, answered)).toBe("closed");
    const alone = ticketOf(await ask());
    expect(alone.shared).toBe(false);
    expect(await ask()).toMatchObject({ admitted: false, because: "quota" });
    expect(said).toEqual([expect.stringMatching(/^Redis is away/)]);
    await own.start();
    await eventually("it shares again", async () => {
      const admission = await limits.admit({
        tier: "u",
        tokens: 1,
        tokensPerMinute: undefined,
        leaseMs: 5_000,
        inProcess: false,
      });
      return admission.admitted && admission.ticket.shared;
    });
    expect(said).toEqual([expect.stringMatching(/^Redis is away/), expect.stringMatching(/^Redis is back/)]);
    await limits.close();
    await own.stop();
  });

  test("a Redis that was never there costs a warning, not the worker's start", async () => {
    const gone = await startRedisServer();
    await gone.stop();
    said.length = 0;
    const limits = await openRedisLimits(() => START_MS, gone.url);
    expect(said).toHaveLength(1);
    expect(
      await limits.admit({ tier: "t", tokens: 1, tokensPerMinute: 10, leaseMs: 1, inProcess: false }),
    ).toMatchObject({
      admitted: true,
    });
  });
});
