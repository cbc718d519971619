import type { LogConversationDoc, LogMessage } from "../types.ts";
import { factsOf } from "./facts.ts";
import { ACK, ASKS_BACK, FILLER, LEAD, PARTICULAR_ANSWER, TAIL } from "./phrases.ts";

/** What one side said before the other spoke again. Bots and systems are left out: nobody stands behind what they say. */
export interface Turn {
  role: "customer" | "agent";
  messages: LogMessage[];
}

export function turnsOf({ messages }: Pick<LogConversationDoc, "messages">): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const { role } = message;
    if (role !== "customer" && role !== "agent") continue;
    const last = turns.at(-1);
    if (last?.role === role) last.messages.push(message);
    else turns.push({ role, messages: [message] });
  }
  return turns;
}

const MARKS =
  /^(?:[\s,，。.!！?？~～…、;；:：]|\p{Extended_Pictographic}|\ufe0f)+|(?:[\s,，。.!！~～…、;；:：]|\p{Extended_Pictographic}|\ufe0f)+$/gu;
export const trimmed = (text: string): string => text.replace(MARKS, "").trim();

/** Sentences with their marks. A point within a number or an address ends none. */
export const sentencesOf = (text: string): string[] =>
  text
    .split(/(?<=[。！？!?\n]|[~～](?!\d)|…(?!…))(?!["”’)）])|(?<=[a-z)\]]\.)\s+(?=[A-Z"'\p{Script=Han}])/u)
    .map((part) => part.trim())
    .filter((part) => /[\p{L}\p{N}]/u.test(part));

const isFillerClause = (clause: string): boolean => {
  const bare = trimmed(clause);
  return bare === "" || FILLER.test(bare) || FILLER.test(trimmed(bare.replace(LEAD, "")));
};
/** Nothing by themselves, an answer before one. */
const YES_NO =
  /^(?:可以|是的?|对的?|能|会|有|行|没事|没关系|好的?|sure|ok(?:ay)?|of course|certainly|absolutely|right|no problem)$/i;

/** A sentence without the clauses at its ends that say nothing: "感谢您的咨询，7 天内可以退，有问题随时找我". Empty when none says anything. */
function told(sentence: string): string {
  const clauses = sentence.split(/(?<=[,，…])/);
  const idle = (clause: string | undefined): boolean =>
    clause !== undefined && isFillerClause(clause) && !YES_NO.test(trimmed(clause));
  while (idle(clauses[0])) clauses.shift();
  while (idle(clauses.at(-1))) clauses.pop();
  if (clauses.every(isFillerClause)) return "";
  const text = clauses.join("");
  const end = /[。！!.\n]$/.exec(sentence)?.[0] ?? "";
  return /[,，]$/.test(text) ? text.slice(0, -1) + end : text;
}

/** Smileys and stickers in brackets say nothing: "[微笑]", "/:rose". */
const STICKERS = /\[(?![a-z-]+\])[\p{Script=Han}A-Za-z]{1,6}\]|\/:[a-z-]+|\p{Extended_Pictographic}|\ufe0f/gu;

export type Said =
  /** Nothing in it. */
  | { kind: "filler" }
  /** The agent wants something first. */
  | { kind: "asks" }
  /** About this customer's order. */
  | { kind: "particular" }
  | { kind: "answer"; text: string };

/** What states numbers answers something, whatever it asks for besides. */
const asksBack = (sentence: string): boolean =>
  ASKS_BACK.test(trimmed(sentence)) && factsOf(sentence).numbers.size === 0;

/** What an agent's message says once greetings, thanks and offers are off. */
export function readAnswer(text: string): Said {
  const sentences = sentencesOf(text.replace(STICKERS, " ")).map(told).filter(Boolean);
  if (sentences.length === 0) return { kind: "filler" };
  if (sentences.some((sentence) => PARTICULAR_ANSWER.test(sentence))) return { kind: "particular" };
  const answers = sentences.filter((sentence) => !/[?？]\s*$/.test(sentence) && !asksBack(sentence));
  if (answers.length === 0) return { kind: "asks" };
  return { kind: "answer", text: polished(answers.join(/\p{Script=Han}/u.test(text) ? "" : " ")) };
}

/** Without what leads to it: "亲，", "Hi Anna,". */
export function polished(text: string): string {
  const bare = text
    .replace(LEAD, "")
    .replace(/\s{2,}/g, " ")
    .trim();
  const clean = bare
    .replace(/[~～]+(?=$|[\s,，。])/gu, "。")
    .replace(/。{2,}/g, "。")
    .replace(/亲+$/u, "")
    .trim();
  return clean === "" ? text.trim() : clean;
}

/** A question as it is kept: without greeting, thanks and smileys. */
export function bareQuestion(text: string): string {
  const bare = trimmed(text.replace(STICKERS, " ").replace(/\s+/g, " ")).replace(LEAD, "");
  const short = bare
    .replace(TAIL, "")
    .replace(/^(?:那么?|还有|另外|然后|再问一?下?|(?:and|also|so|then|oh|but)(?= ))[,，\s]*/iu, "")
    .trim();
  return (short.length > 3 ? short : bare).trim();
}

/** Nothing but "ok", "are you there", a sticker. */
export const isAck = (text: string): boolean => {
  const bare = trimmed(text.replace(STICKERS, " ")).replace(/[?？!！\s]+$/u, "");
  return bare === "" || ACK.test(bare);
};
