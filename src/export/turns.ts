import { readAnswer } from "../knowledge/mining/turns.ts";
import type { MessageDoc } from "../store/mongo.ts";
import type { Turn } from "./types.ts";

/** Of one conversation; longer ones end here. */
export const MESSAGES_MAX = 400;
/** What customers said before an agent came: the last of it leads to the answer. */
const BEFORE_AGENT_MAX = 6;

/** What is left of an agent's message once greetings, thanks and waiting are off; null when nothing is. */
function saidBy(text: string): string | null {
  const said = readAnswer(text);
  if (said.kind === "filler") return null;
  return said.kind === "answer" ? said.text : text.trim();
}

/** One turn a side, beginning with the user's; what nobody answers is dropped at the end. */
export function alternating(turns: readonly Turn[]): Turn[] {
  const merged: Turn[] = [];
  for (const { role, content } of turns) {
    const last = merged.at(-1);
    if (last?.role === role) last.content += `\n${content}`;
    else if (last || role === "user") merged.push({ role, content });
  }
  return merged;
}

/** A conversation with an agent as the assistant; the bot's words are left out: nobody stands behind them. */
export function chatOf(messages: ReadonlyArray<Pick<MessageDoc, "role" | "text">>): Turn[] {
  const first = messages.findIndex(({ role }) => role === "agent");
  if (first < 0) return [];
  const before = messages.slice(0, first).filter(({ role }) => role === "customer");
  const turns = [...before.slice(-BEFORE_AGENT_MAX), ...messages.slice(first)].flatMap(({ role, text }): Turn[] => {
    if (role === "customer") return [{ role: "user", content: text.trim() }];
    const said = role === "agent" ? saidBy(text) : null;
    return said === null ? [] : [{ role: "assistant", content: said }];
  });
  const chat = alternating(turns.filter(({ content }) => content !== ""));
  return chat.at(-1)?.role === "user" ? chat.slice(0, -1) : chat;
}

/** The first thing that answers in what agents said, up to where the customer speaks again; null when nothing does. */
export function firstAnswer(messages: ReadonlyArray<Pick<MessageDoc, "role" | "text" | "agent">>): {
  text: string;
  agent: string | null;
} | null {
  let found: { texts: string[]; agent: string | null } | null = null;
  for (const { role, text, agent } of messages) {
    if (role === "customer" && found) break;
    const said = role === "agent" ? readAnswer(text) : null;
    // What was done with one order answers nobody else.
    if (said?.kind !== "answer") continue;
    found ??= { texts: [], agent: agent?.id ?? null };
    found.texts.push(said.text);
  }
  return found && { text: found.texts.join("\n"), agent: found.agent };
}
