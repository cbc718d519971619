import type { Readable } from "node:stream";
import type { Entry, ZipFile } from "yauzl";
import yauzl from "yauzl";
import { LogImportError } from "./types.ts";

/** A zip archive whose parts are read one at a time, in any order. */
export interface Archive {
  names: string[];
  /** Unpacked while it is read. @throws LogImportError when there is no such part */
  read(name: string): Promise<Readable>;
  close(): void;
}

/** @throws LogImportError when the file is no zip archive or is cut short */
export async function openArchive(path: string): Promise<Archive> {
  const foreign = (error: unknown): LogImportError =>
    new LogImportError(
      `${path} is no XLSX file: ${error instanceof Error ? error.message : String(error)}. Nothing was imported.`,
    );
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    // The directory at the file's end is read, so that a file which breaks off is known at once.
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, opened) =>
      error ? reject(foreign(error)) : resolve(opened),
    );
  });
  const entries = new Map<string, Entry>();
  await new Promise<void>((resolve, reject) => {
    zip.on("entry", (entry: Entry) => {
      entries.set(entry.fileName, entry);
      zip.readEntry();
    });
    zip.on("end", resolve);
    zip.on("error", (error) => reject(foreign(error)));
    zip.readEntry();
  });
  return {
    names: [...entries.keys()],
    read(name) {
      const entry = entries.get(name);
      if (entry === undefined) throw foreign(new Error(`${name} is missing in it`));
      return new Promise((resolve, reject) => {
        zip.openReadStream(entry, (error, stream) => (error ? reject(foreign(error)) : resolve(stream)));
      });
    },
    close: () => zip.close(),
  };
}
