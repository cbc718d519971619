import { Readable } from "node:stream";
import type { CsvError } from "csv-parse";
import { parse } from "csv-parse";
import { encodingOf, firstBytes, textOf } from "./text-file.ts";
import type { Item, OnBytes } from "./types.ts";
import { LogImportError } from "./types.ts";

/** A quote that is never closed swallows no more than this. */
const MAX_RECORD_BYTES = 256 * 1024;
const RAW_SHOWN = 2_000;

interface Parsed {
  record: string[];
  info: { lines: number };
  raw: string;
}

const breaks = (text: string): number => text.split("\n").length - 1;

/** Comma, semicolon or tab, whichever the header has most of. */
function delimiterOf(head: string): string {
  const line = head.split(/\r?\n/, 1)[0] ?? "";
  const count = (mark: string): number => line.split(mark).length;
  return [",", "\t", ";"].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

/** "line 3", or "lines 3-5" for a record that spans several. */
function lines(last: number, raw: string): string {
  const first = last - breaks(raw.replace(/^\s+|\s+$/g, ""));
  return first === last ? `line ${last}` : `lines ${first}-${last}`;
}

/** Names what is missing, and what there is instead. */
export function checkHeader(path: string, header: string[], required: string[]): void {
  const missing = required.filter((name) => !header.includes(name));
  if (missing.length > 0)
    throw new LogImportError(
      `${path}: no column ${missing.join(", ")}. It has: ${header.slice(0, 30).join(", ").slice(0, 500)}. Say which column is what with --columns. Nothing was imported.`,
    );
}

/** Cells by the header's names. */
export function named(header: string[], cells: string[]): Record<string, string> {
  return Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ""]));
}

/**
 * Rows of a CSV file (comma, semicolon or tab; quotes, line breaks in fields; UTF-8, UTF-16 or GB 18030) as objects by the header.
 * A row that can't be read becomes a problem; the next one is read again.
 * @throws LogImportError when it is no text or a column of `required` is missing
 */
export async function* readCsv(path: string, required: string[], onBytes: OnBytes): AsyncGenerator<Item> {
  const head = await firstBytes(path);
  const encoding = encodingOf(path, head);
  const problems: Item[] = [];
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(new TextDecoder(encoding).decode(head)),
    info: true,
    max_record_size: MAX_RECORD_BYTES,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      problems.push(unread(error));
    },
  });
  const text = Readable.from(textOf(path, encoding, onBytes));
  text.on("error", (error) => parser.destroy(error));
  let header: string[] | null = null;
  for await (const { record, info, raw } of text.pipe(parser) as AsyncIterable<Parsed>) {
    yield* problems.splice(0);
    if (header === null) {
      header = record.map((name) => name.trim());
      checkHeader(path, header, required);
      continue;
    }
    const where = lines(info.lines - 1 + (raw.endsWith("\n") ? 0 : 1), raw);
    if (record.length === header.length) yield { where, value: named(header, record) };
    else
      yield {
        where,
        problem: `${record.length} fields instead of ${header.length}`,
        raw: raw.slice(0, RAW_SHOWN),
      };
  }
  yield* problems;
  if (header === null) throw new LogImportError(`${path} has no header. Nothing was imported.`);
}

function unread(error: CsvError | undefined): Item {
  const { lines: last, raw } = (error ?? {}) as { lines?: number; raw?: string };
  const text = typeof raw === "string" ? raw : "";
  const why = (error?.message ?? "unreadable").replace(/:? ?(?:value is|at line|a quote is found on field).*$/s, "");
  return { where: lines(last ?? 0, text), problem: `not CSV: ${why}`, raw: text.slice(0, RAW_SHOWN) };
}
