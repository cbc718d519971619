/** T5, M4: what simple words mean is asked of a model once; what changes an order is read every time. */
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { Router } from "../src/models/router.ts";
import { createRouter } from "../src/models/router.ts";
import type { Intent, Prediction, PredictRequest } from "../src/models/types.ts";
import type { PredictionCache } from "../src/understanding/prediction-cache.ts";
import { cachedRouter, createPredictionCache } from "../src/understanding/prediction-cache.ts";
import { options, protocols } from "./support/models.ts";
import type { VendorServer } from "./support/vendor-server.ts";
import { startVendorServer } from "./support/vendor-server.ts";

const HOUR_MS = 3_600_000;
const request: PredictRequest = {
  locale: "en",
  text: "Where has my parcel got to?",
  window: [],
  situation: "INIT",
  orderedProducts: ["Desk lamp", "Kettle"],
};
const reading = (intent: Intent, more: Partial<Prediction> = {}): Prediction => ({
  steps: "They want something.",
  acts: [{ intent, product: null, order_id: null, reason: null, wanted: null }],
  answer: null,
  confidence: 0.9,
  ...more,
});

let vendor: VendorServer;
beforeAll(async () => {
  vendor = await startVendorServer([]);
});
afterAll(() => vendor.close());

let nowMs: number;
let cache: PredictionCache;
let router: Router;
beforeEach(() => {
  nowMs = Date.parse("2026-11-22T10:00:00Z");
  vendor.script([{ kind: "json", value: reading("order_status") }]);
  const [openai] = protocols;
  cache = createPredictionCache({ now: () => nowMs });
  router = cachedRouter(createRouter({ tiers: openai ? [openai.create(vendor)] : [], log: () => undefined }), cache);
});

/** How many of these the model was asked for. */
async function asked(...requests: Array<Partial<PredictRequest>>): Promise<number> {
  for (const each of requests) await router.predict({ ...request, ...each }, options());
  return vendor.calls.length;
}

test("the same words are read once, whatever their width, case and punctuation; a hit costs nothing", async () => {
  const first = await router.predict(request, options());
  const second = await router.predict({ ...request, text: "where HAS my  ｐarcel got to!!" }, options());
  expect(vendor.calls).toHaveLength(1);
  expect(second).toEqual({ ...first, usage: { inputTokens: 0, outputTokens: 0 }, attempts: [], cost: {} });
  expect(cache.stats()).toEqual({ hits: 1, misses: 1 });
});

test.each([
  ["other words", { text: "Where has my refund got to?" }],
  ["another language", { locale: "zh" as const }],
  ["an open task", { situation: "COLLECT return, asked for reason" }],
  ["something new was ordered", { orderedProducts: ["Desk lamp", "Kettle", "Towel"] }],
])("read anew: %s", async (_what, change) => {
  expect(await asked({}, change, {}, change)).toBe(2);
});

test("earlier turns count only where the words lean on them", async () => {
  const window = [{ role: "assistant" as const, text: "Your lamp is on its way." }];
  expect(await asked({}, { window })).toBe(1);
  expect(await asked({ text: "and the kettle?" }, { text: "and the kettle?", window })).toBe(3);
  expect(await asked({ locale: "zh", text: "那水壶呢" }, { locale: "zh", text: "那水壶呢", window })).toBe(5);
});

test.each<[string, Prediction]>([
  ["a return", reading("return")],
  ["an exchange", reading("exchange")],
  ["a cancellation", reading("cancel")],
  ["a wish for a person", reading("human")],
  ["a return among others", { ...reading("question"), acts: [...reading("question").acts, ...reading("return").acts] }],
  ["a yes", reading("smalltalk", { answer: "yes" })],
  ["a no", { ...reading("smalltalk"), acts: [], answer: "no" }],
  ["a doubtful reading", reading("question", { confidence: 0.5 })],
])("never kept: %s", async (_what, value) => {
  vendor.script([{ kind: "json", value }]);
  expect(await asked({}, {})).toBe(2);
});

test.each(["order_status", "question", "smalltalk"] as const)("kept: %s", async (intent) => {
  vendor.script([{ kind: "json", value: reading(intent) }]);
  expect(await asked({}, {})).toBe(1);
});

test("while a proposal is open, words are read anew", async () => {
  const situation = "CONFIRM return: waiting for yes or no";
  expect(await asked({ situation }, { situation })).toBe(2);
});

test("who wants more confidence than was kept asks again", async () => {
  await asked({});
  await router.predict(request, { ...options(), minConfidence: 0.95 });
  expect(vendor.calls).toHaveLength(2);
});

test("with money at stake it is read anew, and not kept", async () => {
  for (const stakes of ["money", undefined, "money"] as const)
    await router.predict(request, { ...options(), ...(stakes ? { stakes } : {}) });
  expect(vendor.calls).toHaveLength(3);
});

test("it is read anew after an hour", async () => {
  await asked({});
  nowMs += HOUR_MS - 1;
  expect(await asked({})).toBe(1);
  nowMs += 1;
  expect(await asked({})).toBe(2);
});
