import { createHash } from "node:crypto";
import { Binary } from "mongodb";
import type { Embedder } from "../models/types.ts";
import type { Store } from "../store/mongo.ts";
import { isDuplicateKey } from "../store/mongo.ts";
import { fromInt8, toInt8 } from "./vector-index.ts";

/** Vectors of texts, each made once for all workers and tenants (T5). */
export interface TextVectors {
  /** Unit vectors, one a text, within what 8 bits keep. `onProgress` hears how many of the missing ones are made. */
  of(texts: string[], onProgress?: (done: number, total: number) => void): Promise<Float32Array[]>;
}

const LOOKUP_TEXTS = 1_000;
/** What is made is kept this often, so that whoever is interrupted begins there. */
const CHUNK_TEXTS = 64;

/** Kept in `knowledgeVectors`, under the embedder's id and the text. */
export function createTextVectors(store: Pick<Store, "knowledgeVectors">, embedder: Embedder): TextVectors {
  const { knowledgeVectors: kept } = store;
  const keyOf = (text: string): string => createHash("sha256").update(`${embedder.id}\0${text}`).digest("hex");

  async function lookUp(keys: string[]): Promise<Map<string, Float32Array>> {
    const known = new Map<string, Float32Array>();
    for (let start = 0; start < keys.length; start += LOOKUP_TEXTS) {
      const found = kept.find({ _id: { $in: keys.slice(start, start + LOOKUP_TEXTS) } }, { promoteBuffers: true });
      for await (const { _id, vector } of found) known.set(_id, fromInt8(bytesOf(vector)));
    }
    return known;
  }

  async function make(texts: string[]): Promise<Map<string, Float32Array>> {
    const made = await embedder.embed(texts);
    const docs = texts.map((text, index) => ({ key: keyOf(text), vector: toInt8(made[index] ?? new Float32Array(0)) }));
    const rows = docs.map(({ key, vector }) => ({ _id: key, vector: new Uint8Array(vector.buffer) }));
    // Another worker may have been faster.
    await kept.insertMany(rows, { ordered: false }).catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
    });
    return new Map(docs.map(({ key, vector }) => [key, fromInt8(vector)]));
  }

  return {
    async of(texts, onProgress) {
      const keys = texts.map(keyOf);
      const known = await lookUp([...new Set(keys)]);
      const missing = [...new Map(texts.map((text, i) => [keys[i] ?? "", text])).entries()].filter(
        ([key]) => !known.has(key),
      );
      for (let start = 0; start < missing.length; start += CHUNK_TEXTS) {
        const chunk = missing.slice(start, start + CHUNK_TEXTS).map(([, text]) => text);
        for (const [key, vector] of await make(chunk)) known.set(key, vector);
        onProgress?.(start + chunk.length, missing.length);
      }
      return keys.map((key) => {
        const vector = known.get(key);
        if (!vector) throw new Error("the embedder returned nothing");
        return vector;
      });
    },
  };
}

/** As the driver gives binary data: a Buffer, or its own wrapper. */
function bytesOf(stored: Uint8Array | Binary): Int8Array {
  const bytes = stored instanceof Binary ? stored.buffer : stored;
  return Int8Array.from(bytes, (byte) => (byte << 24) >> 24);
}
