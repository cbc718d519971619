import type { Binary } from "mongodb";
import { KeyDestroyedError } from "../../safety/keys/keyring.ts";
import type { Sealer } from "../../store/sealed.ts";
import type { GapWords } from "../types.ts";
import { fromInt8, toInt8 } from "../vector-index.ts";

/** A text with its centred vector, as it is compared. */
export interface Worded {
  text: string;
  vector: Float32Array;
}

const pack = ({ text, vector }: Worded): GapWords => {
  const small = toInt8(vector);
  return { text, vector: Buffer.from(small.buffer, small.byteOffset, small.byteLength).toString("base64") };
};

function unpack({ text, vector }: GapWords): Worded {
  const bytes = Buffer.from(vector, "base64");
  return { text, vector: fromInt8(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)) };
}

/** Under the key of whoever the session belongs to. @throws KeyDestroyedError when they were erased */
export const sealWords = (sealer: Sealer, sessionId: string, words: Worded): Promise<Binary> =>
  sealer.seal(sessionId, pack(words));

/** Null for what its customer's erasure has made unreadable. */
export const openWords = (sealer: Sealer, sealed: Binary): Promise<Worded | null> =>
  orGone(sealer.open<GapWords>(sealed).then(unpack));

/** What is erased while it is looked at isn't there. */
export const orGone = <T>(looked: Promise<T>): Promise<T | null> =>
  looked.catch((error: unknown) => {
    if (error instanceof KeyDestroyedError) return null;
    throw error;
  });
