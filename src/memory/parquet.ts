/**
 * Sessions as rows of a Parquet file that any tool reads: a plain column for what can be counted, one sealed under
 * each customer's key for what was said, sorted by customer. Row groups
 * are small and end where a customer ends, so that all of a customer is one range of the file, read at once and without
 * the footer: the place (`GroupPlace`) is kept in the index, and the columns are always these.
 */
import type { AsyncBuffer, ColumnChunk, FileMetaData } from "hyparquet";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import type { BasicType } from "hyparquet-writer";
import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { kidOf } from "../safety/keys/envelope.ts";
import { KeyDestroyedError } from "../safety/keys/keyring.ts";
import type { Archived, RecordSealer, SessionRecord } from "./record.ts";
import { digestOf, openRecord, RecordError } from "./record.ts";

/** Where a row group lies: its first byte, and the bytes of each of its columns, one after the other. */
export interface GroupPlace {
  start: number;
  sizes: number[];
  rows: number;
}

export interface ParquetFile {
  bytes: Uint8Array;
  groups: GroupPlace[];
}

/** A file or a part of one isn't what was written. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
}

type Cell = string | number | Date | Uint8Array | null;
type Row = Record<string, unknown>;

interface Column {
  name: string;
  type: BasicType;
  nullable?: true;
  /** Smallest and largest value by row group, for tools that skip by them. */
  statistics?: true;
  /** A handful of values that come again and again: kept once a group. */
  few?: true;
  cell(record: SessionRecord, session: Archived): Cell;
}

const COLUMNS: Column[] = [
  { name: "tenant", type: "STRING", few: true, cell: ({ tenant }) => tenant },
  { name: "customer_id", type: "STRING", nullable: true, statistics: true, cell: ({ customerId }) => customerId },
  { name: "session_id", type: "STRING", statistics: true, cell: ({ sessionId }) => sessionId },
  { name: "started_at", type: "TIMESTAMP", statistics: true, cell: ({ startedAt }) => new Date(startedAt) },
  { name: "last_at", type: "TIMESTAMP", statistics: true, cell: ({ lastAt }) => new Date(lastAt) },
  { name: "locale", type: "STRING", few: true, cell: ({ locale }) => locale },
  { name: "channel", type: "STRING", few: true, cell: ({ channel }) => channel },
  { name: "turns", type: "INT32", cell: ({ turn }) => turn },
  { name: "state", type: "STRING", few: true, cell: ({ state }) => state },
  { name: "intent", type: "STRING", nullable: true, few: true, cell: ({ intent }) => intent },
  { name: "outcome", type: "STRING", few: true, cell: ({ outcome }) => outcome },
  // All that was said, under the customer's key: the same bytes as in warm.
  { name: "key_id", type: "STRING", few: true, cell: (_, { sealed }) => kidOf(sealed) },
  { name: "sealed", type: "BYTE_ARRAY", cell: (_, { sealed }) => sealed },
  { name: "digest", type: "STRING", cell: (_, { digest }) => digest },
];

/** A group is closed at the first new customer after this many rows: about 60 KB, one short read. */
const GROUP_ROWS = 64;
/** A customer with more sessions than this spans groups. */
const GROUP_ROWS_MAX = 256;
/** Larger than any group: every column of a group is one page. */
const PAGE_BYTES = 64 * 1024 * 1024;

/** What is sealed doesn't compress, and was compressed before; the rest is shorter than what compressing it would cost. */
const CODEC = "UNCOMPRESSED" as const;

const sourceOf = (column: Column, data: Cell[]) => ({ ...plainSourceOf(column, data), type: column.type });

const plainSourceOf = ({ nullable, statistics, ...column }: Column, data: Cell[]) => ({
  name: column.name,
  codec: CODEC,
  ...(column.few ? {} : { encoding: "PLAIN" as const }),
  data,
  nullable: nullable ?? false,
  statistics: statistics ?? false,
  // A group's column is one page: an index of pages would say what the group's statistics say.
  columnIndex: false,
  offsetIndex: false,
});

const schema = schemaFromColumnData({ columnData: COLUMNS.map((column) => sourceOf(column, [])) });

/** Order of a file's rows: by customer (anonymous first), then the session's age. */
export const byCustomer = ({ record: a }: Archived, { record: b }: Archived): number =>
  compare(a.customerId ?? "", b.customerId ?? "") || a.lastAt - b.lastAt || compare(a.sessionId, b.sessionId);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** How many rows each group takes. @param sorted in the order of `byCustomer` */
function groupSizes(sorted: Archived[]): number[] {
  const sizes: number[] = [];
  let size = 0;
  for (const [index, { record }] of sorted.entries()) {
    size += 1;
    const next = sorted[index + 1]?.record;
    // Anonymous sessions are looked up one by one: they need not stay together.
    const boundary = !next || record.customerId === null || next.customerId !== record.customerId;
    if ((boundary && size >= GROUP_ROWS) || size >= GROUP_ROWS_MAX) {
      sizes.push(size);
      size = 0;
    }
  }
  if (size > 0) sizes.push(size);
  return sizes;
}

/** @param sorted in the order of `byCustomer` */
export function writeParquet(sorted: Archived[]): ParquetFile {
  const writer = new ByteWriter();
  const file = new ParquetWriter({ writer, schema, codec: CODEC, createdBy: "colloquy" });
  const rowGroupSize = groupSizes(sorted);
  const columnData = COLUMNS.map((column) =>
    plainSourceOf(
      column,
      sorted.map((session) => column.cell(session.record, session)),
    ),
  );
  void file.write({ columnData, rowGroupSize, pageSize: PAGE_BYTES });
  void file.finish();
  return {
    bytes: writer.getBytes(),
    groups: file.row_groups.map(({ columns, num_rows }) => placeOf(columns, Number(num_rows))),
  };
}

function placeOf(columns: ColumnChunk[], rows: number): GroupPlace {
  const metas = columns.map(({ meta_data }) => {
    if (!meta_data) throw new ArchiveError("a column without metadata");
    return meta_data;
  });
  const [first] = metas;
  return {
    start: Number(first?.dictionary_page_offset || first?.data_page_offset || 0),
    sizes: metas.map(({ total_compressed_size }) => Number(total_compressed_size)),
    rows,
  };
}

export const groupBytes = ({ sizes }: GroupPlace): number => sizes.reduce((sum, size) => sum + size, 0);

/** The part of a footer that reading one group takes, its first byte being byte 0. */
function groupMetadata({ sizes, rows }: GroupPlace): FileMetaData {
  let offset = 0;
  const columns = COLUMNS.map((column, index): ColumnChunk => {
    const { name, type } = column;
    const size = sizes[index] ?? 0;
    const chunk: ColumnChunk = {
      file_offset: 0n,
      meta_data: {
        type: type === "INT32" ? "INT32" : type === "TIMESTAMP" ? "INT64" : "BYTE_ARRAY",
        encodings: [],
        path_in_schema: [name],
        codec: CODEC,
        num_values: BigInt(rows),
        total_uncompressed_size: 0n,
        total_compressed_size: BigInt(size),
        data_page_offset: BigInt(offset),
      },
    };
    offset += size;
    return chunk;
  });
  const total_byte_size = BigInt(offset);
  return {
    version: 2,
    schema,
    num_rows: BigInt(rows),
    row_groups: [{ columns, total_byte_size, num_rows: BigInt(rows) }],
    metadata_length: 0,
  };
}

/**
 * Some rows of one group, from its bytes; those of customers who were erased are left out.
 * @throws ArchiveError when they are damaged or not the rows that were written
 */
export async function readGroup(
  sealer: RecordSealer,
  bytes: Uint8Array,
  place: GroupPlace,
  from = 0,
  to = place.rows,
): Promise<Archived[]> {
  if (bytes.length !== groupBytes(place))
    throw new ArchiveError(`${bytes.length} bytes instead of ${groupBytes(place)}`);
  return readRows(sealer, bytes, groupMetadata(place), from, to);
}

/** All rows of a whole file, by its own footer. @throws ArchiveError when it is damaged or not ours */
export async function readParquet(sealer: RecordSealer, bytes: Uint8Array): Promise<Archived[]> {
  try {
    return await readRows(sealer, bytes, parquetMetadata(bufferOf(bytes)));
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError("not a Parquet file of sessions", { cause: error });
  }
}

/** The places of a file's groups, by its own footer. @throws ArchiveError when it is damaged; what reading throws */
export async function groupsOf(file: AsyncBuffer): Promise<GroupPlace[]> {
  const tail = await file.slice(Math.max(0, file.byteLength - FOOTER_GUESS_BYTES));
  try {
    const { byteLength } = tail;
    const footer = new DataView(tail).getUint32(byteLength - FOOTER_END_BYTES, true) + FOOTER_END_BYTES;
    const whole = footer <= byteLength ? tail : await file.slice(file.byteLength - footer);
    const { row_groups } = parquetMetadata(whole);
    return row_groups.map(({ columns, num_rows }) => placeOf(columns, Number(num_rows)));
  } catch (error) {
    throw new ArchiveError("not a Parquet file of sessions", { cause: error });
  }
}
/** Usually holds the footer whole. */
const FOOTER_GUESS_BYTES = 512 * 1024;
/** Its length and the mark after it. */
const FOOTER_END_BYTES = 8;

async function readRows(
  sealer: RecordSealer,
  bytes: Uint8Array,
  metadata: FileMetaData,
  rowStart?: number,
  rowEnd?: number,
): Promise<Archived[]> {
  let rows: Row[];
  try {
    rows = await parquetReadObjects({
      file: bufferOf(bytes),
      metadata,
      utf8: false,
      ...(rowStart === undefined ? {} : { rowStart }),
      ...(rowEnd === undefined ? {} : { rowEnd }),
    });
  } catch (error) {
    throw new ArchiveError("the rows can't be read", { cause: error });
  }
  const sessions = await Promise.all(rows.map((row) => sessionOf(sealer, row)));
  return sessions.filter((session) => session !== null);
}

const bufferOf = (bytes: Uint8Array): ArrayBuffer =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;

/** Null when its customer was erased. @throws ArchiveError when the row isn't what its digest says */
async function sessionOf(sealer: RecordSealer, row: Row): Promise<Archived | null> {
  try {
    const sealed = row.sealed as Uint8Array;
    // Of the envelope's own key id nothing tells whether it was destroyed or damaged.
    if (kidOf(sealed) !== row.key_id) throw new RecordError("the key is another one");
    const record = await openRecord(sealer, sealed);
    const { sessionId, customerId, lastAt } = record;
    const same =
      digestOf(record) === row.digest &&
      sessionId === row.session_id &&
      customerId === (row.customer_id ?? null) &&
      lastAt === (row.last_at as Date).getTime();
    if (!same) throw new RecordError("the row says another thing than its record");
    return { record, digest: row.digest as string, sealed };
  } catch (error) {
    if (error instanceof KeyDestroyedError) return null;
    throw new ArchiveError(`session ${String(row.session_id)} is damaged`, { cause: error });
  }
}
