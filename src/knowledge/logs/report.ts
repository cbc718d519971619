import type { FileHandle } from "node:fs/promises";
import { open, rm } from "node:fs/promises";
import { mask } from "../../safety/mask.ts";

const RAW_CHARACTERS = 500;

/** A row that was not imported. `raw` is what was read of it. */
export interface BadRow {
  where: string;
  problem: string;
  raw: string;
}

/** The report on bad rows, one JSON object a line: `{file, where, problem, row}`, personal data masked. */
export interface RejectReport {
  path: string;
  add(rows: readonly BadRow[]): Promise<void>;
  /** Bytes written so far. */
  bytes(): number;
  /** Without any bad row there is no file. */
  close(): Promise<void>;
}

/** Goes on behind the first `keepBytes`: what was reported after the last checkpoint comes again. */
export async function openReport(path: string, file: string, keepBytes: number): Promise<RejectReport> {
  let handle: FileHandle | null = null;
  let bytes = keepBytes;
  if (keepBytes === 0) await rm(path, { force: true });
  return {
    path,
    bytes: () => bytes,
    async add(rows) {
      if (rows.length === 0) return;
      if (handle === null) {
        handle = await open(path, "a", 0o600);
        await handle.truncate(bytes);
      }
      const lines = rows.map(({ where, problem, raw }) =>
        JSON.stringify({ file, where, problem: mask(problem), row: mask(raw).slice(0, RAW_CHARACTERS) }),
      );
      const buffer = Buffer.from(`${lines.join("\n")}\n`);
      await handle.write(buffer);
      bytes += buffer.length;
    },
    async close() {
      await handle?.close();
    },
  };
}
