/**
 * Beyond the reference, 10: quota, vendor or Redis failures are branches, not ends. Real SDKs against a server that plays the
 * vendors; the clock is the test's.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Registry } from "prom-client";
import type { Attempt } from "../src/models/accounting.ts";
import { totalOf } from "../src/models/accounting.ts";
import { createRedisLimits } from "../src/models/limits/redis.ts";
import type { TierLimits } from "../src/models/limits/types.ts";
import { createModelMetrics } from "../src/models/metrics.ts";
import type { Router, RouterOptions } from "../src/models/router.ts";
import { createRouter, NoTierAnswered } from "../src/models/router.ts";
import { createTiers } from "../src/models/tiers.ts";
import { parseTiersFile } from "../src/models/tiers-file.ts";
import { predictTokens } from "../src/models/tokens.ts";
import type { Stakes } from "../src/models/types.ts";
import { failureOf, lampReturn, options, question, request } from "./support/models.ts";
import { findRedisServer, NO_REDIS, startRedisServer } from "./support/redis-server.ts";
import type { VendorCall, VendorReply, VendorServer } from "./support/vendor-server.ts";
import { startVendorServer } from "./support/vendor-server.ts";

const START_MS = 1_800_000_000_000;
const MINUTE_MS = 60_000;
/** What one call is estimated at; the quotas below are multiples of it. */
const CALL_TOKENS = predictTokens(request);

let vendor: VendorServer;
/** By model: what it does now; `sure` unless a test says otherwise. */
let playing: Record<string, VendorReply> = {};
const answer = (confidence: number, usage: [number, number] = [1_000, 100]): VendorReply => ({
  kind: "json",
  value: { ...lampReturn, confidence },
  usage,
});
const asked = () => vendor.calls.map(({ model }) => model);

beforeAll(async () => {
  vendor = await startVendorServer((call: VendorCall) => playing[call.model] ?? answer(0.95));
});
afterAll(() => vendor.close());

/** A shop that prefers the cheap cloud tier and degrades to its local one (M5), with GPT-4 for what is worth it (M3). */
function setUp(more: Partial<RouterOptions> = {}, quota = 4 * CALL_TOKENS) {
  const usd = (input: number, output: number) => ({
    currency: "USD",
    inputPerMillion: input,
    outputPerMillion: output,
  });
  const cloud = { where: "cloud", baseUrl: vendor.openaiBaseURL, protocol: "openai" };
  const file = {
    tiers: [
      // Not where it is asked: the last resort comes last wherever it stands.
      { ...cloud, id: "best", model: "gpt-4", lastResort: true, price: usd(10, 30) },
      { ...cloud, id: "local", model: "chatglm3-6b", where: "local-network", contextTokens: 8_192 },
      { ...cloud, id: "cheap", model: "gpt-3.5-turbo", tokensPerMinute: quota, price: usd(0.5, 1.5) },
      {
        ...cloud,
        id: "careful",
        model: "claude",
        protocol: "anthropic",
        baseUrl: vendor.anthropicBaseURL,
        price: usd(3, 15),
      },
    ],
    routes: { normal: { tiers: ["cheap", "local"] } },
  };
  const { tiers: rows, routes } = parseTiersFile("test", JSON.stringify(file), () => "key");
  const clock = { ms: START_MS };
  const log: Attempt[] = [];
  const registry = new Registry();
  playing = {};
  vendor.calls.length = 0;
  const router = createRouter({
    tiers: createTiers(rows, { timeoutMs: 5_000, keyOf: () => "key" }),
    routes,
    metrics: createModelMetrics(registry),
    log: (attempt) => log.push(attempt),
    now: () => clock.ms,
    ...more,
  });
  const ask = (stakes: Stakes = "normal", localOnly = false) =>
    router.predict(request, { ...options(2_000), stakes, localOnly, tenant: "shop-1", sessionId: "s-1", turn: 3 });
  return { router, clock, log, registry, ask };
}

describe("one conversation through an exhausted quota, a vendor's outage and recovery", () => {
  test("every turn is answered, and the tier that was preferred comes back by itself", async () => {
    const { clock, log, ask } = setUp();
    const turn = async (): Promise<string> => {
      const { tier, accepted, value } = await ask();
      expect(accepted).toBe(true);
      expect(value.acts).toEqual(lampReturn.acts);
      return tier;
    };
    const attemptsOfLastTurn = (count: number) =>
      log.slice(-count).map(({ tier, outcome, because }) => [tier, because ?? outcome]);

    // Calls report 3 times what was estimated: settled, they use up the quota of four within two turns.
    playing["gpt-3.5-turbo"] = answer(0.95, [3 * CALL_TOKENS - 100, 100]);
    expect(await turn()).toBe("cheap");
    clock.ms += 10_000;
    expect(await turn()).toBe("cheap");
    clock.ms += 10_000;
    expect(await turn()).toBe("local");
    expect(attemptsOfLastTurn(2)).toEqual([
      ["cheap", "quota"],
      ["local", "Accepted"],
    ]);

    // The window slides past the first call; meanwhile the vendor has gone away for a minute.
    clock.ms += 41_000;
    playing["gpt-3.5-turbo"] = { kind: "status", status: 529 };
    for (let i = 0; i < 3; i++) expect(await turn()).toBe("local");
    expect(log.filter(({ outcome }) => outcome === "Unavailable")).toHaveLength(3);
    // Its breaker is open: nobody waits for it any more.
    expect(await turn()).toBe("local");
    expect(attemptsOfLastTurn(2)[0]).toEqual(["cheap", "breaker"]);
    clock.ms += 30_000;
    // Half a minute later one turn probes it, finds it still away, and is answered all the same.
    expect(await turn()).toBe("local");
    expect(attemptsOfLastTurn(2)[0]).toEqual(["cheap", "Unavailable"]);
    expect(await turn()).toBe("local");
    expect(attemptsOfLastTurn(2)[0]).toEqual(["cheap", "breaker"]);

    playing["gpt-3.5-turbo"] = answer(0.95);
    clock.ms += 30_000;
    expect(await turn()).toBe("cheap");
    expect(await turn()).toBe("cheap");
  });

  test("a 429 leaves the tier alone for its Retry-After, and no longer", async () => {
    const { clock, ask } = setUp();
    playing["gpt-3.5-turbo"] = { kind: "status", status: 429, headers: { "retry-after": "20" } };
    expect((await ask()).tier).toBe("local");
    playing = {};
    clock.ms += 19_999;
    expect((await ask()).tier).toBe("local");
    expect(asked().filter((model) => model === "gpt-3.5-turbo")).toHaveLength(1);
    clock.ms += 1;
    expect((await ask()).tier).toBe("cheap");
  });

  test("when nobody is left, the error says when the first tier is to be had again", async () => {
    const { clock, ask } = setUp({}, CALL_TOKENS);
    playing["gpt-3.5-turbo"] = answer(0.95, [CALL_TOKENS, 0]);
    await ask();
    playing["chatglm3-6b"] = { kind: "text", text: "I would say a return." };
    clock.ms += 1_000;
    const error = (await failureOf(ask())) as NoTierAnswered;
    expect(error).toBeInstanceOf(NoTierAnswered);
    expect(error.retryAfterMs).toBe(MINUTE_MS);
    expect(error.message).toBe("no model answered: cheap Skipped quota, local BadAnswer");
    expect(error.cost).toEqual({});
    // Two asks of the tier that answered prose.
    expect(error.usage).toEqual({ inputTokens: 200, outputTokens: 40 });
  });
});

describe("who is asked", () => {
  test("M3: for high value GPT-4 is the last one before a person; a cheap question never reaches it", async () => {
    const { ask } = setUp();
    playing = { "chatglm3-6b": answer(0.4), "gpt-3.5-turbo": answer(0.5), claude: answer(0.55), "gpt-4": answer(0.97) };
    expect(await ask("high-value")).toMatchObject({ tier: "best", accepted: true, value: { confidence: 0.97 } });
    expect(asked()).toEqual(["chatglm3-6b", "gpt-3.5-turbo", "claude", "gpt-4"]);
    vendor.calls.length = 0;
    expect(await ask()).toMatchObject({ tier: "cheap", accepted: false, value: { confidence: 0.5 } });
    expect(asked()).toEqual(["gpt-3.5-turbo", "chatglm3-6b"]);
  });

  test("M6: for money .6 isn't enough; the best answer comes back as not accepted, for a person to decide", async () => {
    const { ask } = setUp();
    playing = { "chatglm3-6b": answer(0.7), "gpt-3.5-turbo": answer(0.84), claude: answer(0.6), "gpt-4": answer(0.8) };
    for (const stakes of ["money", "medicine"] as const)
      expect(await ask(stakes)).toMatchObject({ tier: "cheap", accepted: false, value: { confidence: 0.84 } });
    playing["gpt-4"] = answer(0.85);
    expect(await ask("money")).toMatchObject({ tier: "best", accepted: true });
  });

  test("what a tier says of its confidence counts as calibrated, and both are kept", async () => {
    const { ask, log } = setUp({ confidence: (tier, raw) => (tier === "cheap" ? raw / 2 : raw) });
    playing = { "gpt-3.5-turbo": answer(0.98), "chatglm3-6b": answer(0.7) };
    expect(await ask()).toMatchObject({ tier: "local", accepted: true, value: { confidence: 0.7 } });
    expect(log[0]).toMatchObject({ tier: "cheap", outcome: "LowConfidence", rawConfidence: 0.98, confidence: 0.49 });
  });

  test("M2: private text reaches no cloud tier, whatever the stakes and whoever fails", async () => {
    const { router, ask } = setUp();
    playing["chatglm3-6b"] = { kind: "status", status: 500 };
    for (const stakes of ["normal", "high-value", "money", "medicine"] as const) await failureOf(ask(stakes, true));
    await failureOf(router.phrase(question, { ...options(), localOnly: true }));
    expect(new Set(asked())).toEqual(new Set(["chatglm3-6b"]));
  });

  test("what doesn't fit into a tier's context goes to the next one unasked", async () => {
    const { router, log } = setUp();
    playing["gpt-3.5-turbo"] = answer(0.3);
    const text = "退".repeat(8_000);
    await router.predict({ ...request, text }, { ...options(), stakes: "high-value" });
    expect(log.map(({ tier, outcome, because }) => [tier, because ?? outcome])).toEqual([
      ["local", "context"],
      // Its quota is less than this one call.
      ["cheap", "quota"],
      ["careful", "Accepted"],
    ]);
  });
});

describe("M4: what it cost", () => {
  test("each attempt has its tokens and price, the turn their sum, by currency; failures count too", async () => {
    const { ask, log } = setUp();
    playing = {
      "chatglm3-6b": answer(0.3, [900, 50]),
      "gpt-3.5-turbo": { kind: "truncated", text: '{"steps": "', usage: [1_000, 700] },
      claude: answer(0.9, [2_000, 100]),
    };
    const { cost, attempts, usage } = await ask("high-value");
    expect(attempts).toEqual(log);
    const cheap = (2 * (1_000 * 0.5 + 700 * 1.5)) / 1e6;
    const careful = (2_000 * 3 + 100 * 15) / 1e6;
    expect(log.map((attempt) => attempt.cost)).toEqual([{}, { USD: cheap }, { USD: careful }]);
    expect(cost.USD).toBeCloseTo(cheap + careful, 12);
    expect(usage).toEqual({ inputTokens: 2_000, outputTokens: 100 });
    expect(totalOf(attempts).usage).toEqual({ inputTokens: 900 + 2_000 + 2_000, outputTokens: 50 + 1_400 + 100 });
    expect(log[0]).toMatchObject({ tenant: "shop-1", sessionId: "s-1", turn: 3, stakes: "high-value" });
  });

  test("Prometheus sees it by tier and tenant", async () => {
    const { ask, registry, clock } = setUp({}, 2 * CALL_TOKENS);
    playing["gpt-3.5-turbo"] = answer(0.95, [2 * CALL_TOKENS - 1, 1]);
    await ask();
    await ask();
    clock.ms += 2 * MINUTE_MS;
    playing["gpt-3.5-turbo"] = { kind: "status", status: 503 };
    for (let i = 0; i < 3; i++) await ask();
    const lines = (await registry.metrics()).split("\n");
    const labels = 'tier="cheap",tenant="shop-1"';
    expect(lines).toEqual(
      expect.arrayContaining([
        `colloquy_model_calls_total{${labels},task="predict",outcome="Accepted"} 1`,
        `colloquy_model_calls_total{${labels},task="predict",outcome="Unavailable"} 3`,
        `colloquy_model_skips_total{${labels},because="quota"} 1`,
        `colloquy_model_tokens_total{${labels},direction="input"} ${2 * CALL_TOKENS - 1}`,
        `colloquy_model_cost_total{${labels},currency="USD"} ${((2 * CALL_TOKENS - 1) * 0.5 + 1.5) / 1e6}`,
        'colloquy_model_breaker_state{tier="cheap"} 2',
        'colloquy_model_breaker_state{tier="local"} 0',
      ]),
    );
  });
});

const testRedis = findRedisServer() === undefined ? test.skip : test;
testRedis(`two routers on one Redis share a quota (skipped only where there is ${NO_REDIS})`, async () => {
  const redis = await startRedisServer();
  const said: string[] = [];
  const log = { warn: (_: object, message: string) => void said.push(message), info: () => undefined };
  const now = () => START_MS;
  const limits: TierLimits[] = [
    await createRedisLimits({ url: redis.url, log, now }),
    await createRedisLimits({ url: redis.url, log, now }),
  ];
  const routers = limits.map((shared): Router => setUp({ limits: shared, now }, 2 * CALL_TOKENS).router);
  const tiers: string[] = [];
  playing["gpt-3.5-turbo"] = answer(0.95, [CALL_TOKENS, 0]);
  for (const router of [...routers, ...routers]) tiers.push((await router.predict(request, options())).tier);
  expect(tiers).toEqual(["cheap", "cheap", "local", "local"]);
  // Without Redis each counts for itself, from nothing; no turn fails.
  await redis.stop();
  for (const router of routers) expect((await router.predict(request, options())).tier).toBe("cheap");
  expect(said).toHaveLength(2);
  await Promise.all(limits.map((shared) => shared.close()));
});
