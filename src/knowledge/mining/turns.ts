import type { LogConversationDoc, LogMessage } from "../types.ts";
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
    .split(/(?<=[。！？!?~～\n])(?!["”’)）])|(?<=[a-z)\]]\.)\s+(?=[A-Z"'\p{Script=Han}])/u)
    .map((part) => part.trim())
    .filter((part) => /[\p{L}\p{N}]/u.test(part));

export const isFiller = (sentence: string): boolean => {
  const bare = trimmed(sentence);
  return bare === "" || FILLER.test(bare) || FILLER.test(trimmed(bare.replace(LEAD, "")));
};

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

/** What an agent's message says once greetings, thanks and offers are off. */
export function readAnswer(text: string): Said {
  const sentences = sentencesOf(text.replace(STICKERS, " ")).filter((sentence) => !isFiller(sentence));
  if (sentences.length === 0) return { kind: "filler" };
  if (sentences.some((sentence) => PARTICULAR_ANSWER.test(sentence))) return { kind: "particular" };
  const told = sentences.filter((sentence) => !/[?？]\s*$/.test(sentence) && !ASKS_BACK.test(trimmed(sentence)));
  if (told.length === 0) return { kind: "asks" };
  return { kind: "answer", text: polished(told.join(/\p{Script=Han}/u.test(text) ? "" : " ")) };
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
  const bare = trimmed(text.replace(STICKERS, " "));
  return bare === "" || ACK.test(bare);
};
