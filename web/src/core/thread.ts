import type { Message } from "../api.ts";

/** Adds messages that are not there yet; the result is ordered by seq and holds each seq once. */
export function merge(messages: Message[], incoming: Message[]): Message[] {
  const known = new Set(messages.map((message) => message.seq));
  const fresh = incoming.filter((message) => !known.has(message.seq) && known.add(message.seq));
  if (fresh.length === 0) return messages;
  return [...messages, ...fresh].sort((a, b) => a.seq - b.seq);
}

/** Older gaps are final: the workflow gave out a number for something that was never sent. */
const gapLookBack = 50;

/** The seq to ask from when catching up: before the first gap among the latest messages, else the last one. */
export function resumeSeq(messages: Message[]): number {
  const latest = messages.slice(-gapLookBack);
  let seq = latest.length < messages.length ? (latest[0]?.seq ?? 0) : 0;
  for (const message of latest) {
    if (message.seq > seq + 1) break;
    seq = message.seq;
  }
  return seq;
}

export function lastSeq(messages: Message[]): number {
  return messages.at(-1)?.seq ?? 0;
}

/** Whether two times fall on different days of the reader's calendar: where a date line goes. */
export function differentDay(a: string | undefined, b: string): boolean {
  return !a || new Date(a).toDateString() !== new Date(b).toDateString();
}

const groupGapMs = 5 * 60_000;

type Written = Pick<Message, "role" | "at" | "agent">;

/** Whether a message continues the one before: the same writer, minutes apart. Then name and avatar are shown once. */
export function continues(previous: Written | undefined, message: Written): boolean {
  if (!previous || previous.role !== message.role || differentDay(previous.at, message.at)) return false;
  const sameAgent = !previous.agent || !message.agent || previous.agent.id === message.agent.id;
  return sameAgent && Date.parse(message.at) - Date.parse(previous.at) < groupGapMs;
}
