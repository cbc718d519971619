import sax from "sax";
import { checkHeader, named } from "./csv.ts";
import type { Item, OnBytes } from "./types.ts";
import { LogImportError } from "./types.ts";
import { StringTable } from "./xlsx-strings.ts";
import type { Archive } from "./zip.ts";
import { openArchive } from "./zip.ts";

type Handlers = {
  open?: (name: string, attributes: Record<string, string>) => void;
  close?: (name: string) => void;
  text?: (text: string) => void;
};

/** Reads one part, piece by piece; yields after each piece, so that what the handlers gathered can be passed on. */
async function* readXml(archive: Archive, part: string, path: string, handlers: Handlers): AsyncGenerator<number> {
  const reader = sax.parser(true, {});
  const local = (name: string): string => name.slice(name.indexOf(":") + 1);
  reader.onopentag = ({ name, attributes }) => handlers.open?.(local(name), attributes as Record<string, string>);
  reader.onclosetag = (name) => handlers.close?.(local(name));
  reader.ontext = (text) => handlers.text?.(text);
  reader.oncdata = (text) => handlers.text?.(text);
  reader.onerror = (error) => {
    throw error;
  };
  const decoder = new TextDecoder();
  try {
    for await (const chunk of await archive.read(part)) {
      reader.write(decoder.decode(chunk as Buffer, { stream: true }));
      yield (chunk as Buffer).length;
    }
    reader.close();
  } catch (error) {
    if (error instanceof LogImportError) throw error;
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new LogImportError(`${path} is damaged (${part}: ${why}). Nothing was imported.`, { cause: error });
  }
}

async function drain(parts: AsyncGenerator<number>): Promise<void> {
  for await (const _ of parts);
}

/** Name and part of each sheet, in the workbook's order. */
async function sheetsOf(archive: Archive, path: string): Promise<Array<{ name: string; part: string }>> {
  const sheets: Array<{ name: string; id: string }> = [];
  const targets = new Map<string, string>();
  const workbook = readXml(archive, "xl/workbook.xml", path, {
    open: (tag, { name = "", ...rest }) => {
      const id = Object.entries(rest).find(([key]) => key.endsWith(":id"))?.[1];
      if (tag === "sheet" && id !== undefined) sheets.push({ name, id });
    },
  });
  const relations = readXml(archive, "xl/_rels/workbook.xml.rels", path, {
    open: (tag, { Id = "", Target = "" }) => tag === "Relationship" && targets.set(Id, Target),
  });
  await drain(workbook);
  await drain(relations);
  return sheets.map(({ name, id }) => {
    const target = targets.get(id) ?? "";
    return { name, part: target.startsWith("/") ? target.slice(1) : `xl/${target}` };
  });
}

/** Rich text is several runs of one string; its phonetic hints are none. */
async function readStrings(archive: Archive, path: string, strings: StringTable): Promise<void> {
  if (!archive.names.includes("xl/sharedStrings.xml")) return;
  let text = "";
  let inText = false;
  let hint = 0;
  const parts = readXml(archive, "xl/sharedStrings.xml", path, {
    open: (tag) => {
      if (tag === "si") text = "";
      if (tag === "rPh") hint++;
      inText = tag === "t" && hint === 0;
    },
    text: (piece) => {
      if (inText) text += piece;
    },
    close: (tag) => {
      if (tag === "rPh") hint--;
      if (tag === "t") inText = false;
      if (tag === "si") strings.add(text);
    },
  });
  await drain(parts);
  strings.flush();
}

/** "AB7" → 27, counted from 0. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of reference.match(/^[A-Z]+/)?.[0] ?? "A") column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

interface Row {
  number: number;
  cells: string[];
}

/** Gathers rows while a sheet's XML comes in. */
function rowHandlers(strings: StringTable, rows: Row[]): Handlers {
  let row: Row = { number: 0, cells: [] };
  let column = -1;
  let type = "";
  let value = "";
  let taken = false;
  return {
    open(tag, attributes) {
      if (tag === "row") {
        row = { number: Number(attributes.r ?? row.number + 1), cells: [] };
        column = -1;
      } else if (tag === "c") {
        column = attributes.r === undefined ? column + 1 : columnOf(attributes.r);
        type = attributes.t ?? "n";
        value = "";
      } else taken = tag === "v" || tag === "t";
    },
    text(text) {
      if (taken) value += text;
    },
    close(tag) {
      if (tag === "v" || tag === "t") taken = false;
      else if (tag === "c") {
        const text = type === "s" ? strings.get(Number(value)) : value;
        // Excel writes control characters, and an underscore before them, by their numbers.
        row.cells[column] = (text ?? "\ufffd").replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        );
      } else if (tag === "row" && row.cells.some((cell) => cell !== undefined && cell.trim() !== "")) rows.push(row);
    },
  };
}

/**
 * Rows of one sheet as objects by its first row. Strings wait in a temporary file and rows pass by, so memory doesn't grow.
 * @throws LogImportError when the file is no XLSX, is damaged, or has no such sheet or columns
 */
export async function* readXlsx(
  path: string,
  required: string[],
  sheet: string | undefined,
  onBytes: OnBytes,
): AsyncGenerator<Item> {
  const archive = await openArchive(path);
  const strings = new StringTable();
  try {
    const sheets = await sheetsOf(archive, path);
    const chosen = sheet === undefined ? sheets[0] : sheets.find(({ name }) => name === sheet);
    if (chosen === undefined)
      throw new LogImportError(
        `${path} has no sheet ${sheet ?? ""}; it has ${sheets.map(({ name }) => name).join(", ") || "none"}. Nothing was imported.`,
      );
    await readStrings(archive, path, strings);
    const rows: Row[] = [];
    let header: string[] | null = null;
    let bytes = 0;
    for await (const length of readXml(archive, chosen.part, path, rowHandlers(strings, rows))) {
      bytes += length;
      onBytes(bytes);
      for (const { number, cells } of rows.splice(0)) {
        if (header !== null) yield { where: `${chosen.name}, row ${number}`, value: named(header, cells) };
        else {
          header = Array.from(cells, (cell) => (cell ?? "").trim());
          checkHeader(path, header, required);
        }
      }
    }
    if (header === null) throw new LogImportError(`${path}: sheet ${chosen.name} is empty. Nothing was imported.`);
  } finally {
    strings.close();
    archive.close();
  }
}
