import type { Intent } from "../intents/catalog/index.ts";

/**
 * The one interface behind which every model stands (M1). A tier predicts; it decides nothing: what it says is
 * validated, grounded in the shop's data and, where it would change an order, confirmed by the customer.
 */

export type { Intent };

/** One thing the customer wants, as the words say it: nothing here is looked up yet. */
export interface PredictedAct {
  intent: Intent;
  /** The product as the customer named it, verbatim from the message. */
  product: string | null;
  /** The order number as written. */
  order_id: string | null;
  /** Why, in the customer's words. */
  reason: string | null;
  /** The variant wanted instead (exchange): "the black one, size L". */
  wanted: string | null;
}

/** Intent and entities in one joint prediction (D2). */
export interface Prediction {
  /** Observable intermediate steps, written before the answer (M7). Kept for engineers. */
  steps?: string;
  acts: PredictedAct[];
  /** What the message answers to the assistant's last question, if it does. */
  answer: "yes" | "no" | null;
  /** 0..1. */
  confidence: number;
}

export interface PredictRequest {
  locale: "zh" | "en";
  /** The burst of messages, joined by newlines. Already masked. */
  text: string;
  /** Pieces of earlier conversations (T4), then the hot window (<= 1 KB): a summary of what fell out of it, the last turns. */
  window: Array<{ role: "customer" | "assistant" | "agent" | "summary" | "earlier"; text: string }>;
  /** The state of the dialogue in one line for the prompt, e.g. "CONFIRM return: waiting for yes or no". */
  situation: string;
  /** Names of what this customer ordered, for grounding. At most 20. */
  orderedProducts: string[];
}

export interface PhraseRequest {
  locale: "zh" | "en";
  question: string;
  /** The passages the answer must rest on. */
  passages: string[];
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
}

export interface TierAnswer<T> {
  value: T;
  usage: Usage;
}

export interface CallOptions {
  signal: AbortSignal;
  timeoutMs: number;
}

export type Task = "predict" | "phrase";

/** What hangs on an answer: it picks the tiers that are asked and how sure they must be. */
export const STAKES = ["normal", "high-value", "money", "medicine"] as const;
export type Stakes = (typeof STAKES)[number];

export interface Price {
  /** ISO 4217, e.g. "USD". */
  currency: string;
  inputPerMillion: number;
  outputPerMillion: number;
}

/** How a tier is used; all of it configuration (M1). */
export interface TierPolicy {
  /** Unknown or free when absent. */
  price?: Price;
  /** Without a quota when absent (M5). */
  tokensPerMinute?: number;
  /** Prompt and answer together; longer requests go to the next tier. */
  contextTokens?: number;
  /** Private text goes to tiers that may see it, and never to the cloud (M2). */
  maySee: "public" | "private";
  tasks: readonly Task[];
  /** Its predictions count from this calibrated confidence on, 0..1. */
  minConfidence?: number;
  /** Asked after all others, as the last one before a person (M3). */
  lastResort: boolean;
}

export interface Tier {
  id: string;
  where: "in-process" | "local-network" | "cloud";
  /** Absent: every task, no quota, no price; private text unless it is in the cloud. */
  policy?: TierPolicy;
  predict(request: PredictRequest, options: CallOptions): Promise<TierAnswer<Prediction>>;
  /** Words an answer from passages. Absent: the tier doesn't write, passages are used verbatim. */
  phrase?(
    request: PhraseRequest,
    options: CallOptions & { onDelta?: (text: string) => void },
  ): Promise<TierAnswer<string>>;
}

/** What a call to a tier can fail with. `kind` becomes the failure type `Model.<kind>`. */
export type ModelFailureKind = "RateLimited" | "Unavailable" | "Timeout" | "BadRequest" | "BadAnswer" | "Refused";

export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly kind: ModelFailureKind;
  readonly retryAfterMs: number | undefined;
  /** What the failed call cost, when the tier said so (M4). */
  readonly usage: Usage | undefined;
  constructor(
    kind: ModelFailureKind,
    message: string,
    retryAfterMs?: number,
    options?: ErrorOptions & { usage?: Usage },
  ) {
    super(message, options);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
    this.usage = options?.usage;
  }
}

/** Sentence embedder; rank by cosine, never compare with a fixed threshold across embedders. */
export interface Embedder {
  id: string;
  dimensions: number;
  /** Unit vectors, one a text. */
  embed(texts: string[]): Promise<Float32Array[]>;
}
