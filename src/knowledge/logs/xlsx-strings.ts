import { closeSync, fstatSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const WRITE_BYTES = 1 << 20;
const PAGE_BYTES = 1 << 16;
const PAGES_KEPT = 64;

/**
 * A workbook's table of strings, in a nameless temporary file instead of memory: a sheet of a million messages has hundreds of
 * megabytes of them, and rows ask for them nearly in order. The file is gone with the process, however that ends.
 */
export class StringTable {
  readonly #file: number;
  /** Where each string begins; the last one is where the next would. */
  #offsets = new Float64Array(1_024);
  #count = 0;
  #end = 0;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  readonly #pages = new Map<number, Buffer>();

  constructor() {
    const path = join(tmpdir(), `colloquy-strings-${process.pid}-${Math.random().toString(36).slice(2)}`);
    this.#file = openSync(path, "wx+", 0o600);
    unlinkSync(path);
  }

  add(text: string): void {
    const bytes = Buffer.from(text);
    if (this.#count + 2 > this.#offsets.length) {
      const larger = new Float64Array(this.#offsets.length * 2);
      larger.set(this.#offsets);
      this.#offsets = larger;
    }
    this.#count++;
    this.#end += bytes.length;
    this.#offsets[this.#count] = this.#end;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= WRITE_BYTES) this.flush();
  }

  flush(): void {
    if (this.#pendingBytes > 0) writeSync(this.#file, Buffer.concat(this.#pending));
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  /** Undefined when there are not so many. */
  get(index: number): string | undefined {
    const from = this.#offsets[index];
    const to = this.#offsets[index + 1];
    if (!(index >= 0 && index < this.#count) || from === undefined || to === undefined) return undefined;
    const parts: Buffer[] = [];
    for (let at = from; at < to; ) {
      const page = Math.floor(at / PAGE_BYTES);
      const part = this.#page(page).subarray(at - page * PAGE_BYTES, to - page * PAGE_BYTES);
      parts.push(part);
      at += part.length;
    }
    return Buffer.concat(parts).toString();
  }

  #page(number: number): Buffer {
    const kept = this.#pages.get(number);
    if (kept) return kept;
    const page = Buffer.alloc(Math.min(PAGE_BYTES, fstatSync(this.#file).size - number * PAGE_BYTES));
    readSync(this.#file, page, 0, page.length, number * PAGE_BYTES);
    if (this.#pages.size >= PAGES_KEPT) this.#pages.delete(this.#pages.keys().next().value as number);
    this.#pages.set(number, page);
    return page;
  }

  close(): void {
    closeSync(this.#file);
  }
}
