import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Embedder } from "../models/types.ts";

/**
 * Numbers that take long to make, kept in the cache folder and named by what they were made from: edited input gets new
 * ones by itself.
 */
export async function keptFloats(
  cacheDir: string,
  madeFrom: unknown,
  length: number,
  make: () => number[] | Promise<number[]>,
): Promise<Float32Array> {
  const key = createHash("sha256").update(JSON.stringify(madeFrom)).digest("hex").slice(0, 24);
  const path = join(cacheDir, "vectors", `${key}.f32`);
  const kept = await readFile(path).catch(() => null);
  if (kept?.length === length * Float32Array.BYTES_PER_ELEMENT) return new Float32Array(new Uint8Array(kept).buffer);
  const made = Float32Array.from(await make());
  await mkdir(join(cacheDir, "vectors"), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, Buffer.from(made.buffer));
  await rename(temporary, path);
  return made;
}

const CHUNK_TEXTS = 64;

/** Embeds a fixed set of texts once. */
export async function embedSet(
  embedder: Embedder,
  texts: string[],
  cacheDir: string,
  onProgress?: (done: number) => void,
): Promise<Float32Array[]> {
  const { dimensions } = embedder;
  const all = await keptFloats(cacheDir, [embedder.id, dimensions, texts], texts.length * dimensions, async () => {
    const made: number[] = [];
    for (let start = 0; start < texts.length; start += CHUNK_TEXTS) {
      for (const vector of await embedder.embed(texts.slice(start, start + CHUNK_TEXTS))) made.push(...vector);
      onProgress?.(made.length / dimensions);
    }
    return made;
  });
  return texts.map((_, index) => all.subarray(index * dimensions, (index + 1) * dimensions));
}

/** The mean of a set: what all its sentences share, and what tells none of them apart. */
export function meanOf(vectors: Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors)
    for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] ?? 0) + (vector[i] ?? 0) / vectors.length;
  return mean;
}

/** Takes the mean out and scales back to length 1. This embedder's cosines lie within .8 and 1; centred, they spread. */
export function centre(vector: Float32Array, mean: Float32Array): Float32Array {
  const centred = vector.map((value, index) => value - (mean[index] ?? 0));
  const length = Math.sqrt(dot(centred, centred)) || 1;
  return centred.map((value) => value / length);
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
