import { JSONParser } from "@streamparser/json";
import { encodingOf, firstBytes, textOf } from "./text-file.ts";
import type { Item, OnBytes } from "./types.ts";
import { LogImportError } from "./types.ts";

const LISTS = ["$.payload.*", "$.data.payload.*", "$.conversations.*", "$.messages.*"];

/**
 * The entries of a JSON export one by one: of the array that the file is, or of the one under `payload`, `data.payload`, `conversations`
 * or `messages`.
 * @throws LogImportError when it is no JSON, breaks off, or has no such array
 */
export async function* readJson(path: string, onBytes: OnBytes): AsyncGenerator<Item> {
  const head = await firstBytes(path);
  const encoding = encodingOf(path, head);
  const first = new TextDecoder(encoding).decode(head).trimStart().at(0);
  if (first !== "[" && first !== "{")
    throw new LogImportError(`${path} is not JSON: it begins with neither [ nor {. Nothing was imported.`);
  const found: unknown[] = [];
  const parser = new JSONParser({ paths: first === "[" ? ["$.*"] : LISTS, keepStack: false });
  let failed: Error | null = null;
  parser.onValue = ({ value }) => found.push(value);
  parser.onError = (error) => {
    failed ??= error;
  };
  let entries = 0;
  let line = 1;
  const fail = (why: string): LogImportError =>
    new LogImportError(`${path} is not JSON: ${why}, near line ${line}, after entry ${entries}. Nothing was imported.`);
  for await (const text of textOf(path, encoding, onBytes)) {
    if (text !== "" && !parser.isEnded) parser.write(text);
    for (const value of found.splice(0)) yield { where: `entry ${++entries}`, value };
    if (failed !== null) throw fail("something in it can't be read");
    line += text.split("\n").length - 1;
  }
  if (!parser.isEnded) throw fail("it breaks off");
  if (entries === 0)
    throw new LogImportError(`${path} has no list of conversations or messages. Nothing was imported.`);
}
