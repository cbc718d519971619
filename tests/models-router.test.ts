import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Attempt } from "../src/models/accounting.ts";
import { promptVersion } from "../src/models/prompts.ts";
import { createRouter, NoTierAnswered } from "../src/models/router.ts";
import type { Tier } from "../src/models/types.ts";
import { ModelError } from "../src/models/types.ts";
import { failureOf, lampReturn, options, protocols, question, request } from "./support/models.ts";
import type { VendorReply, VendorServer } from "./support/vendor-server.ts";
import { startVendorServer } from "./support/vendor-server.ts";

let vendor: VendorServer;
beforeAll(async () => {
  vendor = await startVendorServer([]);
});
afterAll(() => vendor.close());

describe("M1, M2: the router", () => {
  const usage = { inputTokens: 10, outputTokens: 5 };

  /** A tier that plays its outcomes in order; the last repeats. */
  function scripted(id: string, where: Tier["where"], ...outcomes: Array<number | Error>): Tier & { calls: number } {
    const tier = {
      id,
      where,
      calls: 0,
      async predict() {
        const outcome = outcomes[Math.min(tier.calls++, outcomes.length - 1)];
        if (outcome instanceof Error) throw outcome;
        return { value: { ...lampReturn, confidence: outcome ?? 1 }, usage };
      },
    };
    return tier;
  }
  const down = () => new ModelError("Unavailable", "down");

  function routed(...tiers: Tier[]) {
    const clock = { nowMs: 1_000_000 };
    const log: Attempt[] = [];
    const router = createRouter({ tiers, log: (attempt) => log.push(attempt), now: () => clock.nowMs });
    return { router, clock, log };
  }

  test("asks in the configured order and stops at the first sure answer", async () => {
    const local = scripted("local", "local-network", 0.9);
    const cloud = scripted("cloud", "cloud", 0.99);
    const { router, log } = routed(local, cloud);
    const answer = await router.predict(request, options());
    expect(answer).toMatchObject({ tier: "local", value: { confidence: 0.9 }, usage });
    expect(cloud.calls).toBe(0);
    const asked = { tier: "local", task: "predict", stakes: "normal", promptVersion };
    const got = { ms: 0, usage, cost: {}, outcome: "Accepted", rawConfidence: 0.9, confidence: 0.9 };
    expect(log).toEqual([{ ...asked, ...got, steps: expect.stringContaining("退货") }]);
    expect(answer.attempts).toEqual(log);
  });

  test.each(["RateLimited", "Unavailable", "Timeout", "BadRequest", "BadAnswer", "Refused"] as const)(
    "%s leads to the next tier",
    async (kind) => {
      const { router, log } = routed(
        scripted("a", "local-network", new ModelError(kind, "x")),
        scripted("b", "cloud", 0.9),
      );
      expect((await router.predict(request, options())).tier).toBe("b");
      expect(log.map((attempt) => attempt.outcome)).toEqual([kind, "Accepted"]);
    },
  );

  test("a tier that throws something else is passed over too", async () => {
    const { router } = routed(
      scripted("buggy", "in-process", new TypeError("x is undefined")),
      scripted("b", "cloud", 0.9),
    );
    expect((await router.predict(request, options())).tier).toBe("b");
  });

  test("a doubtful answer leads on; the best of them is returned when none is sure", async () => {
    const { router, log } = routed(
      scripted("a", "in-process", 0.3),
      scripted("b", "cloud", 0.5),
      scripted("c", "cloud", down()),
    );
    expect(await router.predict(request, options())).toMatchObject({ tier: "b", value: { confidence: 0.5 } });
    expect(log.map((attempt) => attempt.outcome)).toEqual(["LowConfidence", "LowConfidence", "Unavailable"]);
    expect((await router.predict(request, { ...options(), minConfidence: 0.25 })).tier).toBe("a");
  });

  test("after the last tier: Unavailable with all attempts and what failed calls cost", async () => {
    const costly = new ModelError("BadAnswer", "prose", undefined, { usage });
    const { router } = routed(scripted("a", "in-process", down()), scripted("b", "cloud", costly));
    const error = await failureOf(router.predict(request, options()));
    expect(error).toBeInstanceOf(NoTierAnswered);
    expect(error.kind).toBe("Unavailable");
    expect((error as NoTierAnswered).attempts).toMatchObject([
      { tier: "a", outcome: "Unavailable" },
      { tier: "b", outcome: "BadAnswer", usage },
    ]);
  });

  test("no tiers at all is Unavailable", async () => {
    expect((await failureOf(routed().router.predict(request, options()))).kind).toBe("Unavailable");
  });

  test("M2: private text goes to no cloud tier", async () => {
    const cloud = scripted("cloud", "cloud", 0.99);
    const { router } = routed(scripted("local", "local-network", down()), cloud);
    await failureOf(router.predict(request, { ...options(), localOnly: true }));
    expect(cloud.calls).toBe(0);
  });

  test("three failures running close a tier for 30 s; one probe failing closes it again, one success opens it", async () => {
    const flaky = scripted("flaky", "local-network", down(), down(), down(), down(), 0.9);
    const { router, clock, log } = routed(flaky, scripted("cloud", "cloud", 0.9));
    for (let i = 0; i < 4; i++) await router.predict(request, options());
    expect(flaky.calls).toBe(3);
    expect(log.findLast((attempt) => attempt.tier === "flaky")?.outcome).toBe("Skipped");
    clock.nowMs += 30_000;
    await router.predict(request, options());
    await router.predict(request, options());
    expect(flaky.calls).toBe(4);
    clock.nowMs += 30_000;
    expect((await router.predict(request, options())).tier).toBe("flaky");
    expect((await router.predict(request, options())).tier).toBe("flaky");
  });

  test("M5: a rate-limited tier is passed over until its Retry-After, then used again", async () => {
    const limited = scripted("limited", "cloud", new ModelError("RateLimited", "429", 7_000), 0.9);
    const { router, clock } = routed(limited);
    expect((await failureOf(router.predict(request, options()))).retryAfterMs).toBe(7_000);
    clock.nowMs += 6_999;
    expect((await failureOf(router.predict(request, options()))).retryAfterMs).toBe(1);
    expect(limited.calls).toBe(1);
    clock.nowMs += 1;
    expect((await router.predict(request, options())).tier).toBe("limited");
  });

  test("an abort stops the walk and counts against nobody", async () => {
    const controller = new AbortController();
    const overtaken = new Error("overtaken");
    const first = scripted("first", "cloud", 0.9);
    first.predict = async () => {
      controller.abort(overtaken);
      throw new ModelError("Unavailable", "aborted");
    };
    const second = scripted("second", "cloud", 0.9);
    const { router, log } = routed(first, second);
    await expect(router.predict(request, options(10_000, controller.signal))).rejects.toBe(overtaken);
    expect(second.calls).toBe(0);
    expect(log).toEqual([]);
  });

  test("writes() says whether any tier would word an answer", () => {
    expect(routed(scripted("silent", "in-process", 1)).router.writes()).toBe(false);
    expect(routed(...protocols.map(({ create }) => create(vendor))).router.writes()).toBe(true);
  });

  test("phrase: a stream that is cut restarts with the next tier that writes", async () => {
    vendor.script((call) =>
      call.protocol === "openai" ? { kind: "cut", after: "The sh" } : { kind: "text", text: "The shop pays." },
    );
    const tiers = protocols.map(({ create }) => create(vendor));
    const { router } = routed(scripted("silent", "in-process", 1), ...tiers);
    let shown = "";
    const answer = await router.phrase(question, {
      ...options(),
      onDelta: (text) => {
        shown += text;
      },
      onRestart: () => {
        shown = "";
      },
    });
    expect(answer).toMatchObject({ value: "The shop pays.", tier: "claude" });
    expect(answer.attempts.map((attempt) => attempt.outcome)).toEqual(["Unavailable", "Accepted"]);
    expect(shown).toBe("The shop pays.");
  });

  test("a time that doesn't divide by the number of tiers is no failure of theirs", async () => {
    vendor.script([{ kind: "json", value: lampReturn }]);
    const { router, log } = routed(...protocols.map(({ create }) => create(vendor)));
    await router.predict(request, options(9_999));
    expect(log.map(({ outcome }) => outcome)).toEqual(["Accepted"]);
  });

  test("every misbehaving server leads to the next tier within one call", async () => {
    const replies: VendorReply[] = [
      { kind: "hang" },
      { kind: "status", status: 429, headers: { "retry-after": "1" } },
      { kind: "status", status: 500 },
      { kind: "cut", after: "{" },
      { kind: "text", text: "I think they want a refund." },
      { kind: "text", text: '{"acts": [' },
    ];
    for (const reply of replies) {
      vendor.script((call) => (call.protocol === "openai" ? reply : { kind: "json", value: lampReturn }));
      const { router } = routed(...protocols.map(({ create }) => create(vendor, 200)));
      expect((await router.predict(request, options())).tier).toBe("claude");
    }
  });
});
