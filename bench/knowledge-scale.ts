/** Many made-up entries: how fast they are indexed, found and changed, and what they weigh. */
import { performance } from "node:perf_hooks";
import { createLayer } from "../src/knowledge/layer.ts";
import { searchIndexes } from "../src/knowledge/search.ts";
import type { KnowledgeEntry } from "../src/knowledge/types.ts";
import { dot } from "../src/understanding/vectors.ts";

export interface Latency {
  p50: number;
  p99: number;
  most: number;
}

export interface Scale {
  entries: number;
  wordings: number;
  buildS: number;
  /** Bytes: of the process, and of the vectors within it. */
  memory: number;
  vectorBytes: number;
  /** Searches, ms, without the embedding of the question. */
  hybrid: Latency;
  /** The processor's time of the same searches, ms: what they take when nothing else runs. */
  hybridCpu: Latency;
  /** All vectors in 32 bits, one after another, as it was before. */
  bruteForce: Latency;
  /** A change of one entry, ms. */
  change: Latency;
}

const SEARCHES = 2_000;
const BRUTE_SEARCHES = 40;
const CHANGES = 500;
/** How far a made-up wording is from the real one that it is made from; such neighbours have cosines of .5 to .9. */
const NOISE = 0.045;

export const latency = (times: number[]): Latency => {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), most: sorted.at(-1) ?? 0 };
};

/** Texts and vectors that real ones look like: halves of two real wordings and a model number; a real vector, and noise. */
export function madeUp(texts: string[], vectors: Float32Array[], random: () => number) {
  const pick = (): number => Math.floor(random() * texts.length);
  const text = (): string => {
    const [a, b] = [texts[pick()] ?? "", texts[pick()] ?? ""];
    return `${a.slice(0, Math.ceil(a.length * (0.4 + random() * 0.6)))} ${b.slice(Math.floor(b.length * random()))} ${Math.floor(random() * 30_000)}`;
  };
  const vector = (): Float32Array => {
    const base = vectors[pick()] ?? new Float32Array(0);
    return base.map((value) => value + NOISE * (random() + random() + random() - 1.5) * 2);
  };
  return { text, vector };
}

export function measureScale(texts: string[], vectors: Float32Array[], count: number, random: () => number): Scale {
  const { text, vector } = madeUp(texts, vectors, random);
  const entry = (n: number): KnowledgeEntry => ({
    ...{
      id: `zh/mined/${n}`,
      locale: "zh",
      kind: "pair",
      question: text(),
      alternatives: random() < 0.5 ? [text()] : [],
    },
    ...{ answer: `${text()}。${text()}。`, source: null, stakes: null, reviewed: true },
  });
  const entries = Array.from({ length: count }, (_, n) => entry(n));
  const rows = entries.map(({ alternatives }) => [vector(), ...alternatives.map(() => vector())]);
  const wordings = rows.reduce((sum, own) => sum + own.length, 0);
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const layer = createLayer(vectors[0]?.length ?? 0);
  const started = performance.now();
  for (const [n, one] of entries.entries()) layer.put(one, rows[n] ?? []);
  const buildS = (performance.now() - started) / 1_000;
  globalThis.gc?.();
  const memory = process.memoryUsage().rss - before;
  const index = layer.locales.zh;
  const cpu: number[] = [];
  const hybrid = timed(
    SEARCHES,
    () => {
      const [asked, query] = [text(), vector()];
      return () => searchIndexes([index], asked, query);
    },
    cpu,
  );
  const hybridCpu = latency(cpu.slice(-SEARCHES));
  const bruteForce = timed(BRUTE_SEARCHES, () => {
    const query = vector();
    return () => bruteForceSearch(rows, query);
  });
  const change = timed(CHANGES, () => {
    const n = Math.floor(random() * count);
    const [changed, own] = [{ ...(entries[n] as KnowledgeEntry), answer: text() }, rows[n] ?? []];
    return () => layer.put(changed, own);
  });
  const vectorBytes = index.vectors.bytes();
  layer.close();
  return { entries: count, wordings, buildS, memory, vectorBytes, hybrid, hybridCpu, bruteForce, change };
}

function timed(times: number, prepare: () => () => unknown, cpu: number[] = []): Latency {
  for (let warm = 0; warm < 20; warm++) prepare()();
  return latency(
    Array.from({ length: times }, () => {
      const run = prepare();
      const used = process.cpuUsage();
      const start = performance.now();
      run();
      const took = performance.now() - start;
      const { user, system } = process.cpuUsage(used);
      cpu.push((user + system) / 1_000);
      return took;
    }),
  );
}

/** As src/knowledge/index.ts did it when all of it was the shop's files. */
function bruteForceSearch(rows: Float32Array[][], query: Float32Array): number[] {
  return rows
    .map((own, n) => {
      const cosines = own.map((row) => dot(query, row)).sort((a, b) => b - a);
      return { n, score: ((cosines[0] ?? 0) + (cosines[1] ?? cosines[0] ?? 0)) / 2 };
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ n }) => n);
}
