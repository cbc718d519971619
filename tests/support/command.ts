/** Commands of src/cli as people run them: in a process of their own. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Ran {
  /** Null when it was killed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningCommand {
  child: ChildProcess;
  ended: Promise<Ran>;
}

export function startCommand(script: string, args: string[], env: Record<string, string>): RunningCommand {
  const { NODE_OPTIONS: _jests, ...inherited } = process.env;
  const child = spawn(process.execPath, [script, ...args], { cwd: root, env: { ...inherited, ...env } });
  const printed = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    printed.stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    printed.stderr += chunk.toString();
  });
  const ended = new Promise<Ran>((resolve) => child.once("close", (code) => resolve({ code, ...printed })));
  return { child, ended };
}

export const runCommandLine = (script: string, args: string[], env: Record<string, string>): Promise<Ran> =>
  startCommand(script, args, env).ended;
