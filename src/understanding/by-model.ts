/** What a model is told and what of its reading is believed (D2, M2). */
import type { UnderstandInput } from "../dialogue/session.ts";
import { missingSlots } from "../dialogue/slots.ts";
import type { Dialogue } from "../dialogue/types.ts";
import type { Prediction, PredictRequest } from "../models/types.ts";
import { normalised } from "../safety/pii/find.ts";
import type { Line } from "./lines.ts";
import type { Ground } from "./point.ts";
import type { Reading } from "./reading.ts";

const PROMPT_PRODUCTS_MAX = 20;

/** What a tier is asked to read: the words, and what they may be about. @param past cited pieces of earlier conversations */
export function predictRequest(input: UnderstandInput, at: Ground, past: string[]): PredictRequest {
  const names = (line: Line): string => line.product?.names?.[at.locale] ?? line.item.name;
  return {
    locale: at.locale,
    text: input.texts.join("\n"),
    window: [...past.map((text) => ({ role: "earlier" as const, text })), ...(input.window ?? [])],
    situation: situationText(input.dialogue),
    orderedProducts: [...new Set(at.lines.map(names))].slice(0, PROMPT_PRODUCTS_MAX),
  };
}

function situationText(dialogue: Dialogue): string {
  const open = dialogue.open
    .map(
      (request) =>
        `${request.kind}${missingSlots(request).length > 0 ? `, asked for ${missingSlots(request).join(" and ")}` : ""}`,
    )
    .join("; ");
  return dialogue.state === "CONFIRM"
    ? `CONFIRM ${open}: waiting for yes or no`
    : `${dialogue.state}${open ? ` ${open}` : ""}`;
}

/**
 * A model copies words, it has none of its own: a reason or a wish that no customer wrote, a name or a number that stands
 * nowhere, is left out, so that nothing it was talked into saying is shown or stored.
 */
export function onlyWhatWasSaid(prediction: Prediction, { text, window, orderedProducts }: PredictRequest): Prediction {
  const wordsOf = (...texts: string[]): string => normalised(texts.join("\n"));
  const customer = wordsOf(text, ...window.filter(({ role }) => role === "customer").map((entry) => entry.text));
  const anywhere = wordsOf(text, ...window.map((entry) => entry.text), ...orderedProducts);
  const within = (said: string, words: string | null): string | null =>
    words !== null && said.includes(normalised(words)) ? words : null;
  const acts = prediction.acts.map((act) => ({
    ...act,
    product: within(anywhere, act.product),
    order_id: within(anywhere, act.order_id),
    reason: within(customer, act.reason),
    wanted: within(customer, act.wanted),
  }));
  return { ...prediction, acts };
}

/** A model only says what the words mean; the words themselves are resolved like everybody's. */
export function withPrediction(reading: Reading, prediction: Prediction, text: string): Reading {
  const acts = prediction.acts.map((act) => {
    const cue = [act.product, act.order_id]
      .filter((part) => part !== null)
      .join(" ")
      .toLowerCase();
    const whole =
      prediction.acts.length === 1 ? text : [cue, act.wanted, act.reason].filter(Boolean).join("，").toLowerCase();
    return {
      intent: act.intent,
      cue: cue || whole,
      text: whole,
      because: act.reason === null ? [] : [act.reason],
      relation: reading.relation,
      except: reading.except,
    };
  });
  // The words' own yes or no stands; a model can't turn silence into a yes.
  const answer = reading.answer ?? (prediction.answer === "no" ? "no" : null);
  return {
    ...reading,
    acts,
    byModel: true,
    answer,
    confidence: prediction.confidence,
    abandon: reading.abandon && acts.length === 0,
  };
}
