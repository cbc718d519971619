/**
 * The vocabulary of the dialogue machine (D1-D3). Everything here is plain data that crosses the workflow boundary,
 * so it stays small: items are references, never texts of orders.
 */
import type { ItemRef, Options, RequestKind } from "../commerce/types.ts";

export type DialogueState = "INIT" | "COLLECT" | "CONFIRM" | "HANDOFF" | "END";
export type Slot = "items" | "reason" | "variant";
export type Locale = "zh" | "en";

/** A variant that can be had, as the backend says. */
export interface VariantFact {
  options: Options;
  inStock: boolean;
  /** The same values as words a customer may use, in every language known. */
  words: string[];
}

/** What the backend knows of a line that a request may need. */
export interface ItemFact {
  ref: ItemRef;
  /** Pieces that can still be requested. */
  available: number;
  options?: Options;
  variants?: VariantFact[];
}

/** A request being talked about; it changes nothing until a proposal that names it got a yes. */
export interface OpenRequest {
  id: number;
  kind: RequestKind;
  /** Chosen and eligible. Empty: still to be asked for. */
  items: ItemRef[];
  /** What was offered to choose from while `items` is empty. */
  candidates: ItemRef[];
  reason: string | null;
  /** Exchange: what is wanted instead, by item in the order of `items`; null means the same again. */
  exchangeFor: Array<Options | null>;
  /** Exchange: the customer's words for the variant until an item is known to match them against. */
  wantedText: string | null;
  /** Slots the customer was asked for. */
  asked: Slot[];
  /** Optional slots that were answered, or asked for once: never asked again. */
  settled: Slot[];
}

export interface Proposal {
  /** Grows with each proposal: a yes is for the newest only. */
  id: number;
}

export interface Dialogue {
  state: DialogueState;
  open: OpenRequest[];
  proposal: Proposal | null;
  nextRequest: number;
  nextProposal: number;
  /** Number of the next action; with the session id it makes the idempotency key (beyond-list 4). */
  nextAction: number;
  /** Consecutive turns nobody understood. */
  misses: number;
  /** Consecutive turns away from the open task (D8); absent: none. */
  drift?: number;
  /** What was talked about last: "it", "that one". */
  focus: ItemRef[];
  /** What the assistant just asked "what for?" about: a bare "return" in the next turn means it. */
  about: ItemRef[];
}

export type RefusalWhy =
  | "not-delivered"
  | "already-shipped"
  | "already-cancelled"
  | "already-requested"
  | "no-orders"
  | "sign-in";

export interface Refusal {
  ref: ItemRef | null;
  why: RefusalWhy;
}

/** What the words point at, looked up among the customer's own orders. */
export interface Mention {
  /** Eligible lines that match. */
  items: ItemRef[];
  /** All of `items` are meant ("both", "everything", a whole order), not one of them. */
  all: boolean;
  /** Lines that match but can't be requested, with the reason. */
  refused: Refusal[];
  /** Named, but in no order of this customer: the words used. */
  unknown: string | null;
}

/** How an act relates to what is open: the words said so ("no, the other one", "also", "only", "not that one"). */
export type Relation = "plain" | "correct" | "add" | "only" | "except";

export interface RequestAct {
  intent: RequestKind;
  mention: Mention | null;
  reason: string | null;
  wanted: string | null;
  relation: Relation;
}

export type Act =
  | RequestAct
  | { intent: "order_status"; orders: string[]; unknown: string | null }
  /**
   * `answers` are ids of knowledge entries, best first; empty: nothing matches. `past`: earlier conversations answer it. `perhaps`:
   * they may be about something else.
   */
  | { intent: "question"; question: string; answers: string[]; past?: true; perhaps?: true }
  | { intent: "smalltalk"; topic: "greeting" | "thanks" | "goodbye" }
  | { intent: "human" | "abandon" }
  /** `personal`: nothing but personal data, masked. */
  | { intent: "out_of_scope"; personal?: true };

/** One turn's joint prediction (D2), grounded in the shop's data. */
export interface Understanding {
  acts: Act[];
  /** The reply to what the assistant asked last. */
  answer: "yes" | "no" | null;
  /** The yes has a condition or a but: it is not a yes to execute on. */
  hedged: boolean;
  /** Slot values given without an act: answers to questions, corrections. */
  mention: Mention | null;
  relation: Relation;
  reason: string | null;
  /** The customer doesn't want to give what was asked ("no reason"). */
  declined: boolean;
  wanted: string | null;
  /** Everything eligible by kind, newest first, at most `maxCandidates`; only for the kinds the turn may need. */
  eligible: Partial<Record<RequestKind, ItemRef[]>>;
  /** Why nothing at all is eligible, when nothing is. */
  facts: ItemFact[];
  refusal: RefusalWhy | null;
  understood: boolean;
  tier: string;
  confidence: number;
  /** Nothing in the turn is near the open task (D8). */
  offTopic?: true;
  /** Money or medicine, and less sure than its threshold after the last tier: a person decides (M6). */
  unsure?: true;
  /** Somebody speaks of harming themselves: a person at once (P3). */
  selfHarm?: true;
  /** A tier that writes is there: an answer is worded by it, in an activity that can be cancelled. */
  writes?: true;
}

/** One order's share of a request, ready to be executed. */
export interface Action {
  number: number;
  kind: RequestKind;
  orderId: string;
  items: Array<{ line: number; quantity?: number; exchangeFor?: Options }>;
  reason: string | null;
}

export interface ActionResult {
  action: Action;
  ok: boolean;
  why?: "not-found" | "wrong-status" | "already-requested" | "out-of-stock";
}

export type HandoffReason = "asked" | "self-harm" | "not-understood" | "unsure" | "failure" | "forced" | "offered";

export type DialogueEvent =
  | {
      type: "understood";
      understanding: Understanding /** The message came before the proposal was sent. */;
      early?: boolean;
    }
  | { type: "executed"; results: ActionResult[] }
  | { type: "failed" }
  | { type: "idle" }
  | { type: "forceHandoff" }
  | { type: "agentReturned"; summary: string }
  | { type: "agentResolved"; summary: string }
  | { type: "end" };

/** What to say, as data: the wording lives with the intents, the names and prices with the backend. */
export type Say =
  | {
      key:
        | "greeting"
        | "thanks"
        | "goodbye"
        | "anythingElse"
        | "outOfScope"
        | "keptPrivate"
        | "clarify"
        | "offerPerson"
        | "whichOne"
        | "nothingToConfirm"
        | "abandoned"
        | "denied"
        | "holding"
        | "handedOff"
        | "selfHarm"
        | "unsure"
        | "oneMoment"
        | "pullBack"
        | "ended"
        | "paused"
        | "reassure"
        | "callback"
        | "resolved";
    }
  | { key: "agentJoined" | "agentLeft"; name: string }
  | { key: "ask"; requests: OpenRequest[]; missing: Array<{ request: number; slots: Slot[] }> }
  | { key: "propose"; requests: OpenRequest[]; proposal: number }
  | { key: "refused"; kind: RequestKind; refused: Refusal[] }
  | { key: "notFound"; unknown: string; kind: RequestKind | null }
  | { key: "variantUnavailable"; item: ItemRef; wanted: string; available: Options[] }
  /** Something of theirs was named, and not what to do with it. */
  | { key: "whatAbout"; items: ItemRef[] }
  | { key: "quantityTooHigh"; item: ItemRef; available: number }
  | { key: "done"; results: ActionResult[] }
  | { key: "status"; orders: string[]; unknown: string | null }
  | { key: "answer"; question: string; answers: string[]; past?: true; perhaps?: true }
  | { key: "noAnswer" }
  | { key: "returnedToBot"; summary: string };

export type Effect =
  | { type: "say"; say: Say }
  | { type: "execute"; actions: Action[] }
  | { type: "handoff"; reason: HandoffReason }
  | { type: "end" };

export interface Transition {
  next: Dialogue;
  effects: Effect[];
  /** Why the machine went there, for engineers: "slots complete", "denied". */
  why: string;
}
