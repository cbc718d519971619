/** docs/benchmarks.md has parts that different runs write; each leaves the others' as they are. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const page = fileURLToPath(new URL("../docs/benchmarks.md", import.meta.url));
const SECTION = /<!-- (\w+):start -->[\s\S]*?<!-- \1:end -->/g;

const read = (): Promise<string> => readFile(page, "utf8").catch(() => "# Benchmarks\n");

/** The page with `text` as this section, in its place or at the end. */
export function withSection(document: string, name: string, text: string): string {
  const section = `<!-- ${name}:start -->\n${text.trim()}\n<!-- ${name}:end -->`;
  const there = document.match(SECTION)?.find((found) => found.startsWith(`<!-- ${name}:start -->`));
  return there === undefined ? `${document.trimEnd()}\n\n${section}\n` : document.replace(there, () => section);
}

/** The new page, with the old one's sections behind it. */
export function keepSections(document: string, old: string): string {
  return [document.trimEnd(), ...(old.match(SECTION) ?? [])].join("\n\n").concat("\n");
}

export const writeSection = async (name: string, text: string): Promise<void> =>
  writeFile(page, withSection(await read(), name, text));

/** Everything that stands in no section. */
export const writePage = async (document: string): Promise<void> =>
  writeFile(page, keepSections(document, await read()));
