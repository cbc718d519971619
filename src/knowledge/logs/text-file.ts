import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { OnBytes } from "./types.ts";
import { LogImportError } from "./types.ts";

const SNIFF_BYTES = 256 * 1024;

/** The first bytes of a file. @throws LogImportError when it can't be read or has none */
export async function firstBytes(path: string): Promise<Buffer> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw new LogImportError(`${path} can't be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0).catch(() => {
      throw new LogImportError(`${path} can't be read: it is no file`);
    });
    if (bytesRead === 0) throw new LogImportError(`${path} is empty`);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** UTF-8, UTF-16 by its mark, else what Excel writes on Chinese Windows. @throws LogImportError for a file that is no text */
export function encodingOf(path: string, head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  if (head.includes(0)) throw new LogImportError(`${path} is no text file: it has zero bytes. Nothing was imported.`);
  try {
    // A character may be cut at the end: that is what `stream` allows.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return "utf-8";
  } catch {
    return looksChinese(head) ? "gb18030" : "utf-8";
  }
}

/** A broken byte in UTF-8 is one row's problem; a whole file in GBK reads well as GBK. */
function looksChinese(head: Buffer): boolean {
  const count = (encoding: string): number => (new TextDecoder(encoding).decode(head).match(/\ufffd/g) ?? []).length;
  return count("gb18030") * 10 < count("utf-8");
}

/** The file's text, piece by piece; bytes that are not in the encoding become U+FFFD. */
export async function* textOf(path: string, encoding: string, onBytes: OnBytes): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    bytes += (chunk as Buffer).length;
    onBytes(bytes);
    yield decoder.decode(chunk as Buffer, { stream: true });
  }
  yield decoder.decode();
}
