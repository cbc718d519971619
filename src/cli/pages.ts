import { createHash } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { OnProgress } from "../embedded/types.ts";

const web = fileURLToPath(new URL("../../web", import.meta.url));

async function sources(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = entries
    .filter((entry) => entry.name !== "dist" && entry.name !== "node_modules")
    .map((entry) => (entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)]));
  return (await Promise.all(nested)).flat().sort();
}

/** Builds the pages when their sources changed since the last build. */
export async function buildPages(onProgress: OnProgress): Promise<void> {
  if (!(await stat(web).catch(() => null))) return;
  const hash = createHash("sha256");
  for (const file of await sources(web)) hash.update(file.slice(web.length)).update(await readFile(file));
  const state = hash.digest("hex");
  const stamp = join(web, "dist", ".built-from");
  if ((await readFile(stamp, "utf8").catch(() => "")) === state) return;
  onProgress({ part: "pages", message: "Pages: building the chat and the desk" });
  const { build } = await import("vite");
  await build({ root: web, configFile: join(web, "vite.config.ts"), logLevel: "error" });
  await writeFile(stamp, state);
  onProgress({ part: "pages", message: "Pages: built" });
}
