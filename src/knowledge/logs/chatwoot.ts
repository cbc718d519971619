import { isRecord, problemOf } from "./columns.ts";
import { offsetMs, parseTime } from "./times.ts";
import type { LogRow, Read, Shape } from "./types.ts";

/** As Chatwoot's API numbers its messages; its web hooks write the words. */
const ROLES: Record<string, "customer" | "agent" | "system" | "bot"> = {
  "0": "customer",
  incoming: "customer",
  "1": "agent",
  outgoing: "agent",
  "2": "system",
  activity: "system",
  "3": "bot",
  template: "bot",
};

const text = (value: unknown): string =>
  typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : "";

/** "Ms. 李丽" may stand as "李丽" too; one character stands anywhere. */
const namesOf = (person: unknown): string[] =>
  isRecord(person)
    ? text(person.name)
        .split(/[\s·]+/)
        .concat(text(person.name))
        .filter((part) => part.length > 1)
    : [];

function messageOf(message: unknown, conversation: string, people: string[], index: number): Read {
  const where = `message ${index + 1}`;
  const raw = (): string => JSON.stringify(message) ?? "";
  if (!isRecord(message)) return { problem: "not a message object", raw: raw(), where };
  if (message.private === true) return { skip: "private note" };
  const type = text(message.message_type);
  const known = ROLES[type];
  if (known === undefined) return { problem: `message_type is "${type.slice(0, 40)}", not 0 to 3`, raw: raw(), where };
  const senderType = text(message.sender_type) || (isRecord(message.sender) ? text(message.sender.type) : "");
  const role = known === "agent" && /bot/i.test(senderType) ? "bot" : known;
  const time = text(message.created_at);
  const at = time === "" ? null : parseTime(time, offsetMs("+00:00"));
  if (time !== "" && at === null)
    return { problem: `created_at is no time: "${time.slice(0, 40)}"`, raw: raw(), where };
  const row: LogRow = {
    conversation,
    id: text(message.id) || null,
    role,
    at,
    text: text(message.content),
    // Agents sign with their names, which is no customer's secret; only what is the customer's is masked.
    names: [...people, ...(role === "customer" ? namesOf(message.sender) : [])],
  };
  const problem = problemOf(row);
  if (problem !== null) return { problem, raw: raw(), where };
  return row.text === "" ? { skip: "no text" } : { row };
}

/**
 * Chatwoot's JSON: conversations with their `messages`, as its API gives them, or messages that name their `conversation_id`; in an
 * array, under `payload`, `data.payload`, `conversations` or `messages`, or one a line.
 */
export const chatwootShape: Shape = {
  required: [],
  read(value) {
    const raw = (): string => (JSON.stringify(value) ?? "").slice(0, 1_000);
    if (!isRecord(value)) return [{ problem: "neither a conversation nor a message", raw: raw() }];
    if (!Array.isArray(value.messages))
      return value.conversation_id === undefined
        ? [{ problem: "neither a conversation with `messages` nor a message with `conversation_id`", raw: raw() }]
        : [messageOf(value, text(value.conversation_id), [], 0)];
    const people = isRecord(value.meta) ? namesOf(value.meta.sender) : [];
    return value.messages.map((message, index) => messageOf(message, text(value.id), people, index));
  },
};
