import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { unzip, type Unzipped } from "fflate";
import { run } from "./command.ts";

const untarTimeoutMs = 120_000;
const executableMode = 0o755;

/**
 * Unpacks the entries of a wheel (a zip file) that `nameOf` gives a path for, relative to `folder`. Inflating happens off the main thread.
 * @throws Error when the file is no zip, when nothing matched, or when a path would leave the folder.
 */
export async function unpackWheel(wheel: string, folder: string, nameOf: (entry: string) => string | undefined): Promise<void> {
  const wanted = (entry: string): boolean => !entry.endsWith("/") && nameOf(entry) !== undefined;
  const zipped = await readFile(wheel);
  const files = await new Promise<Unzipped>((resolve, reject) => {
    unzip(zipped, { filter: (file) => wanted(file.name) }, (error, unzipped) => (error === null ? resolve(unzipped) : reject(error)));
  });
  const entries = Object.entries(files);
  if (entries.length === 0) throw new Error(`${wheel} holds nothing of what was expected`);
  for (const [entry, content] of entries) {
    const name = normalize(nameOf(entry) ?? entry);
    if (name.startsWith("..") || name.startsWith("/")) throw new Error(`${wheel} holds a path outside its folder: ${entry}`);
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

/** Unpacks a .tar.gz with the system's tar (Linux and macOS have one), dropping `stripFolders` leading folders. */
export async function unpackTar(archive: string, folder: string, stripFolders: number): Promise<void> {
  await run("tar", ["-xzf", archive, "-C", folder, `--strip-components=${stripFolders}`], { timeoutMs: untarTimeoutMs });
}

export async function makeExecutable(path: string): Promise<string> {
  await chmod(path, executableMode);
  return path;
}
