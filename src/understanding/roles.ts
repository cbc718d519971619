import type { RequestKind } from "../commerce/types.ts";
import type { DialogueState, Slot } from "../dialogue/types.ts";
import type { Intent } from "../models/types.ts";
import {
  ABANDON,
  ADD,
  ASKS,
  CORRECT,
  KEEP,
  NEGATED_REQUEST,
  POLICY,
  REQUEST,
  STATUS,
  UNSHIPPED,
  WANTED,
} from "./cues.ts";
import { keptIn } from "./quantity.ts";
import type { Clause } from "./text.ts";

export interface Situation {
  state: DialogueState;
  /** Slots that were asked for last. */
  asked: Slot[];
  /** Whether a clause names something the customer ordered: then "can it be returned?" is a request and not a question. */
  namesItem: (clause: string) => boolean;
  /** Whether it names a variant of something they have that isn't the one they have: "想要42的". */
  namesOtherVariant: (clause: string) => boolean;
  /** Whether a clause says more than which thing it is about. */
  says: (clause: string) => boolean;
  /** What is open, in the order it was said. */
  openKinds: RequestKind[];
  /** Pieces of what is open, line by line. */
  openPieces: number[];
  /** A proposal stands whose reason was never given: what is wrong with the goods is that reason. */
  lacksReason: boolean;
  /** Whether it names any such variant while an exchange is open. */
  namesVariant: (clause: string) => boolean;
}

/** What a clause does in a message. `drops`: without another request in the message, keeping it means dropping what is open. */
export type Role =
  | { kind: RequestKind }
  | { intent: Exclude<Intent, RequestKind> }
  | { role: "abandon" | "bare" }
  | { role: "keep"; drops: boolean };

/** What a clause does, by the words in it and by what was asked; `policy`: the examples take it for a question. */
export function roleOf(part: Clause, situation: Situation, whole: string, policy = false): Role {
  const { text } = part;
  const asks = part.asks || ASKS.test(text);
  // In reply to a proposal it is the no that the proposal offers, not "I don't want the thing any more".
  const denies = situation.state === "CONFIRM" && /^不要$/.test(text);
  const verbs = text.replace(DENIED, " ");
  // While something is open, "the money must come back the same way" is about its refund.
  const kind = denies ? null : kindOf(situation.openKinds.length > 0 ? verbs.replace(REFUNDED, " ") : verbs);
  const answers = situation.state === "COLLECT" && situation.asked.length > 0 && !asks;
  if (answers && kind !== null && isOnlyReason(text, kind, situation)) return { role: "bare" };
  const keep = turnsToAnother(text, whole, situation) ? null : keepRole(text, kind, situation);
  if (keep) return keep;
  const concrete =
    situation.namesItem(text) ||
    (situation.state === "INIT" && OWN.test(whole) && !/如果|要是|\bif\b/.test(whole)) ||
    (situation.state === "INIT" && situation.namesItem(whole));
  // "Bought in September and limp already, can it still go back?": whether it can is what the shop's data says.
  const still = concrete && situation.namesItem(whole) && STILL.test(text);
  if (kind !== null && !still && (policy || (POLICY.test(text) && (asks || !concrete)))) return { intent: "question" };
  if (kind === "return" && asks && !situation.namesItem(text) && ABOUT_REFUNDS.test(text))
    return { intent: "question" };
  if (SECOND_CHOICE.test(text) && !asks && part.text !== whole) return { role: "bare" };
  if (kind !== null) return { kind };
  const wishes = keptIn(text) === null && (opens(situation, "exchange") || CORRECT.test(text));
  if (wishes && situation.namesItem(whole) && situation.namesOtherVariant(wish(text))) return { kind: "exchange" };
  // Asked why, a customer says "it never arrived": that is the reason and no question about the parcel.
  if (answers) return { role: "bare" };
  if (POLICY.test(text) && (asks || !STATUS.test(text))) return { intent: "question" };
  const describes = /还没(?:到手|拆|用|开)|[没未]发(?:货)?的/.test(text) || (UNSHIPPED.test(text) && !asks);
  if (STATUS.test(text) && !describes) return { intent: "order_status" };
  return { role: "bare" };
}

/** "Not 29 then, straight to 30": the exchange goes on. */
const turnsToAnother = (text: string, whole: string, { openKinds, namesVariant }: Situation): boolean =>
  openKinds.includes("exchange") &&
  text !== whole &&
  /直接|改|换成|\b(?:instead|make it|go with)\b/.test(whole) &&
  namesVariant(whole);

/** Nothing else is open, or that is: a variant named in passing turns no return into an exchange. */
const opens = ({ openKinds }: Situation, kind: RequestKind): boolean =>
  openKinds.length === 0 || openKinds.includes(kind);

const REFUNDED = /[钱款][^，,。]{0,8}退(?:回来?|还|给我)?/g;

const DENIED = new RegExp(NEGATED_REQUEST.source, "gi");

/** "If that's sold out then L in navy" goes with the wish before it. */
const SECOND_CHOICE =
  /^(?:if|or else|otherwise|failing)\b|^(?:要是|如果)?没(?:有|货)|(?:没有|没货|缺货|卖完)(?:了|的话)*(?:就|则|再)/;

/** Where a clause says what is wanted: "the bag in olive, if possible", "navy stools to grey". */
const wish = (text: string): string => (WANTED.test(text) ? text : (INTO.exec(text)?.[1] ?? ""));
const INTO = /\b(?:to|in|into) ((?:the |an? )?[a-z]+)$/;

const STILL = /还(?:能|可以|给|让)(?:不能)?(?:退|换)|\bstill (?:return|exchange|send|refund)/;

/** Speaks of something they bought, whatever it is. */
export const OWN =
  /(?:买|到|收到|下单|拍)的那?|\bi (?:bought|ordered|got|received)\b|\bmy (?:last|latest|recent|new) (?:order|delivery|parcel|purchase)\b/;

/** "Does the refund go to my card?" asks about refunds and wants none. */
const ABOUT_REFUNDS =
  /退款(?:是|会|到|几|什么|怎么|原路|多久|走|打)|\b(?:does|do|will|is|are|when|how|where|which|what)\b.{0,30}\brefunds?\b/;

/** Asked why, "she needs another size" explains the return; only a turn of phrase or an item makes it a new request. */
function isOnlyReason(text: string, kind: RequestKind, { asked, openKinds, namesItem }: Situation): boolean {
  const turns = CORRECT.test(text) || TURNS.test(text);
  const wishes = turns || (namesItem(text) && ADD.test(text));
  return asked.includes("reason") && !openKinds.includes(kind) && !wishes;
}

const TURNS =
  /那就|干脆|^(?:请|麻烦)?(?:把|退|换|取消)|直接|还是|^改|(?:帮|给)我|我(?:要|想)|\b(?:just|rather|instead|please|i'll|i want|i'd like|let'?s)\b/;

/** Clauses about what stays: "奶粉不退", "keep the dog bed", "算了不退了". */
function keepRole(text: string, kind: RequestKind | null, { state, namesItem }: Situation): Role | null {
  // Of what is proposed, something is taken out again.
  if (state === "CONFIRM" && KEEP.test(text) && namesItem(text) && !FULL_VERB.test(text))
    return { role: "keep", drops: false };
  const drops = state !== "INIT" && ABANDON.test(text) && (kind === null || /取消(?:申请|退|换)/.test(text));
  const keeps = KEEP.test(text) && kind === null && !POLICY.test(text);
  const denies = kind === null && kindOf(text) !== null;
  if ((keeps || (denies && !drops)) && namesItem(text)) return { role: "keep", drops };
  if (drops) return { role: "abandon" };
  return keeps ? { role: "keep", drops: false } : null;
}

const FULL_VERB = /退(?!了)|换(?!了)|\b(?:return|exchange|swap|refund|cancel)\b/;

/** The verb of a request; an exchange wins over the return it is made with, what is wanted stands last. */
export function kindOf(text: string): RequestKind | null {
  const kinds: RequestKind[] = ["exchange", "cancel", "return"];
  const found = kinds.filter((kind) => REQUEST[kind].test(text));
  if (found.length < 2) return found[0] ?? null;
  const denied =
    /(?:不是|不|别|not an?|don'?t|rather than|instead of)\s?(?:要|想)?(退|换|取消|return|refund|exchange|cancel)/.exec(
      text,
    )?.[1] ?? "";
  const left = found.filter((kind) => !REQUEST[kind].test(denied));
  return left[0] ?? found[0] ?? null;
}
