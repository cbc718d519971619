/** A whole system as `npm start` makes it, in a temporary folder, for the evaluation to talk to. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createTokens } from "../api/auth.ts";
import type { Config } from "../config.ts";
import { inheritedEnvironment } from "../config.ts";
import type { Instance } from "../embedded/instance.ts";
import { findInstance } from "../embedded/instance.ts";
import { freePort } from "../embedded/ports.ts";
import type { LiveSystem } from "../evaluation/live.ts";
import { openStore } from "../store/mongo.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const START_TIMEOUT_MS = 600_000;
const LOOK_EVERY_MS = 500;
const STOP_GRACE_MS = 30_000;
/** The weights are there or they aren't; loading them takes some ten seconds more than the start. */
const SMALL_MODEL_WAIT_MS = 60_000;

/** @throws Error with the starter's last words when it doesn't come up */
export async function startLiveSystem(config: Config): Promise<LiveSystem & { stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), "colloquy-evaluation-"));
  const env = { ...inheritedEnvironment(), DATA_DIR: dataDir, PORT: String(await freePort()), OMP_NUM_THREADS: "1" };
  const child = spawn(process.execPath, ["src/cli/start.ts"], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => printed.push(String(chunk)));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_GRACE_MS);
    await ended;
    clearTimeout(timer);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const instance = await untilRunning(dataDir, child, printed);
    if (config.SMALL_MODEL) await untilPrinted(printed, "Small model: ready");
    const store = await openStore(instance.mongodbUri);
    const secret = config.JWT_SECRET ?? (await readFile(join(dataDir, "jwt-secret"), "utf8")).trim();
    return {
      apiUrl: instance.apiUrl,
      store,
      tokens: createTokens(secret),
      async stop() {
        await store.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilRunning(dataDir: string, child: { exitCode: number | null }, printed: string[]): Promise<Instance> {
  for (const endMs = Date.now() + START_TIMEOUT_MS; Date.now() < endMs; await sleep(LOOK_EVERY_MS)) {
    const instance = await findInstance(dataDir);
    if (instance) return instance;
    if (child.exitCode !== null) break;
  }
  throw new Error(`The system for --live did not start:\n${printed.join("").slice(-2_000)}`);
}

async function untilPrinted(printed: string[], text: string): Promise<void> {
  for (const endMs = Date.now() + SMALL_MODEL_WAIT_MS; Date.now() < endMs; await sleep(LOOK_EVERY_MS))
    if (printed.join("").includes(text)) return;
}
