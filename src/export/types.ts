/** The vocabulary of training data (M8): what sources give, what is judged, what is written. */
import type { KnowledgeLocale } from "../knowledge/types.ts";

/** `lora` is `sft` with a training configuration beside it. */
export type ExportKind = "sft" | "lora" | "dpo";
export type ExportFormat = "openai" | "llama-factory";
export type Side = "train" | "test";

/**
 * Where a record is from: a reviewed entry in MongoDB or in the shop's files; a conversation that an agent resolved; an imported log;
 * an entry's earlier version; a reply that a customer judged unhelpful.
 */
export type RecordSource = "entry" | "file" | "handoff" | "log" | "version" | "feedback";

/** What a record may be used on: the shop's own words, its contract with customers, or this customer's own yes. */
export type Basis = "shop" | "contract" | "opt-in";

export interface Turn {
  role: "user" | "assistant";
  content: string;
}

/** One example to learn from. Everything in it is masked. */
export interface TrainingRecord {
  /** A keyed hash: the same record has the same id in each export of an instance, and tells no session. */
  id: string;
  locale: KnowledgeLocale;
  source: RecordSource;
  intent: string | null;
  licence: string;
  basis: Basis;
  /** A keyed hash of the reviewer, or of the agent who resolved it; null for the shop's files. */
  reviewedBy: string | null;
  /** YYYY-MM-DD, when it was reviewed or said last. */
  date: string;
  /** Names of what it means and where it was said: records that share one are never on both sides of the split. */
  groups: string[];
  /** Up to the words that are answered; the last turn is the user's. */
  prompt: Turn[];
  /** What should be said: the target of `sft`, the chosen answer of `dpo`. */
  answer: string;
  /** `dpo` only: what should not. */
  rejected?: string;
}

/** Why something isn't in the export; in the order in which the card has them. */
export const LEFT_OUT = {
  consent: "words of customers without a basis for training (TRAINING_CONSENT)",
  erased: "words of customers who were erased: nobody can read them any more",
  unreadable: "conversations in which nothing is left once greetings and waiting are off",
  long: "longer than a training example should be",
  "not-said": "log conversations in which the reviewed answer isn't said",
  "other-question": "earlier versions that answer another question",
  unchanged: "earlier versions that differ in punctuation only",
  "no-better": "rejected or unhelpful answers that nobody has answered better",
  duplicate: "the same as another record, or nearly so",
} as const;
export type LeftOut = keyof typeof LEFT_OUT;

export type TrainingConsent = "none" | "contract" | "opt-in";

/** The words of the commands and of the card. */
export interface ExportOptions {
  kind: ExportKind;
  format: ExportFormat;
  tenant: string;
  /** Decides which side of the split a group is on. */
  seed: number;
  /** 0 to 0.5 of the records. */
  testShare: number;
  since: Date | null;
  /** Exclusive. */
  until: Date | null;
  consent: TrainingConsent;
  licence: string;
  /** Field of a customer's profile that is `true` when they opted in. */
  consentField: string;
  /** Folder of the shop's own articles and pairs, which are taken as well; null: not. */
  files: string | null;
}

/** Thrown when there is nothing to export, or what there is must not leave; the message says what to do. */
export class ExportError extends Error {
  override readonly name = "ExportError";
}
