/** How alike texts are: Jaccard of their character trigrams, found without comparing all with all. */

/** Hashes of trigrams, ascending. Of a long text the smallest ones, which stand for all of them. */
export type Sketch = Uint32Array;

const SKETCH_MAX = 256;
const FNV_PRIME = 0x01000193;
const FNV_OFFSET = 0x811c9dc5;

function hashOf(text: string, at: number, length: number): number {
  let hash = FNV_OFFSET;
  for (let index = at; index < at + length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  return hash >>> 0;
}

/** Letters and digits, width and case folded: what else differs says nothing. */
export const folded = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

export function sketchOf(text: string): Sketch {
  const plain = folded(text);
  const hashes = new Set<number>();
  if (plain.length < 3) hashes.add(hashOf(plain, 0, plain.length));
  for (let at = 0; at + 3 <= plain.length; at++) hashes.add(hashOf(plain, at, 3));
  return Uint32Array.from(hashes).sort().slice(0, SKETCH_MAX);
}

/** 0 to 1; an estimate for texts of more than `SKETCH_MAX` trigrams. */
export function jaccard(a: Sketch, b: Sketch): number {
  const whole = a.length < SKETCH_MAX && b.length < SKETCH_MAX;
  let [both, all, i, j] = [0, 0, 0, 0];
  while ((i < a.length || j < b.length) && (whole || all < SKETCH_MAX)) {
    const [left, right] = [a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY];
    if (left === right) both++;
    if (left <= right) i++;
    if (right <= left) j++;
    all++;
  }
  return all === 0 ? 0 : both / all;
}

/**
 * Finds the earlier sketches that are at least so alike. Two sets with a Jaccard of `threshold` share one of each one's rarest tokens
 * (prefix filtering): only those are indexed.
 */
export function createAlikeIndex(sketches: readonly Sketch[], threshold: number) {
  const frequency = new Map<number, number>();
  for (const sketch of sketches) for (const token of sketch) frequency.set(token, (frequency.get(token) ?? 0) + 1);
  const postings = new Map<number, number[]>();
  const rarest = (sketch: Sketch): number[] =>
    [...sketch]
      .sort((a, b) => (frequency.get(a) ?? 0) - (frequency.get(b) ?? 0) || a - b)
      .slice(0, sketch.length - Math.ceil(threshold * sketch.length) + 1);
  return {
    /** Adds the sketch at this index; returns the earlier ones that are alike, first to last. */
    add(index: number): Array<{ index: number; likeness: number }> {
      const sketch = sketches[index];
      if (!sketch) return [];
      const candidates = new Set<number>();
      for (const token of rarest(sketch)) {
        const holders = postings.get(token);
        if (!holders) {
          // One that stands nowhere else leads to nobody.
          if ((frequency.get(token) ?? 0) > 1) postings.set(token, [index]);
          continue;
        }
        for (const holder of holders) candidates.add(holder);
        holders.push(index);
      }
      return [...candidates]
        .sort((a, b) => a - b)
        .map((other) => ({ index: other, likeness: jaccard(sketch, sketches[other] ?? new Uint32Array()) }))
        .filter(({ likeness }) => likeness >= threshold);
    },
  };
}
