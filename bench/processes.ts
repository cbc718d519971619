/** Our processes as children of the benchmark: what they cost in CPU, and what they tell over the pipe. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { LiveEvent } from "../src/live/bus.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const READY_TIMEOUT_MS = 120_000;
const STOP_GRACE_MS = 10_000;
/** Linux counts CPU time in hundredths of a second everywhere it matters. */
const MS_PER_TICK = 10;

export interface Running {
  pid: number;
  send(event: LiveEvent): void;
  stop(): Promise<void>;
}

/** Starts an entry point and resolves when it says it is ready. @throws Error with its last words when it ends before */
export async function startChild(
  script: string,
  env: Record<string, string | undefined>,
  onLive: (event: LiveEvent) => void,
): Promise<Running> {
  const child = spawn(process.execPath, [script], {
    cwd: root,
    env: env as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => printed.push(chunk.toString()) > 50 && printed.shift());
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.on("message", (message: { live?: LiveEvent }) => message.live && onLive(message.live));
  await ready(child, script, printed);
  return {
    pid: child.pid ?? 0,
    send: (event) => void (child.connected && child.send({ live: event }, () => undefined)),
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_GRACE_MS);
      await gone;
      clearTimeout(timer);
    },
  };
}

function ready(child: ChildProcess, script: string, printed: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => {
      child.kill("SIGKILL");
      reject(new Error(`${script} ${what}:\n${printed.join("").slice(-2_000)}`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${READY_TIMEOUT_MS} ms`), READY_TIMEOUT_MS);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      fail(`ended (${signal ?? code})`);
    });
    child.on("message", (message: { ready?: boolean }) => {
      if (!message.ready) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

/** CPU time a process has used so far, ms; null where /proc doesn't tell. */
export async function cpuMs(pid: number | undefined): Promise<number | null> {
  const stat = pid && (await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null));
  if (!stat) return null;
  // The command's name may hold spaces: fields count from behind its closing bracket.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}
