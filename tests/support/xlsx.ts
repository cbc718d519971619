import { strToU8, zipSync } from "fflate";

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\n", "&#10;");
const letters = (column: number): string => String.fromCharCode(65 + column);

/** A cell: text goes into the table of strings, as Excel writes it, `inline` beside the cell, as streaming exporters do. */
export type Cell = string | number | { inline: string } | { rich: string[] } | null;

/** An XLSX file with one sheet. */
export function xlsx(rows: Cell[][], sheet = "Chats"): Uint8Array {
  const strings: string[] = [];
  const shared = (content: string): string => `t="s"><v>${strings.push(content) - 1}</v>`;
  const cell = (value: Cell, row: number, column: number): string => {
    if (value === null) return "";
    const r = `r="${letters(column)}${row + 1}"`;
    if (typeof value === "number") return `<c ${r}><v>${value}</v></c>`;
    if (typeof value === "string") return `<c ${r} ${shared(`<t xml:space="preserve">${escaped(value)}</t>`)}</c>`;
    if ("inline" in value) return `<c ${r} t="inlineStr"><is><t>${escaped(value.inline)}</t></is></c>`;
    return `<c ${r} ${shared(value.rich.map((run) => `<r><rPr><b/></rPr><t>${escaped(run)}</t></r>`).join(""))}</c>`;
  };
  const data = rows
    .map((cells, row) => `<row r="${row + 1}">${cells.map((value, at) => cell(value, row, at)).join("")}</row>`)
    .join("");
  const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`;
  const relations = `xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`;
  const parts = {
    // The sheet comes before the strings it needs, as some exporters have it.
    "xl/worksheets/sheet1.xml": `<worksheet ${main}><sheetData>${data}</sheetData></worksheet>`,
    "xl/workbook.xml": `<workbook ${main} ${relations}><sheets><sheet name="${sheet}" sheetId="1" r:id="rId7"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId7" Target="worksheets/sheet1.xml"/></Relationships>`,
    "xl/sharedStrings.xml": `<sst ${main}>${strings.map((content) => `<si>${content}</si>`).join("")}</sst>`,
  };
  return zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])));
}
