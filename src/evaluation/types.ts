/** What labelled data says and what a run over it found. Plain data; docs/evaluation.md is worded from these. */
import type { Options, RequestKind } from "../commerce/types.ts";
import type { Locale, Slot } from "../dialogue/types.ts";

export type Split = "tuning" | "test";

/** A request that is open before the message: still asked for `asked`, or, when nothing is asked, proposed. */
export interface SituationLabel {
  kind: "return" | "exchange" | "cancel";
  /** Item references, see `ActLabel.items`. */
  items: string[];
  asked: Slot[];
}

/** One thing the customer wants and, for a request, its slots as they must stand after the message. */
export interface ActLabel {
  intent: string;
  /** `ORDER/product`, with `*N` when only N pieces of the line are meant. */
  items?: string[];
  /** The words fit several lines: one of these is to be chosen. */
  oneOf?: string[];
  /** Named, but the order's status doesn't allow it. */
  refused?: string[];
  /** Named, and in none of this customer's orders. */
  unknown?: true;
  /** A reason was given; "maybe": what was said may be taken for one. */
  reason?: true | "maybe";
  /** Exchange: option values that must hold; "unavailable": what is wanted can't be had. */
  wanted?: Options | "unavailable";
  /** Order status: the orders asked about. Absent: not said, not judged. */
  orders?: string[];
}

export interface LabelledMessage {
  id: string;
  /** The author-template: wordings of one idea by one imagined author; never in two splits. */
  template: string;
  locale: Locale;
  /** Shop file, relative to the repository's root. */
  shop: string;
  customer: string;
  situation?: SituationLabel;
  text: string;
  acts: ActLabel[];
  answer?: "yes" | "no";
  /** Other readings that are as good, by intents only: what an injection may be taken for without harm. */
  orIntents?: string[][];
  tags: string[];
}

/** One turn that asks about the open task, or leaves it (D8). */
export interface TopicPair {
  locale: Locale;
  /** The open task: kind and product, which `taskTopic` words. */
  kind: RequestKind;
  product: string;
  text: string;
  on: boolean;
}

/** True and false positives, false negatives of one slot. */
export interface Count {
  tp: number;
  fp: number;
  fn: number;
}

export const SLOT_NAMES = ["item", "order", "quantity", "variant", "reason", "refused", "unknown"] as const;
export type SlotName = (typeof SLOT_NAMES)[number];

/** One message as it was read. */
export interface MessageResult {
  id: string;
  locale: Locale;
  tags: string[];
  intentRight: boolean;
  slotsRight: boolean;
  slots: Record<SlotName, Count>;
  /** Expected and found, for people: "return → cancel". */
  detail: string;
  /** Tier that settled it: "examples" or a tier's id. */
  source: string;
  confidence: number;
  ms: number;
  /** Settled by patterns and examples. */
  quick: boolean;
}

export interface DialogueResult {
  id: string;
  locale: Locale;
  tags: string[];
  right: boolean;
  /** An order was changed that should not have been, in another way, or without a yes. */
  wrongAction: boolean;
  /** Requests that were carried out. */
  finished: number;
  turns: Array<{ ms: number; quick: boolean }>;
  transcript: string;
}

/** What the calls to models cost in a run. */
export interface Spending {
  calls: number;
  inputTokens: number;
  outputTokens: number;
  usd: number;
}

/** One configuration of tiers over the whole split. */
export interface VariantResult {
  name: string;
  messages: MessageResult[];
  dialogues: DialogueResult[];
  spending: Spending;
  /** CPU time of the process while it ran, s. */
  cpuS: number;
}
