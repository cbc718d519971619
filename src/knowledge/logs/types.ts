/** What the readers of exported logs agree on. Types and one error only. */

/**
 * One thing read from a file: a row, a line, or a conversation of a JSON export. `where` names it for people ("line 17", "Sheet1, row 5",
 * "entry 3"); a `problem` says why it could not be read, with what was read of it.
 */
export type Item = { where: string; value: unknown } | { where: string; problem: string; raw: string };

/** One message as the file has it, not yet masked. */
export interface LogRow {
  conversation: string;
  /** Null where the file has none. */
  id: string | null;
  role: "customer" | "agent" | "bot" | "system";
  /** ms since the epoch; null where the file has none. */
  at: number | null;
  text: string;
  /** Of people in the conversation: masked wherever they stand, never stored. */
  names: string[];
}

/** What an item holds: messages, things that are no message (without text, private notes), or a problem. */
export type Read = { row: LogRow } | { skip: string } | { problem: string; raw: string; where?: string };

/** Turns an item's value into messages. */
export interface Shape {
  /** Column or field names that must be there, for files with a header. */
  required: string[];
  read(value: unknown): Read[];
}

/** Where a file is being read: `bytes` of it so far. */
export type OnBytes = (bytes: number) => void;

/** Thrown for a file or a column map that can't be used; says which, and what to do. Nothing was imported then. */
export class LogImportError extends Error {
  override readonly name = "LogImportError";
}
