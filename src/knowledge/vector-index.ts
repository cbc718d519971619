import { exactSearch, MetricKind } from "usearch";

/**
 * Rows by their vectors: 8-bit integers side by side, searched exhaustively by usearch's vector instructions. At 200,000 rows that
 * takes 4 ms, finds everything, needs no graph, and a change is there with the next search (docs/knowledge.md has the comparison).
 */
export interface VectorIndex {
  set(row: number, vector: Int8Array): void;
  clear(row: number): void;
  /** Rows whose cosine is highest, best first. */
  nearest(query: Int8Array, limit: number): number[];
  cosine(query: Int8Array, row: number): number;
  bytes(): number;
}

const FIRST_ROWS = 256;
const GROWTH = 1.5;
/** More would spend longer on starting threads than on searching. */
const THREADS = 1;

export function createVectorIndex(dimensions: number): VectorIndex {
  let all = new Int8Array(FIRST_ROWS * dimensions);
  let used = 0;
  const at = (row: number): Int8Array => all.subarray(row * dimensions, (row + 1) * dimensions);
  return {
    set(row, vector) {
      if ((row + 1) * dimensions > all.length) {
        const larger = new Int8Array(Math.ceil((row + 1) * GROWTH) * dimensions);
        larger.set(all);
        all = larger;
      }
      at(row).set(vector);
      used = Math.max(used, row + 1);
    },
    // The cosine with zeros is 0: never among the nearest that count.
    clear: (row) => void at(row).fill(0),
    nearest(query, limit) {
      if (used === 0) return [];
      // It reads from where the buffer begins, whatever the view's offset: a row of `all` must never be the query.
      const found = exactSearch(
        all.subarray(0, used * dimensions),
        Int8Array.from(query),
        dimensions,
        Math.min(limit, used),
        MetricKind.Cos,
        THREADS,
      );
      return Array.from(found.keys as BigUint64Array, Number);
    },
    cosine: (query, row) => cosineOf(query, at(row)),
    bytes: () => all.length,
  };
}

function cosineOf(a: Int8Array, b: Int8Array): number {
  let sum = 0;
  let ofA = 0;
  let ofB = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    sum += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return ofA === 0 || ofB === 0 ? 0 : sum / Math.sqrt(ofA * ofB);
}

/** The vector in 8 bits, its largest number as 127: its direction is what counts, and all of the range is used. */
export function toInt8(vector: Float32Array): Int8Array {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  const scale = largest === 0 ? 0 : 127 / largest;
  return Int8Array.from(vector, (value) => Math.round(value * scale));
}

/** A unit vector again. */
export function fromInt8(vector: Int8Array): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  const length = Math.sqrt(square) || 1;
  return Float32Array.from(vector, (value) => value / length);
}
