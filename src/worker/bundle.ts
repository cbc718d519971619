import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode } from "@temporalio/worker";
import { failureConverterPath } from "../safety/codec/data-converter.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const workflowsPath = join(root, "src", "workflows", "index.ts");
/** Everything the bundle can hold, so that an edit makes a new one. */
const SOURCES = [
  "src/workflows",
  "src/dialogue",
  "src/intents",
  "src/commerce",
  "src/safety/codec",
  "package-lock.json",
];

async function filesBelow(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  return (await Promise.all(entries.map((entry) => filesBelow(join(path, entry.name))))).flat().sort();
}

/**
 * The workflows as one script, bundled once for each state of the sources and kept in the cache folder.
 * `interceptors` are paths of modules that join the bundle.
 */
export async function workflowBundle(cacheDir: string, interceptors: string[] = []): Promise<{ codePath: string }> {
  const files = (await Promise.all(SOURCES.map((source) => filesBelow(join(root, source)).catch(() => []))))
    .flat()
    .concat(interceptors);
  const hash = createHash("sha256");
  for (const file of files) hash.update(file.slice(root.length)).update(await readFile(file));
  const codePath = join(cacheDir, "bundles", `${hash.digest("hex").slice(0, 24)}.js`);
  if (await stat(codePath).catch(() => null)) return { codePath };
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    failureConverterPath,
    workflowInterceptorModules: interceptors,
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  });
  await mkdir(join(cacheDir, "bundles"), { recursive: true });
  const temporary = `${codePath}.${process.pid}`;
  await writeFile(temporary, code);
  await rename(temporary, codePath);
  return { codePath };
}
