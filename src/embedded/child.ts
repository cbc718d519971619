import { spawn } from "node:child_process";
import { mkdir, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "./fetch.ts";
import { commandLineOf, isAlive, signalGroup } from "./processes.ts";
import type { EmbeddedServer } from "./types.ts";

const stopTimeoutMs = 8_000;
const readyTimeoutMs = 60_000;
const probeEveryMs = 40;
const pollGoneMs = 50;
const goneAfterKillMs = 5_000;
const logTailChars = 1_500;
const maxPortTries = 3;
const maxLogBytes = 20 * 1024 * 1024;

export interface ChildSpec {
  /** Names the log and the pid file: "temporal", "mongodb", "s3". */
  name: string;
  command: string;
  args: string[];
  dataDir: string;
  /** A piece of the command line only our child has (its data path): whoever reuses the pid later doesn't have it. */
  marker: string;
}

export interface ServerProcess extends EmbeddedServer {
  pid: number;
  /** Resolves with the reason when the process ends, asked for or not. */
  exited: Promise<string>;
  lastLogLines(): Promise<string>;
}

interface PidFile {
  pid: number;
  marker: string;
}

/**
 * Starts a server in a process group of its own (the terminal's Ctrl-C reaches only us), its output going to `dataDir/logs/NAME.log`
 * and its pid to `dataDir/run/NAME.pid`.
 * @throws Error when the program can't be started at all.
 */
async function spawnServer(spec: ChildSpec): Promise<ServerProcess> {
  const logPath = join(spec.dataDir, "logs", `${spec.name}.log`);
  const pidPath = join(spec.dataDir, "run", `${spec.name}.pid`);
  await mkdir(join(spec.dataDir, "logs"), { recursive: true });
  await mkdir(join(spec.dataDir, "run"), { recursive: true });
  const sizeBytes = await stat(logPath).then(
    (found) => found.size,
    () => 0,
  );
  const log = await open(logPath, sizeBytes > maxLogBytes ? "w" : "a");
  const child = spawn(spec.command, spec.args, { detached: true, stdio: ["ignore", log.fd, log.fd] });
  let stopping = false;
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`${spec.name} can't be started: ${error.message}`));
    child.once("exit", (code, signal) =>
      resolve(`${spec.name} ended ${stopping ? "as asked" : "unexpectedly"} (${signal ?? `code ${code}`})`),
    );
  });
  await log.close();
  const pid = child.pid;
  if (pid === undefined) throw new Error(await exited);
  await writeFile(pidPath, JSON.stringify({ pid, marker: spec.marker } satisfies PidFile));
  const stop = async (): Promise<void> => {
    stopping = true;
    if (child.exitCode === null && child.signalCode === null) await endGroup(pid);
    await exited;
    await rm(pidPath, { force: true });
  };
  return { pid, exited, stop, lastLogLines: () => tail(logPath) };
}

/**
 * Resolves when `probe` first succeeds.
 * @throws Error with the child's last log lines when it ends or stays silent for 60 s.
 */
async function untilReady(
  name: string,
  child: ServerProcess,
  probe: () => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  let ended: string | undefined;
  void child.exited.then((reason) => {
    ended = reason;
  });
  let lastReason = "no answer yet";
  while (true) {
    signal?.throwIfAborted();
    if (ended !== undefined) throw new Error(`${ended}. Its last words:\n${await child.lastLogLines()}`);
    if (Date.now() > deadline) {
      throw new Error(
        `${name} runs but doesn't answer after ${readyTimeoutMs / 1000} s (${lastReason}). Its last words:\n${await child.lastLogLines()}`,
      );
    }
    try {
      return await probe();
    } catch (error) {
      lastReason = reasonOf(error);
    }
    await sleep(probeEveryMs);
  }
}

/** A server to start: what to run, and how to see that it answers. */
export interface ServerPlan {
  spec: ChildSpec;
  probe: () => Promise<void>;
}

/**
 * Starts what `plan` says and waits until it answers; a server that doesn't is stopped. `plan` picks free ports: when somebody was
 * quicker and took one, it is asked for another.
 * @throws Error with the server's last log lines.
 */
export async function startServer<P extends ServerPlan>(
  plan: () => Promise<P>,
  signal?: AbortSignal,
): Promise<ServerProcess & { plan: P }> {
  for (let attempt = 1; ; attempt++) {
    const planned = await plan();
    const child = await spawnServer(planned.spec);
    try {
      await untilReady(planned.spec.name, child, planned.probe, signal);
      return { ...child, plan: planned };
    } catch (error) {
      await child.stop();
      const portTaken = /EADDRINUSE|address already in use/i.test(reasonOf(error));
      if (!portTaken || attempt === maxPortTries) throw error;
    }
  }
}

/** Ends the children that a crashed start left running on this data folder. */
export async function endLeftovers(dataDir: string): Promise<void> {
  const runDir = join(dataDir, "run");
  const names = await readdir(runDir).catch(() => []);
  await Promise.all(
    names
      .filter((name) => name.endsWith(".pid"))
      .map(async (name) => {
        const path = join(runDir, name);
        const left = parsePidFile(await readFile(path, "utf8"));
        if (left !== undefined && (await commandLineOf(left.pid))?.includes(left.marker)) await endGroup(left.pid);
        await rm(path, { force: true });
      }),
  );
}

function parsePidFile(text: string): PidFile | undefined {
  try {
    const value = JSON.parse(text) as Partial<PidFile>;
    if (typeof value.pid === "number" && value.pid > 1 && typeof value.marker === "string" && value.marker !== "")
      return { pid: value.pid, marker: value.marker };
  } catch {
    // Half-written by a crash: there is nothing to go by.
  }
  return undefined;
}

async function endGroup(pid: number): Promise<void> {
  signalGroup(pid, "SIGTERM");
  if (await goneWithin(pid, stopTimeoutMs)) return;
  signalGroup(pid, "SIGKILL");
  if (await goneWithin(pid, goneAfterKillMs)) return;
  throw new Error(`process ${pid} survived SIGKILL; is its disk hanging?`);
}

async function goneWithin(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (await isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await sleep(pollGoneMs);
  }
  return true;
}

async function tail(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.slice(-logTailChars).trim() || "(it wrote nothing)";
}
