import { expect } from "@jest/globals";
import { createAnthropicTier } from "../../src/models/anthropic/tier.ts";
import { createOpenAITier } from "../../src/models/openai/tier.ts";
import type { Prediction, PredictRequest, Tier } from "../../src/models/types.ts";
import { ModelError } from "../../src/models/types.ts";
import type { VendorServer } from "./vendor-server.ts";

export const API_KEY = "sk-test-key-that-must-not-leak";
const SECRET_WORDS = "台灯一直闪";

export const request: PredictRequest = {
  locale: "zh",
  text: `我前几天买的${SECRET_WORDS}，能退吗？`,
  window: [{ role: "assistant", text: "您好，有什么可以帮您？" }],
  situation: "INIT",
  orderedProducts: ["护眼台灯"],
};

export const lampReturn: Prediction = {
  steps: "要退货，东西是台灯，原因是一直闪。",
  acts: [{ intent: "return", product: "台灯", order_id: null, reason: "一直闪", wanted: null }],
  answer: null,
  confidence: 0.93,
};

export const question = {
  locale: "en" as const,
  question: "Who pays?",
  passages: ["The shop pays return postage within 7 days."],
};

export function options(timeoutMs = 10_000, signal = new AbortController().signal) {
  return { signal, timeoutMs };
}

export async function failureOf(promise: Promise<unknown>): Promise<ModelError> {
  const error = await promise.then(
    () => new Error("it succeeded"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ModelError);
  return error as ModelError;
}

export function expectNoSecrets(error: Error): void {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const shown = `${at.message}\n${at.stack}\n${JSON.stringify(at)}`;
    expect(shown).not.toContain(API_KEY);
    expect(shown).not.toContain(SECRET_WORDS);
  }
}

/** A tier of each protocol on the scripted server, given when it runs. */
export const protocols = [
  {
    protocol: "openai" as const,
    create: (vendor: VendorServer, timeoutMs = 10_000): Tier =>
      createOpenAITier({
        id: "gpt",
        where: "cloud",
        baseURL: vendor.openaiBaseURL,
        apiKey: API_KEY,
        model: "gpt-4",
        timeoutMs,
      }),
  },
  {
    protocol: "anthropic" as const,
    create: (vendor: VendorServer, timeoutMs = 10_000): Tier =>
      createAnthropicTier({
        id: "claude",
        where: "cloud",
        baseURL: vendor.anthropicBaseURL,
        apiKey: API_KEY,
        model: "claude-sonnet",
        timeoutMs,
      }),
  },
];

/** Waits for a condition, not for seconds; Jest limits it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
