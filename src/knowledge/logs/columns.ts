import { readFile } from "node:fs/promises";
import { z } from "zod";
import { offsetMs, parseTime } from "./times.ts";
import type { LogRow, Read, Shape } from "./types.ts";
import { LogImportError } from "./types.ts";

const ROLES = ["customer", "agent", "bot", "system"] as const;
/** Longer ones are documents that somebody pasted, or a quote that was never closed. */
const MAX_TEXT_CHARACTERS = 10_000;
const MAX_ID_CHARACTERS = 200;

const name = z.string().min(1);
const values = z.array(z.string().min(1)).default([]);

/** The file of `--columns`: which column is what. Fields of JSON lines may be paths: "sender.type". */
export const columnsSchema = z.strictObject({
  conversation: name,
  message: name.optional(),
  time: name.optional(),
  sender: name,
  text: name,
  /** Columns with people's names: masked wherever they stand in the row's text, never stored. */
  names: z.array(name).default([]),
  /** Which values of the sender column mean whom; letter case doesn't matter. */
  senders: z
    .strictObject({ customer: values, agent: values, bot: values, system: values })
    .refine((senders) => senders.customer.length > 0, "at least `customer` needs a value"),
  /** Whoever else stands in the sender column: agents' names, say. Absent: such a row is a bad row. */
  otherSenders: z.enum(ROLES).optional(),
  /** Of times that name no zone. */
  utcOffset: z
    .string()
    .regex(/^[+-]\d{2}:\d{2}$/, "must look like +08:00")
    .default("+00:00"),
  /** Of XLSX; absent: the first one. */
  sheet: name.optional(),
});
export type Columns = z.infer<typeof columnsSchema>;

/** `conversation_id,message_id,sent_at,sender,text`, as CSV, JSON lines or XLSX. */
export const genericColumns: Columns = columnsSchema.parse({
  conversation: "conversation_id",
  message: "message_id",
  time: "sent_at",
  sender: "sender",
  text: "text",
  senders: { customer: ["customer"], agent: ["agent"], bot: ["bot"], system: ["system"] },
});

/** @throws LogImportError naming the file and its fields */
export async function loadColumns(path: string): Promise<Columns> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new LogImportError(`${path} can't be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new LogImportError(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = columnsSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join(".") || "the file"}: ${issue.message}`);
  throw new LogImportError(`${path} is no map of columns:\n${problems.join("\n")}`);
}

/** "sender.type" as a field of that name, else as a path. */
function field(value: Record<string, unknown>, path: string): string {
  let found: unknown = value[path];
  if (found === undefined && path.includes("."))
    found = path.split(".").reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), value);
  if (typeof found === "string") return found;
  return typeof found === "number" || typeof found === "boolean" ? String(found) : "";
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What is wrong with a message whatever it came from; null when nothing is. */
export function problemOf(row: LogRow): string | null {
  if (row.conversation === "") return "no conversation id";
  if (row.conversation.length > MAX_ID_CHARACTERS || (row.id?.length ?? 0) > MAX_ID_CHARACTERS)
    return `an id is longer than ${MAX_ID_CHARACTERS} characters`;
  if (row.text.includes("\ufffd")) return "the text has bytes that are not in the file's encoding";
  if (row.text.length > MAX_TEXT_CHARACTERS) return `the text is longer than ${MAX_TEXT_CHARACTERS} characters`;
  return null;
}

/** Rows of one message each, by a map of columns. */
export function columnsShape(columns: Columns): Shape {
  const zoneMs = offsetMs(columns.utcOffset);
  const roles = new Map(
    ROLES.flatMap((role) => columns.senders[role].map((value) => [value.trim().toLowerCase(), role] as const)),
  );
  const required = [columns.conversation, columns.sender, columns.text];
  if (columns.message !== undefined) required.push(columns.message);
  if (columns.time !== undefined) required.push(columns.time);

  function read(value: unknown): Read {
    const raw = (): string => JSON.stringify(value) ?? "";
    if (!isRecord(value)) return { problem: "not an object with fields", raw: raw() };
    const sender = field(value, columns.sender).trim();
    const role = roles.get(sender.toLowerCase()) ?? (sender === "" ? undefined : columns.otherSenders);
    if (role === undefined)
      return {
        problem:
          sender === ""
            ? `no ${columns.sender}`
            : `${columns.sender} is "${sender.slice(0, 40)}", which stands for nobody`,
        raw: raw(),
      };
    const time = columns.time === undefined ? "" : field(value, columns.time).trim();
    const at = time === "" ? null : parseTime(time, zoneMs);
    if (time !== "" && at === null)
      return { problem: `${columns.time} is no time: "${time.slice(0, 40)}"`, raw: raw() };
    const text = field(value, columns.text).trim();
    const row: LogRow = {
      conversation: field(value, columns.conversation).trim(),
      id: columns.message === undefined ? null : field(value, columns.message).trim() || null,
      role,
      at,
      text,
      names: columns.names.map((column) => field(value, column).trim()).filter((found) => found.length > 1),
    };
    const problem = problemOf(row);
    if (problem !== null) return { problem, raw: raw() };
    return text === "" ? { skip: "no text" } : { row };
  }

  return { required, read: (value) => [read(value)] };
}
