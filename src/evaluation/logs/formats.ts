/** Log files as other systems export them: text, piece by piece. */
import type { LogRow } from "./make.ts";

const HEADER = ["conversation_id", "message_id", "sent_at", "sender", "text"] as const;

const cell = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** RFC 4180, UTF-8; texts have line breaks and quotes. */
export async function* toCsv(rows: AsyncIterable<LogRow>): AsyncGenerator<string> {
  yield `${HEADER.join(",")}\n`;
  for await (const row of rows) yield `${HEADER.map((name) => cell(row[name])).join(",")}\n`;
}

export async function* toJsonl(rows: AsyncIterable<LogRow>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

/** Chatwoot numbers who speaks: 0 the contact, 1 an agent or a bot, 2 an activity of the inbox. */
const MESSAGE_TYPE = { customer: 0, agent: 1, bot: 1, system: 2 } as const;
const SENDER_TYPE = { customer: "contact", agent: "user", bot: "agent_bot" } as const;

/** An array of conversations with their messages, as Chatwoot's API words them. */
export async function* toChatwoot(conversations: AsyncIterable<LogRow[]>): AsyncGenerator<string> {
  let before = "[\n";
  for await (const rows of conversations) {
    const id = rows[0]?.conversation_id;
    const messages = rows.map(({ message_id, sent_at, sender, text }) => ({
      id: message_id,
      conversation_id: id,
      content: text,
      content_type: "text",
      private: false,
      message_type: MESSAGE_TYPE[sender],
      created_at: Math.floor(Date.parse(sent_at) / 1_000),
      ...(sender === "system" ? {} : { sender: { type: SENDER_TYPE[sender] } }),
    }));
    yield `${before}${JSON.stringify({ id, status: "resolved", messages })}`;
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}
