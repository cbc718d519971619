/** Files of an export: written beside their place, and moved there when all of them are whole. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { ExportError } from "./types.ts";

const OWNER_ONLY = 0o600;

export interface WrittenFile {
  name: string;
  lines: number;
  bytes: number;
  sha256: string;
}

export interface LineFile {
  write(text: string): Promise<void>;
  end(): Promise<WrittenFile>;
}

export interface Workplace {
  file(name: string): LineFile;
  lines(name: string): AsyncIterable<string>;
  remove(name: string): Promise<void>;
  /** Everything to its place. What an earlier export left there goes, when it may be replaced. */
  publish(): Promise<void>;
  /** What wasn't published. */
  discard(): Promise<void>;
}

/** Names that an export may have written: no other file is ever touched. */
const OURS = /^(?:(?:train|test|records)\.jsonl|card\.md|dataset_info\.json|lora-[\w-]+\.yaml)$/;

/** @throws ExportError when the folder holds something, and it may not be replaced */
export async function openWorkplace(out: string, force: boolean): Promise<Workplace> {
  const place = resolve(out);
  const there = await readdir(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new ExportError(`${place} can't be written to: ${error.message}`);
  });
  const foreign = there?.find((name) => !OURS.test(name));
  if (foreign !== undefined && force)
    throw new ExportError(`${place} holds ${foreign}, which no export wrote: give another folder with --out.`);
  if (there !== null && there.length > 0 && !force)
    throw new ExportError(
      `${place} isn't empty. Give another folder with --out, or replace what is there with --force.`,
    );
  await mkdir(dirname(place), { recursive: true });
  const work = await mkdtemp(join(dirname(place), `.${basename(place)}-`));
  return {
    file: (name) => openFile(join(work, name)),
    lines: (name) =>
      createInterface({ input: createReadStream(join(work, name)), crlfDelay: Number.POSITIVE_INFINITY }),
    remove: (name) => rm(join(work, name)),
    async publish() {
      await mkdir(place, { recursive: true, mode: 0o700 });
      for (const name of there ?? []) await rm(join(place, name), { force: true });
      for (const name of await readdir(work)) await rename(join(work, name), join(place, name));
      await rmdir(work);
    },
    discard: () => rm(work, { recursive: true, force: true }),
  };
}

function openFile(path: string): LineFile {
  const stream = createWriteStream(path, { mode: OWNER_ONLY });
  const hash = createHash("sha256");
  let [lines, bytes] = [0, 0];
  let failed: Error | null = null;
  stream.once("error", (error) => {
    failed = error;
  });
  return {
    async write(text) {
      if (failed) throw failed;
      hash.update(text);
      lines += text.split("\n").length - 1;
      bytes += Buffer.byteLength(text);
      if (!stream.write(text)) await once(stream, "drain");
    },
    async end() {
      stream.end();
      await once(stream, "close");
      if (failed) throw failed;
      return { name: basename(path), lines, bytes, sha256: hash.digest("hex") };
    },
  };
}
