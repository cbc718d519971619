import type { Embedder } from "../models/types.ts";
import { undisguised } from "./disguise.ts";
import { sparseOf } from "./features.ts";
import type { ModerationLabel, Score } from "./head.ts";
import { readHead, scoreOf } from "./head.ts";
import { looksInjected } from "./injection.ts";
import { isAlarming } from "./lexicon.ts";
import { speaksOfSelfHarm } from "./self-harm.ts";

export type { ModerationLabel } from "./head.ts";
export { MODERATION_LABELS } from "./head.ts";

export interface Moderation {
  label: ModerationLabel;
  /** "high" is masked and audited; "low" is only a hint, too often wrong to act on. */
  risk: "none" | "low" | "high";
  /** The text as the bot may remember it: what is of high risk is replaced by "*", sentence by sentence. */
  masked: string;
}

/** The local moderation model (P3): labels texts in Chinese and English. */
export interface Moderator {
  moderate(texts: readonly string[]): Promise<Moderation[]>;
}

/**
 * Words without which a message that patterns settle isn't of high risk: the model is asked about every other message. Wide on
 * purpose, a hit only costs an embedding.
 */
const RISK_WORDS =
  /死|杀|活着|不想活|轻生|割|跳楼|了结|绝望|砍|炸|弄你|揍|打你|血|操|妈的|他妈|傻|贱|滚|狗东西|废物|骗子|裸|约炮|性|嫖|党|政府|领导人|套现|洗钱|代开|刷单|指令|提示词|管理员|\b(?:kill|die|dying|dead|suicid\w*|hurt|harm|end it|bomb|stab|shoot|blood|fuck\w*|shit\w*|bitch\w*|cunt|idiot|moron|scum|nude|sex\w*|porn|whore|government|president|party|launder\w*|chargeback|fake|instructions?|prompt|admin|system)\b/i;
export function mayBeRisky(text: string): boolean {
  const plain = undisguised(text);
  return RISK_WORDS.test(plain) || isAlarming(plain) || speaksOfSelfHarm(plain);
}

export function riskOf({ label, margin }: Score, thresholds: Record<ModerationLabel, number>): Moderation["risk"] {
  if (label === "none") return "none";
  return margin >= thresholds[label] ? "high" : "low";
}

const SENTENCE = /[^。！？!?\n;；]+[。！？!?\n;；]*/gu;
const stars = (text: string): string => text.replace(/[\p{L}\p{N}]/gu, "*");

/** Who reads of self-harm must read all of it: the person it is handed to, and the bot never answers it. */
const HIDDEN = (label: ModerationLabel): boolean => label !== "none" && label !== "self-harm";

/**
 * Loads the head. Whole texts and their sentences are looked at; a text of one sentence costs the embedding that
 * understanding makes of it anyway (T5), unless its words are disguised.
 * @throws Error when the head is malformed or was trained on another embedder
 */
export async function loadModerator(path: string, embedder: Embedder): Promise<Moderator> {
  const head = await readHead(path);
  if (head.embedder !== embedder.id)
    throw new Error(
      `${path} was trained on ${head.embedder}, not on ${embedder.id}: npm run evaluate-safety -- moderation --write`,
    );
  const risk = (score: Score): Moderation["risk"] => riskOf(score, head.thresholds);
  /** Self-harm comes before everything, then high risk before low, then the surer one. */
  const severity = (score: Score): number =>
    (score.label === "self-harm" && risk(score) === "high" ? 10 : RISKS[risk(score)] * 3) + squashed(score.margin);

  async function judge(text: string): Promise<Moderation> {
    if (speaksOfSelfHarm(undisguised(text))) return { label: "self-harm", risk: "high", masked: text };
    // An attack is one as a whole: what stands beside it is bait.
    if (looksInjected(text)) return { label: "prompt-injection", risk: "high", masked: stars(text) };
    const sentences = text.match(SENTENCE) ?? [];
    const parts = sentences.length > 1 ? [text, ...sentences] : [text];
    const plain = parts.map(undisguised);
    const vectors = await embedder.embed(plain);
    const scores = vectors.map((vector, index) => scoreOf(head, vector, sparseOf(plain[index] ?? "")));
    const [whole = NOTHING, ...each] = scores;
    const worst = [whole, ...each].reduce((a, b) => (severity(b) > severity(a) ? b : a));
    const { label } = worst;
    if (risk(worst) !== "high" || !HIDDEN(label)) return { label, risk: risk(worst), masked: text };
    const risky = each.map((score) => risk(score) === "high" && HIDDEN(score.label));
    // When only all of it together is of high risk, all of it goes.
    const masked = risky.includes(true)
      ? sentences.map((sentence, index) => (risky[index] ? stars(sentence) : sentence)).join("")
      : stars(text);
    return { label, risk: "high", masked };
  }

  return { moderate: (texts) => Promise.all(texts.map(judge)) };
}

const NOTHING: Score = { label: "none", margin: 0 };
const RISKS = { none: 0, low: 1, high: 2 };
/** 0 … 2, in the order of the margins. */
const squashed = (margin: number): number => 2 / (1 + Math.exp(-Math.max(0, margin) / 4));
