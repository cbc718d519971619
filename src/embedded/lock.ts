import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findInstance } from "./instance.ts";
import { isAlive, processStartOf } from "./processes.ts";

const maxTries = 5;

interface LockOwner {
  pid: number;
  /** Of the process: a pid alone may name somebody else by now. */
  processStart: string | undefined;
  /** ISO 8601. */
  startedAt: string;
}

export interface DataDirLock {
  /** Safe to call twice. */
  release(): Promise<void>;
}

/**
 * Makes this process the only one that runs on `dataDir`. A dead owner's lock is taken over.
 * @throws Error with the owner's pid and URL and how to use another folder, when somebody runs on it.
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, "lock");
  const own = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  const text = JSON.stringify({
    pid: process.pid,
    processStart: await processStartOf(process.pid),
    startedAt: new Date().toISOString(),
  } satisfies LockOwner);
  await writeFile(own, text);
  try {
    for (let attempt = 1; attempt <= maxTries; attempt++) {
      if (await linked(own, path)) return { release: () => release(path, text) };
      await removeStale(dataDir, path, `${own}.stale`);
    }
  } finally {
    await rm(own, { force: true });
  }
  throw new Error(`The data folder ${dataDir} can't be locked: others keep taking its lock. Try again.`);
}

/** A link appears with its content or not at all, which a freshly created file does not. */
async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function removeStale(dataDir: string, path: string, aside: string): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return;
  const owner = parse(text);
  if (owner !== undefined && (await lives(owner))) {
    const url = (await findInstance(dataDir))?.apiUrl;
    const where = url === undefined ? "" : ` at ${url}`;
    throw new Error(
      `Colloquy runs on the data folder ${dataDir} already (pid ${owner.pid}${where}, since ${owner.startedAt}). ` +
        "Stop it, or start a second copy with a folder and a port of its own: DATA_DIR=.colloquy-2 PORT=3001 npm start",
    );
  }
  await rename(path, aside).catch(() => {});
  // Between the look and the rename somebody else may have taken it over: what we hold is then a live lock, and goes back.
  if ((await readFile(aside, "utf8").catch(() => text)) !== text) await linked(aside, path);
  await rm(aside, { force: true });
}

async function lives(owner: LockOwner): Promise<boolean> {
  if (!(await isAlive(owner.pid))) return false;
  return owner.processStart === undefined || owner.processStart === (await processStartOf(owner.pid));
}

function parse(text: string): LockOwner | undefined {
  try {
    const value = JSON.parse(text) as Partial<LockOwner>;
    if (typeof value.pid === "number")
      return { pid: value.pid, processStart: value.processStart, startedAt: value.startedAt ?? "?" };
  } catch {
    // Not ours or damaged: nobody alive stands behind it.
  }
  return undefined;
}

async function release(path: string, text: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => undefined)) === text) await rm(path, { force: true });
}
