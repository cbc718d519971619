/** What figures are measured on: they mean little without it. */
import { execFile } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

export const machineOf = (load: string): string =>
  `${cpus()[0]?.model ?? "CPU"}, ${cpus().length} cores, load ${load}, Node ${process.versions.node}`;

export async function commitOf(): Promise<string> {
  const git = promisify(execFile);
  try {
    const { stdout: commit } = await git("git", ["rev-parse", "--short", "HEAD"], { cwd: root });
    const { stdout: changed } = await git("git", ["status", "--porcelain", "src", "data"], { cwd: root });
    return `${commit.trim()}${changed.trim() === "" ? "" : " with changes"}`;
  } catch {
    return "unknown";
  }
}
