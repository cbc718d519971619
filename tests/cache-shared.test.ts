/** What several workers share: a real Redis where one is on PATH, and what happens while it is away. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Redis } from "ioredis";
import { Registry } from "prom-client";
import { z } from "zod";
import { runIfThere } from "../src/embedded/command.ts";
import { freePort } from "../src/embedded/ports.ts";
import type { SharedCache } from "../src/store/cache.ts";
import { createRedisCache, TwoLevelCache } from "../src/store/cache.ts";
import { countLookups } from "../src/store/cache-metrics.ts";
import { eventually } from "./support/eventually.ts";

const schema = z.object({ text: z.string() });
const TTL_MS = 60_000;
const twoLevels = (shared: SharedCache | undefined, now?: () => number, maxEntries = 10) =>
  new TwoLevelCache({ schema, ttlMs: TTL_MS, maxEntries, shared, now });

test("in process: bounded, the least recently used goes first, entries live from being set", async () => {
  let nowMs = 1_000;
  const cache = twoLevels(undefined, () => nowMs, 2);
  await cache.set("a", { text: "a" });
  await cache.set("b", { text: "b" });
  await cache.get("a");
  await cache.set("c", { text: "c" });
  expect([await cache.get("a"), await cache.get("b")]).toEqual([{ text: "a" }, undefined]);
  nowMs += TTL_MS - 1;
  expect(await cache.get("a")).toEqual({ text: "a" });
  nowMs += 1;
  expect(await cache.get("a")).toBeUndefined();
});

test("look-ups are counted as they are when Prometheus asks", async () => {
  const registry = new Registry();
  const counts = { hits: 1, misses: 2 };
  countLookups(registry, { answer: { stats: () => counts } });
  const shown = async (): Promise<string[]> =>
    (await registry.metrics()).split("\n").filter((line) => line.startsWith("colloquy_cache_lookups_total"));
  const line = (result: string, count: number) =>
    `colloquy_cache_lookups_total{cache="answer",result="${result}"} ${count}`;
  expect(await shown()).toEqual([line("hit", 1), line("miss", 2)]);
  counts.hits = 5;
  expect(await shown()).toEqual([line("hit", 5), line("miss", 2)]);
});

test("a Redis that isn't there costs nothing but its hits", async () => {
  const errors: unknown[] = [];
  const shared = createRedisCache(`redis://127.0.0.1:${await freePort()}`, (error) => errors.push(error));
  const cache = twoLevels(shared);
  await cache.set("a", { text: "a" });
  expect(await cache.get("a")).toEqual({ text: "a" });
  expect(await cache.get("b")).toBeUndefined();
  shared.close();
  expect(errors.length).toBeGreaterThan(0);
});

const redisServer = await runIfThere("redis-server", ["--version"], { timeoutMs: 10_000 });
(redisServer ? describe : describe.skip)(`Redis${redisServer ? "" : " (skipped: no redis-server on PATH)"}`, () => {
  let dir: string;
  let url: string;
  let server: ReturnType<typeof spawn>;
  const start = async (port: string): Promise<void> => {
    const settings = ["--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", dir];
    server = spawn("redis-server", settings, { stdio: "ignore" });
    const probe = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
    probe.on("error", () => undefined);
    await probe.ping();
    probe.disconnect();
  };
  const stop = async (): Promise<void> => {
    const exited = once(server, "exit");
    server.kill("SIGKILL");
    await exited;
  };
  const connected = async (): Promise<SharedCache> => {
    const shared = createRedisCache(url, () => undefined);
    await eventually("it is connected", async () => {
      await shared.set("probe", "1", 1_000);
      return (await shared.get("probe")) === "1";
    });
    return shared;
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "colloquy-redis-"));
    url = `redis://127.0.0.1:${await freePort()}`;
    await start(new URL(url).port);
  });
  afterAll(async () => {
    await stop();
    await rm(dir, { recursive: true, force: true });
  });

  test("what one worker kept another finds, until its time is over", async () => {
    let nowMs = Date.now();
    const [here, there] = [await connected(), await connected()];
    await twoLevels(here, () => nowMs).set("a", { text: "a" });
    const other = twoLevels(there, () => nowMs);
    expect(await other.get("a")).toEqual({ text: "a" });
    nowMs += TTL_MS;
    expect(await other.get("a")).toBeUndefined();
    const redis = new Redis(url);
    const leftMs = await redis.pttl("colloquy:cache:a");
    redis.disconnect();
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(TTL_MS);
    here.close();
    there.close();
  });

  test("what another version of us wrote is not believed", async () => {
    const shared = await connected();
    await shared.set("odd", "{", TTL_MS);
    await shared.set("other", JSON.stringify({ expiresAtMs: Date.now() + TTL_MS, value: { words: "a" } }), TTL_MS);
    const cache = twoLevels(shared);
    expect([await cache.get("odd"), await cache.get("other")]).toEqual([undefined, undefined]);
    shared.close();
  });

  test("it may go away and come back", async () => {
    const shared = await connected();
    const cache = twoLevels(shared, undefined, 1);
    await cache.set("a", { text: "a" });
    await cache.set("b", { text: "b" });
    expect(await cache.get("a")).toEqual({ text: "a" });
    await stop();
    expect(await cache.get("b")).toBeUndefined();
    await start(new URL(url).port);
    await eventually("it is used again", async () => {
      await cache.set("c", { text: "c" });
      await cache.set("d", { text: "d" });
      return (await cache.get("c"))?.text === "c";
    });
    shared.close();
  });
});
