import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive } from "./processes.ts";

/** What the running copy tells the other commands (token, shop, replay) about itself. */
export interface Instance {
  /** Of the supervisor. */
  pid: number;
  apiUrl: string;
  temporalAddress: string;
  mongodbUri: string;
  s3Endpoint: string;
  /** ISO 8601. */
  startedAt: string;
}

const ownerOnlyMode = 0o600;

/** Writes `dataDir/instance.json`, readable by its owner only: addresses may hold passwords. */
export async function writeInstance(dataDir: string, instance: Instance): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, "instance.json");
  await writeFile(`${path}.tmp`, `${JSON.stringify(instance, null, 2)}\n`, { mode: ownerOnlyMode });
  await rename(`${path}.tmp`, path);
}

export async function removeInstance(dataDir: string): Promise<void> {
  await rm(join(dataDir, "instance.json"), { force: true });
}

/**
 * The instance running on `dataDir`.
 * @throws Error saying how to start one, when none runs.
 */
export async function readInstance(dataDir: string): Promise<Instance> {
  const instance = await findInstance(dataDir);
  if (instance !== undefined && (await isAlive(instance.pid))) return instance;
  throw new Error(
    `Nothing runs on the data folder ${dataDir}. Start it with \`npm start\`, or name another folder: DATA_DIR=path npm run ...`,
  );
}

/** Like `readInstance`, but also what a dead instance left behind; undefined when there is nothing readable. */
export async function findInstance(dataDir: string): Promise<Instance | undefined> {
  const text = await readFile(join(dataDir, "instance.json"), "utf8").catch(() => undefined);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Instance);
  } catch {
    return undefined;
  }
}
