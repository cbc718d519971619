/** A session as warm and cold memory keep it, and the one place where it becomes bytes and is read back. */
import { createHash } from "node:crypto";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import type { ItemRef } from "../commerce/types.ts";
import type { WindowEntry } from "../dialogue/hot-window.ts";
import type { Locale } from "../dialogue/types.ts";
import type { SessionView } from "../dialogue/view.ts";

/** One thing somebody said, in the turn it belongs to. */
export interface Said {
  turn: number;
  role: "customer" | "assistant" | "agent" | "system";
  text: string;
  /** ms since the epoch. */
  at: number;
}

/** How a session ended, or where it stands: something was changed, a person has or had it, neither. */
export type Outcome = "done" | "handoff" | "talked";

/** Everything remembered of one session. Plain data, the same in warm and in cold. */
export interface SessionRecord {
  tenant: string;
  sessionId: string;
  /** Null: an anonymous visitor, whose sessions are never linked to others. */
  customerId: string | null;
  locale: Locale;
  channel: string;
  /** ms since the epoch. */
  startedAt: number;
  /** The last word, ms since the epoch. */
  lastAt: number;
  turn: number;
  state: string;
  intent: string | null;
  outcome: Outcome;
  /** What was decided and promised, one line each, with its turn. */
  summary: string;
  slots: SessionView["slots"];
  focus: ItemRef[];
  /** The hot window as it was when it moved here (T1). */
  window: WindowEntry[];
  said: Said[];
  /** One quantised embedding a turn with words of the customer, in the order of the turns (`quantise`). */
  vectors: Uint8Array;
}

/** Encrypts a record's bytes under its customer's key and opens them again: the keyring. They travel sealed between the tiers. */
export interface RecordSealer {
  sealBytes(record: SessionRecord, bytes: Uint8Array): Promise<Uint8Array>;
  /** @throws KeyDestroyedError when the customer was erased, EnvelopeError when the bytes are damaged */
  openBytes(sealed: Uint8Array): Promise<Uint8Array>;
}

/** A record with the digest it was saved under, and its bytes as they rest. */
export interface Archived {
  record: SessionRecord;
  digest: string;
  sealed: Uint8Array;
}

/** A record's bytes can't be read: damaged, or of a format this version doesn't know. */
export class RecordError extends Error {
  override readonly name = "RecordError";
}

const FORMAT = 1;
const HEADER_BYTES = 5;
/** As small as with 9, in a thirtieth of the time. */
const BROTLI_QUALITY = 6;

/** The bytes that identity is judged by: format, length of the JSON part, JSON, vectors. */
function payloadOf(record: SessionRecord): Buffer {
  const { vectors, ...plain } = record;
  const json = Buffer.from(JSON.stringify(inOrder(plain)));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(FORMAT, 0);
  header.writeUInt32LE(json.length, 1);
  return Buffer.concat([header, json, vectors]);
}

/** Fields in one order, whoever built the record: equal records are equal bytes. */
const inOrder = (plain: Omit<SessionRecord, "vectors">): Omit<SessionRecord, "vectors"> => ({
  tenant: plain.tenant,
  sessionId: plain.sessionId,
  customerId: plain.customerId,
  locale: plain.locale,
  channel: plain.channel,
  startedAt: plain.startedAt,
  lastAt: plain.lastAt,
  turn: plain.turn,
  state: plain.state,
  intent: plain.intent,
  outcome: plain.outcome,
  summary: plain.summary,
  slots: plain.slots,
  focus: plain.focus,
  window: plain.window,
  said: plain.said,
});

/** Names a record's content; equal in warm and cold. */
export const digestOf = (record: SessionRecord): string =>
  createHash("sha256").update(payloadOf(record)).digest("hex").slice(0, 32);

export function encodeRecord(record: SessionRecord): Buffer {
  const payload = payloadOf(record);
  return brotliCompressSync(payload, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: payload.length,
    },
  });
}

/** @throws RecordError when the bytes are damaged or of an unknown format */
export function decodeRecord(bytes: Uint8Array): SessionRecord {
  try {
    const payload = brotliDecompressSync(bytes);
    const format = payload.readUInt8(0);
    if (format !== FORMAT) throw new RecordError(`format ${format} is not known here`);
    const end = HEADER_BYTES + payload.readUInt32LE(1);
    const plain = JSON.parse(payload.toString("utf8", HEADER_BYTES, end)) as Omit<SessionRecord, "vectors">;
    return { ...plain, vectors: new Uint8Array(payload.subarray(end)) };
  } catch (error) {
    if (error instanceof RecordError) throw error;
    throw new RecordError("a session's record can't be read", { cause: error });
  }
}

/** The turns of a record that have a vector, in its order. */
export const turnsWithVectors = ({ said }: Pick<SessionRecord, "said">): number[] => [
  ...new Set(said.filter(({ role }) => role === "customer").map(({ turn }) => turn)),
];

/** A record as it is put away. */
export const sealRecord = async (sealer: RecordSealer, record: SessionRecord): Promise<Archived> => ({
  record,
  digest: digestOf(record),
  sealed: await sealer.sealBytes(record, encodeRecord(record)),
});

/** @throws what `openBytes` throws, RecordError */
export const openRecord = async (sealer: RecordSealer, sealed: Uint8Array): Promise<SessionRecord> =>
  decodeRecord(await sealer.openBytes(sealed));
