import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";
import type { AsyncFlateStreamHandler, UnzipDecoder, UnzipFile } from "fflate";
import { FlateErrorCode, Unzip } from "fflate";
import { run } from "./command.ts";

const readChunkBytes = 512 * 1024;
const untarTimeoutMs = 120_000;
const executableMode = 0o755;

/**
 * Unpacks the entries of a wheel (a zip file) that `nameOf` gives a path for, relative to `folder`. Inflating happens in the thread pool,
 * because the system may be serving customers meanwhile.
 * @throws Error when the file is no zip, when nothing matched, or when a path would leave the folder.
 */
export async function unpackWheel(
  wheel: string,
  folder: string,
  nameOf: (entry: string) => string | undefined,
): Promise<void> {
  const written: Promise<void>[] = [];
  const unzip = new Unzip((entry) => {
    const name = entry.name.endsWith("/") ? undefined : nameOf(entry.name);
    if (name === undefined) return;
    const writing = writeEntry(entry, folder, name);
    // Looked at only after the whole file is read: until then a failure must not count as unhandled.
    writing.catch(() => {});
    written.push(writing);
  });
  unzip.register(PooledInflate);
  for await (const chunk of createReadStream(wheel, { highWaterMark: readChunkBytes })) unzip.push(chunk as Buffer);
  unzip.push(new Uint8Array(0), true);
  await Promise.all(written);
  if (written.length === 0) throw new Error(`${wheel} holds nothing of what was expected`);
}

/** fflate finds the entries; zlib, unlike fflate's own decoders, inflates outside this thread. */
class PooledInflate implements UnzipDecoder {
  static readonly compression = 8;
  ondata: AsyncFlateStreamHandler = () => {};
  readonly #inflate = createInflateRaw();

  constructor() {
    this.#inflate.on("data", (chunk: Buffer<ArrayBuffer>) => this.ondata(null, chunk, false));
    this.#inflate.once("end", () => this.ondata(null, new Uint8Array(0), true));
    this.#inflate.once("error", (error) =>
      this.ondata(Object.assign(error, { code: FlateErrorCode.InvalidZipData }), new Uint8Array(0), true),
    );
  }

  push(data: Uint8Array, final: boolean): void {
    this.#inflate.write(data);
    if (final) this.#inflate.end();
  }
}

async function writeEntry(entry: UnzipFile, folder: string, wanted: string): Promise<void> {
  const name = normalize(wanted);
  if (name.startsWith("..") || isAbsolute(name)) throw new Error(`a path outside its folder: ${entry.name}`);
  const path = join(folder, name);
  const content = new PassThrough();
  entry.ondata = (error, chunk, final) => {
    if (error) content.destroy(error);
    else content.write(chunk);
    if (final) content.end();
  };
  entry.start();
  await mkdir(dirname(path), { recursive: true });
  await pipeline(content, createWriteStream(path));
}

/** Unpacks a .tar.gz with the system's tar (Linux and macOS have one), dropping `stripFolders` leading folders. */
export async function unpackTar(archive: string, folder: string, stripFolders: number): Promise<void> {
  await run("tar", ["-xzf", archive, "-C", folder, `--strip-components=${stripFolders}`], {
    timeoutMs: untarTimeoutMs,
  });
}

export async function makeExecutable(path: string): Promise<string> {
  await chmod(path, executableMode);
  return path;
}
