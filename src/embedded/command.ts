import { execFile } from "node:child_process";

const maxOutputBytes = 4 * 1024 * 1024;
const keptErrorChars = 600;

export interface CommandResult {
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  timeoutMs: number;
  cwd?: string;
  signal?: AbortSignal;
}

/**
 * Runs a short command to its end, without a shell.
 * @throws Error with the command's last words; `cause.code` is "ENOENT" when it is not on PATH.
 */
export function run(command: string, args: string[], options: CommandOptions): Promise<CommandResult> {
  const settings = {
    timeout: options.timeoutMs,
    maxBuffer: maxOutputBytes,
    cwd: options.cwd,
    ...(options.signal ? { signal: options.signal } : {}),
  };
  return new Promise((resolve, reject) => {
    execFile(command, args, settings, (error, stdout, stderr) => {
      if (error === null) return resolve({ stdout, stderr });
      const words = (stderr.trim() || error.message).slice(-keptErrorChars);
      reject(new Error(`${command} ${args[0] ?? ""}: ${words}`, { cause: error }));
    });
  });
}

/** Like `run`, but undefined when the command isn't on PATH. */
export async function runIfThere(
  command: string,
  args: string[],
  options: CommandOptions,
): Promise<CommandResult | undefined> {
  try {
    return await run(command, args, options);
  } catch (error) {
    if (error instanceof Error && (error.cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT")
      return undefined;
    throw error;
  }
}
