/** worker.ts and the API as real processes, which can be killed and started again. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const READY_TIMEOUT_MS = 60_000;

export interface TestProcess {
  pid: number;
  /** All it wrote so far, logs included. */
  printed(): string;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts one of our entry points and waits until it says it is ready.
 * @throws Error with what it printed when it ends or says nothing for a minute
 */
export async function startProcess(
  script: "worker.ts" | "src/api/main.ts",
  env: Record<string, string>,
): Promise<TestProcess> {
  const { NODE_OPTIONS: _jests, ...inherited } = process.env;
  const child = spawn(process.execPath, [script], {
    cwd: root,
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => void printed.push(chunk.toString()));
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await ready(child, () => printed.join("").slice(-2_000));
  const signal = async (name: NodeJS.Signals): Promise<void> => {
    child.kill(name);
    await gone;
  };
  return {
    pid: child.pid ?? 0,
    printed: () => printed.join(""),
    kill: () => signal("SIGKILL"),
    stop: () => signal("SIGTERM"),
  };
}

function ready(child: ChildProcess, printed: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`not ready after ${READY_TIMEOUT_MS} ms:\n${printed()}`));
    }, READY_TIMEOUT_MS);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`ended (${signal ?? code}) before it was ready:\n${printed()}`));
    });
    child.on("message", (message: { ready?: boolean }) => {
      if (!message.ready) return;
      clearTimeout(timer);
      resolve();
    });
  });
}
