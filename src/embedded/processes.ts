import { readFile } from "node:fs/promises";
import { run } from "./command.ts";

const psTimeoutMs = 5_000;

/** True while the pid names a running process. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  // A zombie still takes signals, and in a container whose init reaps nothing it stays for ever; its command line is empty.
  return (await commandLineOf(pid)) !== "";
}

/** Signals a whole process group; one that is gone already is fine. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** The process's command line, arguments separated by spaces; undefined (or empty: a zombie) when it is gone. */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") {
    return readFile(`/proc/${pid}/cmdline`, "utf8").then(
      (text) => text.replaceAll("\0", " "),
      () => undefined,
    );
  }
  return psField(pid, "args=");
}

/** Tells two processes apart that had the same pid one after the other; undefined when the process is gone. */
export async function processStartOf(pid: number): Promise<string | undefined> {
  if (process.platform !== "linux") return psField(pid, "lstart=");
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // Field 22 is the start in clock ticks; the name in field 2 may hold spaces, so count from behind its bracket.
  const ticks = text?.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  if (ticks === undefined) return undefined;
  // Ticks count from boot: without the boot's id, another boot's process could look like this one.
  const bootId = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  return `${bootId.trim()}:${ticks}`;
}

async function psField(pid: number, field: string): Promise<string | undefined> {
  const result = await run("ps", ["-ww", "-o", field, "-p", String(pid)], { timeoutMs: psTimeoutMs }).catch(
    () => undefined,
  );
  return result?.stdout.trim() || undefined;
}
