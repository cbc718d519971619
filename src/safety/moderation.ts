import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Embedder } from "../models/types.ts";
import { centre } from "../understanding/vectors.ts";
import { looksInjected } from "./injection.ts";

export const MODERATION_LABELS = [
  "abuse",
  "sexual",
  "violence",
  "self-harm",
  "fraud",
  "politics",
  "prompt-injection",
  "none",
] as const;
export type ModerationLabel = (typeof MODERATION_LABELS)[number];

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

/** A linear head on the embedder's centred vectors, written by `npm run evaluate-safety -- moderation --write`. */
export const headSchema = z.strictObject({
  embedder: z.string(),
  labels: z.tuple(
    MODERATION_LABELS.map((label) => z.literal(label)) as [
      z.ZodLiteral<ModerationLabel>,
      ...z.ZodLiteral<ModerationLabel>[],
    ],
  ),
  /** Float32, little endian, base64: the mean of the training vectors, and a row of weights with its bias for each label. */
  mean: z.base64(),
  weights: z.base64(),
});

/** How far a label's score must lie above that of "none": calibrated, see docs/security.md. */
export const HIGH_RISK_MARGIN = 0.5;

const floats = (text: string): Float32Array => new Float32Array(new Uint8Array(Buffer.from(text, "base64")).buffer);

/** What the head says of one vector: the best label and how far it lies above "none". */
export interface Score {
  label: ModerationLabel;
  margin: number;
}

export function scoreOf(vector: Float32Array, mean: Float32Array, weights: Float32Array): Score {
  const centred = centre(vector, mean);
  const row = centred.length + 1;
  const scores = MODERATION_LABELS.map((label, index) => {
    let score = weights[index * row + centred.length] ?? 0;
    for (let i = 0; i < centred.length; i++) score += (centred[i] ?? 0) * (weights[index * row + i] ?? 0);
    return { label, score };
  });
  const none = scores.at(-1)?.score ?? 0;
  const best = scores.reduce((a, b) => (b.score > a.score ? b : a));
  return { label: best.label, margin: best.score - none };
}

/**
 * Words without which a message that patterns settle isn't of high risk: the model is asked about every other message. Wide on
 * purpose, a hit only costs an embedding.
 */
const RISK_WORDS =
  /死|杀|活着|不想活|轻生|割|跳楼|了结|绝望|砍|炸|弄你|揍|打你|血|操|妈的|他妈|傻|贱|滚|狗东西|废物|骗子|裸|约炮|性|嫖|党|政府|领导人|套现|洗钱|代开|刷单|指令|提示词|管理员|\b(?:kill|die|dying|dead|suicid\w*|hurt|harm|end it|bomb|stab|shoot|blood|fuck\w*|shit\w*|bitch\w*|cunt|idiot|moron|scum|nude|sex\w*|porn|whore|government|president|party|launder\w*|chargeback|fake|instructions?|prompt|admin|system)\b/i;
export const mayBeRisky = (text: string): boolean => RISK_WORDS.test(text);

/** For self-harm a false alarm costs a minute of a person's time, a miss may cost a life. */
const SELF_HARM_MARGIN = 0.2;

export function riskOf({ label, margin }: Score): Moderation["risk"] {
  if (label === "none") return "none";
  return margin >= (label === "self-harm" ? SELF_HARM_MARGIN : HIGH_RISK_MARGIN) ? "high" : "low";
}

const SENTENCE = /[^。！？!?\n;；]+[。！？!?\n;；]*/gu;
const stars = (text: string): string => text.replace(/[\p{L}\p{N}]/gu, "*");

/** Who reads of self-harm must read all of it: the person it is handed to, and the bot never answers it. */
const HIDDEN = (label: ModerationLabel): boolean => label !== "none" && label !== "self-harm";

/**
 * Loads the head. Whole texts and their sentences are looked at; a text of one sentence costs the embedding that
 * understanding makes of it anyway (T5).
 * @throws Error when the head is malformed or was trained on another embedder
 */
export async function loadModerator(path: string, embedder: Embedder): Promise<Moderator> {
  const head = headSchema.parse(JSON.parse(await readFile(path, "utf8")));
  if (head.embedder !== embedder.id)
    throw new Error(
      `${path} was trained on ${head.embedder}, not on ${embedder.id}: npm run evaluate-safety -- moderation --write`,
    );
  const [mean, weights] = [floats(head.mean), floats(head.weights)];

  async function judge(text: string): Promise<Moderation> {
    // An attack is one as a whole: what stands beside it is bait.
    if (looksInjected(text)) return { label: "prompt-injection", risk: "high", masked: stars(text) };
    const sentences = text.match(SENTENCE) ?? [];
    const parts = sentences.length > 1 ? [text, ...sentences] : [text];
    const vectors = await embedder.embed(parts);
    const scores = vectors.map((vector) => scoreOf(vector, mean, weights));
    const [whole = NOTHING, ...each] = scores;
    const worst = [whole, ...each].reduce((a, b) => (severity(b) > severity(a) ? b : a));
    const risk = riskOf(worst);
    const { label } = worst;
    if (risk !== "high" || !HIDDEN(label)) return { label, risk, masked: text };
    const risky = each.map((score) => riskOf(score) === "high" && HIDDEN(score.label));
    // When only all of it together is of high risk, all of it goes.
    const masked = risky.includes(true)
      ? sentences.map((sentence, index) => (risky[index] ? stars(sentence) : sentence)).join("")
      : stars(text);
    return { label, risk, masked };
  }

  return { moderate: (texts) => Promise.all(texts.map(judge)) };
}

const NOTHING: Score = { label: "none", margin: 0 };
const RISKS = { none: 0, low: 1, high: 2 };
/** Self-harm comes before everything, then high risk before low, then the surer one. */
const severity = (score: Score): number =>
  (score.label === "self-harm" && riskOf(score) === "high" ? 10 : RISKS[riskOf(score)] * 3) +
  Math.max(0, Math.min(2, score.margin));
