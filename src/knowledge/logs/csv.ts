import { Readable } from "node:stream";
import type { CsvError } from "csv-parse";
import { parse } from "csv-parse";
import { parse as parseText } from "csv-parse/sync";
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

/** Strict about quotes: a parser that forgives them swallows the rows behind one that is never closed. */
const options = (delimiter: string) => ({
  delimiter,
  info: true,
  max_record_size: MAX_RECORD_BYTES,
  raw: true,
  relax_column_count: true,
  skip_empty_lines: true,
  skip_records_with_error: true,
});

/** Turns records into items, and what the parser gave up on into problems and the good rows among it. */
class Rows {
  readonly #path: string;
  readonly #required: string[];
  readonly #delimiter: string;
  header: string[] | null = null;
  /** The last line that was reported: one line is one problem. */
  #reported = 0;

  constructor(path: string, required: string[], delimiter: string) {
    this.#path = path;
    this.#required = required;
    this.#delimiter = delimiter;
  }

  /** `before`: lines in front of what was parsed. */
  item({ record, info, raw }: Parsed, before = 0): Item | null {
    if (this.header === null) {
      this.header = record.map((name) => name.trim());
      checkHeader(this.#path, this.header, this.#required);
      return null;
    }
    const where = lines(before + info.lines, raw);
    if (record.length === this.header.length) return { where, value: named(this.header, record) };
    return { where, problem: `${record.length} fields instead of ${this.header.length}`, raw: raw.slice(0, RAW_SHOWN) };
  }

  /** After a quote that doesn't fit, the parser takes the lines up to the next one for a part of it: they are read again. */
  unread(error: CsvError | undefined, before = 0): Item[] {
    const { lines: last = 0, raw = "", code = "" } = (error ?? {}) as { lines?: number; raw?: string; code?: string };
    const rows = raw
      .replace(/^[\r\n]+/, "")
      .replace(/\r?\n$/, "")
      .split("\n");
    const first = before + last - (rows.length - 1);
    const [own = "", ...more] = rows;
    const why = WHY[code] ?? "it can't be read";
    const found =
      first > this.#reported
        ? [{ where: `line ${first}`, problem: `not CSV: ${why}`, raw: own.slice(0, RAW_SHOWN) }]
        : [];
    this.#reported = Math.max(this.#reported, first);
    // Only at the file's end the last line is known to its end.
    const cut = code === "CSV_QUOTE_NOT_CLOSED" ? undefined : more.pop();
    const again = this.#again(more, first);
    if (cut === undefined) return [...found, ...again];
    this.#reported = first + more.length + 1;
    const where = `line ${this.#reported}`;
    return [
      ...found,
      ...again,
      { where, problem: `not CSV: the quote of line ${first} ends in it`, raw: cut.slice(0, RAW_SHOWN) },
    ];
  }

  #again(rows: string[], before: number): Item[] {
    if (rows.length === 0) return [];
    const found: Item[] = [];
    const records = parseText(rows.join("\n"), {
      ...options(this.#delimiter),
      on_skip: (error) => {
        found.push(...this.unread(error, before));
      },
    }) as unknown as Parsed[];
    return [...records.flatMap((record) => this.item(record, before) ?? []), ...found];
  }
}

const lineOf = (error: CsvError | undefined): number =>
  error === undefined ? Number.POSITIVE_INFINITY : ((error as { lines?: number }).lines ?? 0);

const WHY: Record<string, string> = {
  INVALID_OPENING_QUOTE: "a quote stands in the middle of a field without quotes around it",
  CSV_INVALID_CLOSING_QUOTE: "something stands between a closing quote and the end of its field",
  CSV_QUOTE_NOT_CLOSED: "a quote is never closed",
  CSV_MAX_RECORD_SIZE: `a field is longer than ${MAX_RECORD_BYTES / 1024} KB; a quote is never closed`,
};

/**
 * Rows of a CSV file (comma, semicolon or tab; quotes, line breaks in fields; UTF-8, UTF-16 or GB 18030) as objects by the header.
 * A row that can't be read becomes a problem; the next one is read again.
 * @throws LogImportError when it is no text or a column of `required` is missing
 */
export async function* readCsv(path: string, required: string[], onBytes: OnBytes): AsyncGenerator<Item> {
  const head = await firstBytes(path);
  const encoding = encodingOf(path, head);
  const delimiter = delimiterOf(new TextDecoder(encoding).decode(head));
  const rows = new Rows(path, required, delimiter);
  const unread: Array<CsvError | undefined> = [];
  const parser = parse({
    ...options(delimiter),
    bom: true,
    on_skip: (error) => {
      unread.push(error);
    },
  });
  const text = Readable.from(textOf(path, encoding, onBytes));
  text.on("error", (error) => parser.destroy(error));
  for await (const record of text.pipe(parser) as AsyncIterable<Parsed>) {
    const item = rows.item(record);
    // The parser tells of errors as soon as it meets them, ahead of the records that still wait. Items must always come in the
    // file's order: an interrupted import counts them.
    while (lineOf(unread[0]) < record.info.lines) yield* rows.unread(unread.shift());
    if (item !== null) yield item;
  }
  if (rows.header === null) throw new LogImportError(`${path} has no header. Nothing was imported.`);
  for (const error of unread) yield* rows.unread(error);
}
