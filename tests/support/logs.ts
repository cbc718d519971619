import { localeOfMessages } from "../../src/knowledge/logs/write.ts";
import type { LogConversationDoc, LogMessage } from "../../src/knowledge/types.ts";

const DAY_MS = 86_400_000;
const SECOND_MS = 1_000;
const START = Date.UTC(2026, 5, 1);

/** A conversation of lines "C …" (customer), "A …" (agent), "B …" (bot), 20 s apart, `day` days into the log. */
export function conversation(tenant: string, id: string, day: number, lines: string[]): LogConversationDoc {
  const roles = { C: "customer", A: "agent", B: "bot" } as const;
  const messages: LogMessage[] = lines.map((line, index) => ({
    id: `${index}`,
    role: roles[line.slice(0, 1) as keyof typeof roles],
    text: line.slice(2),
    at: START + day * DAY_MS + index * 20 * SECOND_MS,
  }));
  const last = new Date(START + day * DAY_MS + lines.length * 20 * SECOND_MS);
  return {
    ...{ _id: `${tenant}:test:${id}`, tenant, source: "test", conversation: id },
    ...{ locale: localeOfMessages(messages), messages, lastAt: last, touchedAt: last },
  };
}
