/** What of a session must not be forgotten, by rule: what was changed, what was promised with it, what a person agreed. */
import type { MessageDoc } from "../store/mongo.ts";

/** The part of a message that the rules read. */
export type Told = Pick<MessageDoc, "turn" | "role" | "text" | "carry" | "view">;

const LINES_MAX = 12;

/**
 * One line each, oldest first, at most 12 and then the newest: the reply of every turn that changed an order (its number of
 * actions grew) with what it promised, whole; and what agents noted when they gave the conversation back.
 */
export function summarize(messages: Told[], resolutions: string[]): string {
  const lines: string[] = [];
  let actions = 1;
  for (const message of messages) {
    const next = message.carry?.nextAction ?? actions;
    if (next > actions) {
      const replies = messages.filter(({ turn, role }) => turn === message.turn && role === "assistant");
      lines.push(`${message.turn}: ${oneLine(replies.map(({ text }) => text).join(" "))}`);
    }
    actions = Math.max(actions, next);
  }
  for (const resolution of resolutions) lines.push(`agent: ${oneLine(resolution)}`);
  return lines.slice(-LINES_MAX).join("\n");
}

/** How a session stands, from what its messages carry. */
export function outcomeOf(messages: Told[]): "done" | "handoff" | "talked" {
  const actions = Math.max(1, ...messages.map(({ carry }) => carry?.nextAction ?? 1));
  if (actions > 1) return "done";
  return messages.some(({ view }) => view?.handoff !== undefined || view?.state === "HANDOFF") ? "handoff" : "talked";
}

/** As a line of a summary. */
export const oneLine = (text: string): string => text.replaceAll("**", "").replace(/\s+/g, " ").trim();
