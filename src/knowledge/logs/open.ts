import { extname } from "node:path";
import { chatwootShape } from "./chatwoot.ts";
import type { Columns } from "./columns.ts";
import { columnsShape, genericColumns } from "./columns.ts";
import { readCsv } from "./csv.ts";
import { readJson } from "./json.ts";
import { readJsonl } from "./jsonl.ts";
import { firstBytes } from "./text-file.ts";
import type { Item, OnBytes, Shape } from "./types.ts";
import { LogImportError } from "./types.ts";
import { readXlsx } from "./xlsx.ts";

export const FORMATS = ["generic", "chatwoot"] as const;
export type LogFormat = (typeof FORMATS)[number];

/** A file of logs and how it is read; reading again begins at its start. */
export interface LogFile {
  path: string;
  shape: Shape;
  /** Everything that decides what is read: another map of columns is another import. */
  definition: string;
  items(onBytes: OnBytes): AsyncGenerator<Item>;
}

const KINDS = {
  ".csv": "csv",
  ".tsv": "csv",
  ".txt": "csv",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".json": "json",
  ".xlsx": "xlsx",
} as const;

/**
 * Chooses the reader by the file's ending (.csv .tsv .txt, .jsonl .ndjson, .json, .xlsx) and looks at its first bytes.
 * @throws LogImportError for an ending nobody knows, a file that can't be read, or one whose bytes belie its ending
 */
export async function openLog(path: string, format: LogFormat, columns: Columns | null): Promise<LogFile> {
  const ending = extname(path).toLowerCase();
  const kind = KINDS[ending as keyof typeof KINDS];
  if (kind === undefined)
    throw new LogImportError(`${path}: files end in ${Object.keys(KINDS).join(", ")}. Nothing was imported.`);
  const zipped = (await firstBytes(path)).subarray(0, 2).toString("latin1") === "PK";
  if (zipped !== (kind === "xlsx"))
    throw new LogImportError(
      `${path} is ${zipped ? "a zip archive (XLSX?), not text" : "no XLSX file"}. Nothing was imported.`,
    );
  if (format === "chatwoot" && (kind === "csv" || kind === "xlsx"))
    throw new LogImportError(`${path}: the format chatwoot is for .json and .jsonl. Nothing was imported.`);
  const used = columns ?? genericColumns;
  const shape = format === "chatwoot" ? chatwootShape : columnsShape(used);
  return {
    path,
    shape,
    definition: JSON.stringify(format === "chatwoot" ? { format } : { columns: used }),
    items(onBytes) {
      if (kind === "csv") return readCsv(path, shape.required, onBytes);
      if (kind === "jsonl") return readJsonl(path, onBytes);
      if (kind === "json") return readJson(path, onBytes);
      return readXlsx(path, shape.required, used.sheet, onBytes);
    },
  };
}
