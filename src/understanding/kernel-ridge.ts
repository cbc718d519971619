/**
 * Kernel ridge classification with an RBF kernel on unit vectors: nearest examples, weighed so that near ones of one
 * label don't outvote the rest. Fitting solves (K + λI) A = Y once, by Cholesky; a prediction is one pass over the examples.
 */
import { dot } from "./vectors.ts";

const LAMBDA = 0.1;
const GAMMA = 2;

export const kernel = (a: Float32Array, b: Float32Array): number => Math.exp(-GAMMA * (1 - dot(a, b)));

/** `targets[i][c]` is 1 when example i has class c, else -1. Returns the weights, one row an example. */
export function fitWeights(vectors: Float32Array[], targets: number[][]): Float64Array[] {
  const size = vectors.length;
  const lower = cholesky(vectors, size);
  const classes = targets[0]?.length ?? 0;
  const weights = targets.map((row) => Float64Array.from(row));
  for (let c = 0; c < classes; c++) solve(lower, weights, c, size);
  return weights;
}

const at = (rows: Float64Array[], row: number, column: number): number => rows[row]?.[column] ?? 0;

function cholesky(vectors: Float32Array[], size: number): Float64Array[] {
  const lower: Float64Array[] = [];
  for (let i = 0; i < size; i++) {
    const row = new Float64Array(i + 1);
    lower.push(row);
    const vector = vectors[i] ?? new Float32Array();
    for (let j = 0; j <= i; j++) {
      const other = lower[j] ?? row;
      let sum = kernel(vector, vectors[j] ?? vector) + (i === j ? LAMBDA : 0);
      for (let k = 0; k < j; k++) sum -= (row[k] ?? 0) * (other[k] ?? 0);
      row[j] = i === j ? Math.sqrt(sum) : sum / (other[j] ?? 1);
    }
  }
  return lower;
}

/** Forward and backward substitution in place, for one column. */
function solve(lower: Float64Array[], columns: Float64Array[], c: number, size: number): void {
  for (let i = 0; i < size; i++) {
    let sum = at(columns, i, c);
    for (let k = 0; k < i; k++) sum -= at(lower, i, k) * at(columns, k, c);
    set(columns, i, c, sum / at(lower, i, i));
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = at(columns, i, c);
    for (let k = i + 1; k < size; k++) sum -= at(lower, k, i) * at(columns, k, c);
    set(columns, i, c, sum / at(lower, i, i));
  }
}

function set(columns: Float64Array[], row: number, c: number, value: number): void {
  const target = columns[row];
  if (target) target[c] = value;
}
