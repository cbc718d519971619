import { randomBytes } from "node:crypto";
import { access, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** A temporary folder this old belongs to a copy that died. */
const abandonedAfterMs = 24 * 3_600_000;

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Returns `target`, made by `fill(temporary folder)` when it isn't there yet. It appears complete or not at all, also when several
 * processes make it at the same time: the first rename wins and the others use its result.
 * @throws whatever `fill` throws.
 */
export async function installOnce(target: string, fill: (folder: string) => Promise<void>): Promise<string> {
  if (await exists(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  await removeAbandoned(target);
  const temporary = `${target}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  await mkdir(temporary);
  try {
    await fill(temporary);
    await rename(temporary, target);
  } catch (error) {
    if (!(await exists(target))) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return target;
}

async function removeAbandoned(target: string): Promise<void> {
  const folder = dirname(target);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(target)}.`) || !name.endsWith(".tmp")) continue;
    const path = join(folder, name);
    const made = await stat(path).catch(() => undefined);
    if (made !== undefined && Date.now() - made.mtimeMs > abandonedAfterMs)
      await rm(path, { recursive: true, force: true });
  }
}
