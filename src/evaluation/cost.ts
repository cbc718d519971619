/** What model calls cost, and what the same traffic would cost if a GPT-4-class model read every turn. */
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import type { CommerceBackend } from "../commerce/types.ts";
import type { UnderstandInput } from "../dialogue/session.ts";
import type { Attempt } from "../models/accounting.ts";
import { costOf } from "../models/accounting.ts";
import { asWritten } from "../models/prediction.ts";
import { predictPrompt } from "../models/prompts.ts";
import type { Router } from "../models/router.ts";
import { NoTierAnswered } from "../models/router.ts";
import { SHOTS } from "../models/shots.ts";
import type { PredictRequest, Price, Usage } from "../models/types.ts";
import type { Mind } from "./brain.ts";
import type { Spending } from "./types.ts";

const usd = (inputPerMillion: number, outputPerMillion: number): Price => ({
  currency: "USD",
  inputPerMillion,
  outputPerMillion,
});

/** List prices by the beginning of the tier's id, longest first, for tiers whose configuration names none. */
const PRICES: Array<[tier: string, price: Price]> = [
  ["gpt-4o-mini", usd(0.15, 0.6)],
  ["gpt-4o", usd(2.5, 10)],
  ["gpt-4", usd(10, 30)],
  ["gpt-3.5-turbo", usd(0.5, 1.5)],
  ["claude-", usd(3, 15)],
];
/** What everything is compared with: gpt-4o, the cheaper end of its class. */
export const GPT4_CLASS = usd(2.5, 10);
/** A virtual core at a large cloud, on demand: what in-process tiers are charged. */
export const CPU_USD_PER_HOUR = 0.04;

const SECONDS_PER_HOUR = 3_600;

const usdOf = (usage: Usage, price: Price | undefined): number => costOf(usage, price).USD ?? 0;

export const cpuUsd = (cpuS: number): number => (cpuS / SECONDS_PER_HOUR) * CPU_USD_PER_HOUR;

export function spendingOf(attempts: Attempt[]): Spending {
  const calls = attempts.filter(({ outcome }) => outcome !== "Skipped");
  const sum = (value: (attempt: Attempt) => number): number => calls.reduce((total, call) => total + value(call), 0);
  return {
    calls: calls.length,
    inputTokens: sum(({ usage }) => usage.inputTokens),
    outputTokens: sum(({ usage }) => usage.outputTokens),
    usd: sum(
      ({ tier, usage, cost }) => cost.USD ?? usdOf(usage, PRICES.find(([named]) => tier.startsWith(named))?.[1]),
    ),
  };
}

/** Mean length of a right answer, from the worked examples of the prompt. */
function answerTokens(locale: PredictRequest["locale"]): number {
  const shots = SHOTS[locale].map(({ prediction }) => countTokens(asWritten(prediction)));
  return Math.round(shots.reduce((sum, tokens) => sum + tokens, 0) / shots.length);
}

/** One prediction by a GPT-4-class model a turn, over the very prompts that it would get. */
export async function allByGpt4(
  mind: Mind,
  turns: Array<{ input: UnderstandInput; commerce: CommerceBackend }>,
): Promise<Spending> {
  const requests: PredictRequest[] = [];
  const brain = mind.withRouter(recorder(requests));
  for (const { input, commerce } of turns)
    await brain
      .understanderFor(commerce)
      .byModel(input, new AbortController().signal, 1_000)
      .catch((error: unknown) => {
        if (!(error instanceof NoTierAnswered)) throw error;
      });
  // The instructions and worked examples are the same in every prompt of a language.
  const counted = new Map<string, number>();
  const tokensOf = (text: string): number => {
    const known = counted.get(text) ?? countTokens(text);
    counted.set(text, known);
    return known;
  };
  let inputTokens = 0;
  let outputTokens = 0;
  for (const request of requests) {
    const { system, turns: said } = predictPrompt(request);
    inputTokens += tokensOf(system) + said.reduce((sum, { text }) => sum + tokensOf(text), 0);
    outputTokens += answerTokens(request.locale);
  }
  return { calls: requests.length, inputTokens, outputTokens, usd: usdOf({ inputTokens, outputTokens }, GPT4_CLASS) };
}

/** Notes what a model would be asked, and answers nothing. */
const recorder = (requests: PredictRequest[]): Router => ({
  writes: () => false,
  async predict(request) {
    requests.push(request);
    throw new NoTierAnswered([], undefined);
  },
  async phrase() {
    throw new NoTierAnswered([], undefined);
  },
});
