import { encodingOf, firstBytes, textOf } from "./text-file.ts";
import type { Item, OnBytes } from "./types.ts";
import { LogImportError } from "./types.ts";

const MAX_LINE_CHARACTERS = 4_000_000;
const RAW_SHOWN = 2_000;

/** Objects of a file with one JSON value a line; a line that is none becomes a problem. @throws LogImportError when it is no text */
export async function* readJsonl(path: string, onBytes: OnBytes): AsyncGenerator<Item> {
  const encoding = encodingOf(path, await firstBytes(path));
  let rest = "";
  let number = 0;
  for await (const piece of textOf(path, encoding, onBytes)) {
    const pieces = (rest + piece).split("\n");
    rest = pieces.pop() ?? "";
    for (const line of pieces) {
      number++;
      if (line.trim() !== "") yield parsed(line, number);
    }
    if (rest.length > MAX_LINE_CHARACTERS)
      throw new LogImportError(
        `${path}: line ${number + 1} is longer than ${MAX_LINE_CHARACTERS} characters, so this is no file of JSON lines. Nothing was imported.`,
      );
  }
  if (rest.trim() !== "") yield parsed(rest, number + 1);
}

function parsed(line: string, number: number): Item {
  const where = `line ${number}`;
  try {
    return { where, value: JSON.parse(line) as unknown };
  } catch (error) {
    // The parser quotes what it read, which may be personal.
    const why = (error instanceof Error ? error.message : String(error)).replace(/,? ?["'].*["'].*$|\.\.\..*$/s, "");
    return { where, problem: `not JSON: ${why}`, raw: line.slice(0, RAW_SHOWN) };
  }
}
