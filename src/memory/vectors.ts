/**
 * Embeddings at one bit a dimension: the sign of each component after the mean of all texts is taken away, because this
 * kind of embedder points everything into one narrow cone. 48 bytes instead of 1,536, and ranking keeps its order nearly
 * everywhere, because the question keeps its full precision.
 */
const BITS_PER_BYTE = 8;

export const quantisedBytes = (dimensions: number): number => Math.ceil(dimensions / BITS_PER_BYTE);

/** @param mean of the embedder's vectors, of the same length */
export function quantise(vector: Float32Array, mean: Float32Array): Uint8Array {
  const bits = new Uint8Array(quantisedBytes(vector.length));
  for (let i = 0; i < vector.length; i++) {
    if ((vector[i] as number) <= (mean[i] as number)) continue;
    const byte = i >> 3;
    bits[byte] = (bits[byte] as number) | (1 << (i & 7));
  }
  return bits;
}

/** The same as a share of the most there could be, -1 to 1: comparable between questions. */
export function nearestShare(question: Float32Array, mean: Float32Array, bits: Uint8Array): number {
  const most = question.reduce((sum, component, i) => sum + Math.abs(component - (mean[i] as number)), 0);
  return most === 0 ? 0 : nearness(question, mean, bits) / most;
}

/** How near a quantised text is to a question; to rank by, comparable for one question only. */
export function nearness(question: Float32Array, mean: Float32Array, bits: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < question.length; i++) {
    const component = (question[i] as number) - (mean[i] as number);
    sum += ((bits[i >> 3] as number) >> (i & 7)) & 1 ? component : -component;
  }
  return sum;
}
