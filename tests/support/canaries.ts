/** Unique words put into conversations, and a search for them in every byte of some folders. */
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const LETTERS = "abcdefghijklmnop";
const toLetters = (hex: string): string =>
  hex.replaceAll(/[0-9a-f]/g, (digit) => LETTERS[Number.parseInt(digit, 16)] ?? "");

export interface Canaries {
  /** The next few, as text; letters only, so that nothing takes them for a number. */
  next(count: number): string;
  /** All that were given out. */
  all: string[];
  /** What all of them begin with. */
  mark: string;
}

export function createCanaries(): Canaries {
  const mark = `zcanary${toLetters(randomBytes(6).toString("hex"))}x`;
  const all: string[] = [];
  return {
    mark,
    all,
    next(count) {
      const made = Array.from({ length: count }, () => mark + toLetters(randomBytes(5).toString("hex")));
      all.push(...made);
      return made.join(" ");
    },
  };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** How often it stands in these bytes, as UTF-8, UTF-16, hexadecimal or base64 (at any of its three offsets). */
export function occurrences(bytes: Buffer, text: string): number {
  const plain = Buffer.from(text);
  // The characters at either end depend on what stands beside them.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), plain])
      .toString("base64")
      .replaceAll("=", "")
      .slice(shift === 0 ? 0 : 4, -2),
  );
  const forms = [
    plain,
    Buffer.from(text, "utf16le"),
    Buffer.from(plain.toString("hex")),
    ...base64.map((part) => Buffer.from(part)),
  ];
  let count = 0;
  for (const form of forms) for (let at = bytes.indexOf(form); at >= 0; at = bytes.indexOf(form, at + 1)) count += 1;
  return count;
}

/** Files that hold it, with how often. A file that vanishes meanwhile held nothing that rests. */
export async function search(folders: string[], text: string): Promise<Array<{ file: string; count: number }>> {
  const found: Array<{ file: string; count: number }> = [];
  for (const file of (await Promise.all(folders.map(filesBelow))).flat()) {
    const bytes = await readFile(file).catch(() => Buffer.of());
    const count = occurrences(bytes, text);
    if (count > 0) found.push({ file, count });
  }
  return found;
}
