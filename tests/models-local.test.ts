import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ensureEmbedder } from "../src/embedded/weights.ts";
import { createEmbedder } from "../src/models/local/embedder.ts";
import { SMALL_SHOTS, smallRequestText } from "../src/models/local/small-prompt.ts";
import type { Embedder, PredictRequest } from "../src/models/types.ts";
import { dot } from "../src/understanding/vectors.ts";
import type { SmallModelJob, SmallModelResult } from "./support/small-model-process.ts";

const cacheDir = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "colloquy");
const smallModelPath = join(cacheDir, "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf");
const downloadMs = 10 * 60_000;

describe("the in-process embedder", () => {
  let embedder: Embedder;
  let files: { enginePath: string; modelPath: string };
  beforeAll(async () => {
    files = await ensureEmbedder({ cacheDir, onProgress: () => undefined });
    embedder = await createEmbedder(files);
  }, downloadMs);

  test("gives unit vectors of its dimensions, in the order of the texts", async () => {
    const texts = Array.from({ length: 40 }, (_, i) => `order number ${i}`);
    const vectors = await embedder.embed(texts);
    expect(vectors).toHaveLength(40);
    for (const vector of vectors) {
      expect(vector).toHaveLength(embedder.dimensions);
      expect(dot(vector, vector)).toBeCloseTo(1, 4);
    }
    const alone = await (await createEmbedder(files)).embed([texts[37] as string]);
    expect(dot(alone[0] as Float32Array, vectors[37] as Float32Array)).toBeCloseTo(1, 3);
  });

  test.each([
    ["zh", "我想退掉这个台灯", "这盏灯我要退货", "今天天气怎么样"],
    ["en", "I want to send this lamp back", "can I return the lamp?", "what's the weather like today"],
    ["across", "我想退掉这个台灯", "can I return the lamp?", "what's the weather like today"],
  ])("%s: a paraphrase is nearer than another topic", async (_, text, paraphrase, other) => {
    const [a, b, c] = (await embedder.embed([text, paraphrase, other])) as [Float32Array, Float32Array, Float32Array];
    expect(dot(a, b)).toBeGreaterThan(dot(a, c) + 0.02);
  });

  test("T5: texts that differ in width, case or white space only are embedded once", async () => {
    const [a] = await embedder.embed(["Where is order ABC123?"]);
    const [b] = await embedder.embed(["  where is\norder ＡＢＣ１２３?\u0000 "]);
    expect(b).toBe(a);
  });

  test("T5: a text is known for 10 minutes", async () => {
    let nowMs = Date.parse("2026-11-22T10:00:00Z");
    const clocked = await createEmbedder(files, { now: () => nowMs });
    const ask = async () => (await clocked.embed(["where is it"]))[0];
    const first = await ask();
    nowMs += 10 * 60_000;
    expect(await ask()).toBe(first);
    nowMs += 1;
    expect(await ask()).not.toBe(first);
    expect(clocked.stats()).toEqual({ hits: 1, misses: 2 });
  });

  test("T5: the cache is bounded, and what was used last stays", async () => {
    const small = await createEmbedder(files, { maxCached: 2 });
    const ask = async (text: string) => (await small.embed([text]))[0];
    const a = await ask("a");
    const b = await ask("b");
    expect(await ask("a")).toBe(a);
    await ask("c");
    expect(await ask("a")).toBe(a);
    expect(await ask("b")).not.toBe(b);
  });

  test("a NUL does not cut the text", async () => {
    const [a, b] = (await embedder.embed(["return\u0000 the lamp", "return"])) as [Float32Array, Float32Array];
    expect(dot(a, b)).toBeLessThan(0.99);
  });

  test("the event loop goes on while it works", async () => {
    let ticks = 0;
    const ticker = setInterval(() => ticks++, 1);
    await embedder.embed(Array.from({ length: 16 }, (_, i) => `please tell me about parcel ${i} and when it comes`));
    clearInterval(ticker);
    expect(ticks).toBeGreaterThan(5);
  });

  test("weights that are not there are an error naming the file", async () => {
    await expect(createEmbedder({ ...files, modelPath: "/nowhere/e5.bin" })).rejects.toThrow("/nowhere/e5.bin");
  });
});

describe("the small model's prompt", () => {
  test("shots copy their slots from their messages", () => {
    for (const [text, { intent, ...slots }] of Object.values(SMALL_SHOTS).flat()) {
      expect(intent).toBeTruthy();
      for (const slot of Object.values(slots)) expect(text).toContain(slot);
    }
  });

  test("an open task travels with the message, in few words", () => {
    const window = [{ role: "assistant" as const, text: `${"很长".repeat(100)}确认吗？` }];
    const text = smallRequestText({ text: "嗯", window, situation: "CONFIRM return: waiting for yes or no" });
    expect(text).toMatch(/^\(CONFIRM return\) .{1,80}\n嗯$/);
    expect(smallRequestText({ text: "嗯", window, situation: "INIT" })).toBe("嗯");
  });
});

const hasWeights = existsSync(smallModelPath);
const whySkipped = hasWeights ? "" : ` (skipped: ${smallModelPath} is not there)`;

(hasWeights ? describe : describe.skip)(`M1: the in-process small model${whySkipped}`, () => {
  let child: ChildProcess;
  let jobs = 0;
  beforeAll(async () => {
    child = fork(join(import.meta.dirname, "support/small-model-process.ts"), [smallModelPath]);
    await once(child, "message");
  }, 180_000);
  afterAll(async () => {
    child.disconnect();
    await once(child, "exit");
  });

  const ask = (
    job: Partial<SmallModelJob> & { text: string; locale?: PredictRequest["locale"] },
  ): Promise<SmallModelResult> => {
    const { text, locale = "zh", ...limits } = job;
    const request = { locale, text, situation: "INIT", window: [], orderedProducts: [] };
    const id = jobs++;
    const result = new Promise<SmallModelResult>((resolve) => {
      const listen = (message: SmallModelResult) => {
        if (message.id !== id) return;
        child.off("message", listen);
        resolve(message);
      };
      child.on("message", listen);
    });
    child.send({ id, request, timeoutMs: 120_000, ...limits } satisfies SmallModelJob);
    return result;
  };

  test.each([
    ["zh", "电饭煲一直不热，我要退货", "return"],
    ["zh", "我的快递怎么还没到", "order_status"],
    ["zh", "我要转人工客服", "human"],
    ["en", "please cancel my order", "cancel"],
    ["en", "I'd like to speak to a human agent", "human"],
    ["en", "has my parcel been shipped?", "order_status"],
  ] as const)(
    "%s: %s is %s",
    async (locale, text, intent) => {
      const { answer } = await ask({ text, locale });
      expect(answer?.value.acts.map((act) => act.intent)).toEqual([intent]);
      expect(answer?.value.confidence).toBeGreaterThan(0.5);
      expect(answer?.usage.outputTokens).toBeGreaterThan(10);
    },
    120_000,
  );

  test("the same message gives the same answer, whatever came between", async () => {
    const first = await ask({ text: "那个水壶漏水，退了吧" });
    await ask({ text: "你好" });
    const second = await ask({ text: "那个水壶漏水，退了吧" });
    expect(second.answer).toEqual(first.answer);
    expect(first.answer?.value.acts[0]).toMatchObject({ intent: "return", product: "水壶" });
  }, 120_000);

  test("an abort ends a call, one that waits too, and the next call works", async () => {
    const cut = [ask({ text: "你好", abortAfterMs: 50 }), ask({ text: "你好", abortAfterMs: 50 })];
    for (const call of cut) expect((await call).failure?.kind).toBe("Error: aborted by the test");
    expect((await ask({ text: "cancel my order", locale: "en" })).answer?.value.acts[0]?.intent).toBe("cancel");
  }, 120_000);

  test("a long message, a full queue and a time limit are failures of their own kind", async () => {
    expect((await ask({ text: "退".repeat(501) })).failure?.kind).toBe("BadRequest");
    expect((await ask({ text: "你好", timeoutMs: 1 })).failure?.kind).toBe("Timeout");
    const results = await Promise.all(Array.from({ length: 8 }, () => ask({ text: "你好", abortAfterMs: 300 })));
    expect(results.at(-1)?.failure).toEqual({ kind: "RateLimited", retryAfterMs: 6_000 });
  }, 120_000);
});
