import { spawn } from "node:child_process";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { run, runIfThere } from "./command.ts";
import type { OnProgress, Progress } from "./types.ts";

const askTimeoutMs = 15_000;
const pipTimeoutMs = 30 * 60_000;
const progressEveryMs = 500;
const keptOutputChars = 600;

export interface Python {
  /** The interpreter's own path: version managers put slow scripts on PATH. */
  executable: string;
  /** "cp311-linux-x86_64": what compiled packages depend on. */
  tag: string;
}

const describeSelf =
  "import sys, sysconfig; v = sys.version_info; print(sys.executable); print(f'cp{v[0]}{v[1]}-{sysconfig.get_platform()}')";

/** Python 3 on PATH, or undefined. */
export async function findPython(): Promise<Python | undefined> {
  const result = await runIfThere("python3", ["-c", describeSelf], { timeoutMs: askTimeoutMs });
  const [executable, tag] = result?.stdout.trim().split("\n") ?? [];
  return executable && tag ? { executable, tag } : undefined;
}

export async function hasPip(python: Python): Promise<boolean> {
  return run(python.executable, ["-m", "pip", "--version"], { timeoutMs: askTimeoutMs }).then(
    () => true,
    () => false,
  );
}

export interface PipJob {
  /** "download" or "install" and their arguments; an install's total is unknown until its end. */
  args: string[];
  /** pip's temporary files go here, and are gone afterwards. */
  scratch: string;
  part: Progress["part"];
  message: string;
  source: string;
  onProgress: OnProgress;
  signal?: AbortSignal;
}

// TMPDIR is set inside: the child otherwise inherits our environment, and with it the user's own pip configuration (mirrors, proxies).
const pipWithTmpdir =
  "import os, runpy, sys; os.environ['TMPDIR'] = sys.argv.pop(1); runpy.run_module('pip', run_name='__main__', alter_sys=True)";

/**
 * Runs pip with the user's configuration and reports what it has fetched so far (pip writes below `scratch`).
 * @throws Error with pip's last words.
 */
export async function pip(python: Python, job: PipJob): Promise<void> {
  await mkdir(job.scratch, { recursive: true });
  let announcedBytes = 0;
  const report = (doneBytes: number): void => {
    const total =
      announcedBytes > 0 && job.args[0] === "download" ? { totalBytes: Math.max(announcedBytes, doneBytes) } : {};
    job.onProgress({ part: job.part, message: job.message, source: job.source, doneBytes, ...total });
  };
  report(0);
  const timer = setInterval(() => void wheelBytesBelow(job.scratch).then(report), progressEveryMs);
  try {
    await runPip(python, job, (bytes) => {
      announcedBytes += bytes;
    });
    report(announcedBytes);
  } finally {
    clearInterval(timer);
    await rm(job.scratch, { recursive: true, force: true });
  }
}

function runPip(python: Python, job: PipJob, onAnnounced: (bytes: number) => void): Promise<void> {
  const args = [
    "-u",
    "-c",
    pipWithTmpdir,
    job.scratch,
    ...job.args,
    "--progress-bar",
    "off",
    "--disable-pip-version-check",
    "--no-input",
    "--retries",
    "2",
  ];
  const child = spawn(python.executable, args, {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: pipTimeoutMs,
    ...(job.signal ? { signal: job.signal } : {}),
  });
  let words = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => onAnnounced(announcedIn(text)));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-keptOutputChars);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`pip ended with ${signal ?? `code ${code}`}: ${words.trim()}`));
    });
  });
}

const unitBytes: Record<string, number> = { bytes: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

/** Sums pip's "Downloading x.whl (44.5 MB)" lines. */
function announcedIn(text: string): number {
  let bytes = 0;
  for (const [, size, unit] of text.matchAll(/Downloading \S+ \(([\d.]+) (bytes|kB|MB|GB)\)/g))
    bytes += Number(size) * (unitBytes[unit ?? ""] ?? 0);
  return bytes;
}

/** Wheels only: pip unpacks them in the same place. */
async function wheelBytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".whl"))
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        (found) => found.size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
