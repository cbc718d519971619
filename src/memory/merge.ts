/** Several sorted files as one sorted sequence, a few row groups of each in memory. */
import type { ArchiveFileDoc } from "../store/mongo.ts";
import type { ColdParts } from "./cold.ts";
import { whoOf } from "./ledger.ts";
import type { ObjectStore } from "./object-store.ts";
import type { GroupPlace } from "./parquet.ts";
import { byCustomer, groupBytes, groupsOf, readGroup } from "./parquet.ts";
import type { Archived, RecordSealer } from "./record.ts";

/** Read at once of each file; many files share what memory there is. */
const GROUPS_AT_ONCE = 8;

/**
 * The rows of all files by customer, in batches that end where a customer does once they hold `rowsMax`. Of a session that
 * is there several times only the newest version is kept.
 * @throws ArchiveError, MissingObjectError when a file can't be read whole: then nothing may be replaced
 */
export async function* mergeFiles(
  { objects, sealer }: Pick<ColdParts, "objects" | "sealer">,
  files: ArchiveFileDoc[],
  rowsMax: number,
): AsyncGenerator<Archived[]> {
  const sources = await Promise.all(files.map((file) => Source.open(objects, sealer, file)));
  let batch: Archived[] = [];
  let customer: Archived[] = [];
  while (true) {
    const first = sources.reduce<Source | null>(earlier, null);
    const row = first?.head ?? null;
    if (row === null || (customer[0] && whoOf(customer[0].record) !== whoOf(row.record))) {
      batch.push(...newestVersions(customer));
      customer = [];
      if (batch.length >= rowsMax || (row === null && batch.length > 0)) {
        yield batch;
        batch = [];
      }
      if (row === null) return;
    }
    customer.push(row);
    await first?.advance();
  }
}

const earlier = (best: Source | null, source: Source): Source | null => {
  if (!source.head) return best;
  return best?.head && byCustomer(best.head, source.head) <= 0 ? best : source;
};

/** Rows come oldest first: the last of each session is its newest version. */
const newestVersions = (rows: Archived[]): Archived[] =>
  [...new Map(rows.map((row) => [row.record.sessionId, row])).values()].sort(byCustomer);

/** One file, read group by group. */
class Source {
  readonly #objects: ObjectStore;
  readonly #sealer: RecordSealer;
  readonly #key: string;
  readonly #groups: GroupPlace[];
  #rows: Archived[] = [];
  #next = 0;

  private constructor(objects: ObjectStore, sealer: RecordSealer, key: string, groups: GroupPlace[]) {
    this.#objects = objects;
    this.#sealer = sealer;
    this.#key = key;
    this.#groups = groups;
  }

  static async open(objects: ObjectStore, sealer: RecordSealer, { _id, bytes }: ArchiveFileDoc): Promise<Source> {
    const source = new Source(
      objects,
      sealer,
      _id,
      await groupsOf({ byteLength: bytes, slice: rangeReader(objects, _id, bytes) }),
    );
    await source.#fill();
    return source;
  }

  get head(): Archived | null {
    return this.#rows[this.#next] ?? null;
  }

  async advance(): Promise<void> {
    this.#next += 1;
    if (this.#next >= this.#rows.length) await this.#fill();
  }

  /** Until there is a row or the file ends: all rows of a read may be of customers who were erased. */
  async #fill(): Promise<void> {
    do await this.#read();
    while (this.#rows.length === 0 && this.#groups.length > 0);
  }

  async #read(): Promise<void> {
    const groups = this.#groups.splice(0, GROUPS_AT_ONCE);
    const [first] = groups;
    const last = groups.at(-1);
    this.#rows = [];
    this.#next = 0;
    if (!first || !last) return;
    const bytes = await this.#objects.getRange(this.#key, first.start, last.start + groupBytes(last));
    for (const place of groups) {
      const from = place.start - first.start;
      this.#rows.push(...(await readGroup(this.#sealer, bytes.subarray(from, from + groupBytes(place)), place)));
    }
  }
}

/** Ranged reads as hyparquet asks for them. */
const rangeReader =
  (objects: ObjectStore, key: string, length: number) =>
  async (start: number, end = length): Promise<ArrayBuffer> => {
    const bytes = await objects.getRange(key, start, end);
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  };
