import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Progress } from "../embedded/types.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const RESTART_DELAY_MS = 500;
const RESTART_DELAY_MAX_MS = 10_000;
/** A process that lived this long was healthy: its next crash is a first one again. */
const HEALTHY_MS = 30_000;
const STOP_GRACE_MS = 10_000;
/** Crashes before it was ever ready: something is wrong that a restart won't mend. */
const FIRST_TRIES = 3;

export interface Child {
  /** Resolves when it said it is ready. Rejects when it died too often before. */
  ready: Promise<void>;
  stop(): Promise<void>;
}

interface ChildOptions {
  name: string;
  script: string;
  env: Record<string, string | undefined>;
  dataDir: string;
  onProgress(progress: Progress): void;
  onCrash(text: string): void;
}

/** Live events go from any child to all the others. */
const members = new Set<ChildProcess>();
function relay(from: ChildProcess, message: unknown): void {
  for (const member of members)
    if (member !== from && member.connected) member.send(message as object, () => undefined);
}

/** Runs one of our processes and starts it again whenever it dies, as a service manager would. */
export async function runChild({ name, script, env, dataDir, onProgress, onCrash }: ChildOptions): Promise<Child> {
  await mkdir(join(dataDir, "logs"), { recursive: true });
  const log = createWriteStream(join(dataDir, "logs", `${name}.log`), { flags: "a" });
  let current: ChildProcess | null = null;
  let stopping = false;
  let crashes = 0;
  let everReady = false;
  let settle: { resolve(): void; reject(error: Error): void } = { resolve: () => undefined, reject: () => undefined };
  const ready = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  ready.catch(() => undefined);

  const start = (): void => {
    const startedAt = Date.now();
    const child = spawn(process.execPath, [join(root, script)], {
      cwd: root,
      env: env as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      detached: true,
    });
    current = child;
    members.add(child);
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    child.on("message", (message: { ready?: boolean; progress?: Progress; live?: unknown }) => {
      if (message.progress) onProgress(message.progress);
      else if (message.live) relay(child, message);
      else if (message.ready) {
        everReady = true;
        settle.resolve();
      }
    });
    child.once("exit", (code, signal) => {
      members.delete(child);
      if (stopping) return;
      crashes = Date.now() - startedAt > HEALTHY_MS ? 1 : crashes + 1;
      const what = `The ${name} process ended (${signal ?? `exit code ${code}`}); log: ${join(dataDir, "logs", `${name}.log`)}`;
      if (!everReady && crashes >= FIRST_TRIES) return settle.reject(new Error(what));
      onCrash(`${what}. Starting it again.`);
      setTimeout(() => !stopping && start(), Math.min(RESTART_DELAY_MS * 2 ** (crashes - 1), RESTART_DELAY_MAX_MS));
    });
  };
  start();
  return {
    ready,
    async stop() {
      stopping = true;
      const child = current;
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_GRACE_MS);
      await gone;
      clearTimeout(timer);
    },
  };
}
