import { readFile, writeFile } from "node:fs/promises";
import type { Execution } from "./types.ts";

const FORMAT = "colloquy-histories/1";

/** Recorded histories: a session's runs and its handoffs, for replay tests and for sending to a colleague. */
export interface Recording {
  format: typeof FORMAT;
  workflowId: string;
  /** ISO 8601. */
  recordedAt: string;
  executions: Execution[];
}

/** Thrown for a file that isn't a recording; names the file. */
export class RecordingError extends Error {
  override readonly name = "RecordingError";
}

/** Bytes are written as the text they almost always are, so that a recording can be read and reviewed. */
function encode(_key: string, value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  const text = Buffer.from(value).toString("utf8");
  return Buffer.from(text, "utf8").equals(value) ? { utf8: text } : { base64: Buffer.from(value).toString("base64") };
}

function decode(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  const [key, ...more] = Object.keys(value);
  const [content] = Object.values(value);
  if (more.length > 0 || typeof content !== "string" || (key !== "utf8" && key !== "base64")) return value;
  return Uint8Array.from(Buffer.from(content, key));
}

// Buffers have a toJSON that JSON.stringify calls before the replacer, so bytes are plain Uint8Arrays from here on.
function withoutBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (Array.isArray(value)) return value.map(withoutBuffers);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutBuffers(part)]));
}

export async function saveRecording(
  path: string,
  workflowId: string,
  executions: Execution[],
  now: Date,
): Promise<void> {
  const recording: Recording = { format: FORMAT, workflowId, recordedAt: now.toISOString(), executions };
  await writeFile(path, `${JSON.stringify(withoutBuffers(recording), encode, 1)}\n`);
}

/** @throws RecordingError when the file can't be read or isn't one that `--save` wrote */
export async function loadRecording(path: string): Promise<Recording> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new RecordingError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
  try {
    const recording = JSON.parse(text, decode) as Recording;
    if (recording.format === FORMAT && recording.executions.every((execution) => execution.events.length > 0))
      return recording;
  } catch {
    // Not JSON, or JSON of another shape: said below.
  }
  throw new RecordingError(`${path} is not a recording: make one with \`npm run replay -- SESSION_ID --save FILE\`.`);
}
