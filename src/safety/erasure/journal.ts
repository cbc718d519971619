/** The ids of destroyed keys in a file outside the database: a backup from before an erasure must not bring anybody back. */
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

const entry = z.strictObject({ kid: z.string().regex(/^[\w-]{16}$/), at: z.iso.datetime() });
/** Nothing of whom: the id of a key says nothing once the key is gone. */
export type Tombstone = z.infer<typeof entry>;

export interface Journal {
  /** Resolves when they are on the disk. */
  append(tombstones: Tombstone[]): Promise<void>;
  /** @throws JournalError naming the line that can't be read */
  read(): Promise<Tombstone[]>;
}

/** The journal was damaged: better no start than somebody's return. */
export class JournalError extends Error {
  override readonly name = "JournalError";
}

export function openJournal(path: string): Journal {
  return {
    async append(tombstones) {
      if (tombstones.length === 0) return;
      await mkdir(dirname(path), { recursive: true });
      const file = await open(path, "a", 0o600);
      try {
        // Lines of one write this short don't mix with another process's.
        await file.appendFile(tombstones.map((tombstone) => `${JSON.stringify(tombstone)}\n`).join(""));
        await file.sync();
      } finally {
        await file.close();
      }
    },
    async read() {
      const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return "";
        throw error;
      });
      // What follows the last line's end was cut off while it was written: its key was not destroyed yet.
      const lines = text.split("\n").slice(0, -1);
      return lines.map((line, index) => {
        try {
          return entry.parse(JSON.parse(line));
        } catch (cause) {
          throw new JournalError(`${path}, line ${index + 1}: not an entry of the erasure journal`, { cause });
        }
      });
    },
  };
}
