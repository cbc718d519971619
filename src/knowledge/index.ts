import type { Embedder } from "../models/types.ts";
import type { Store } from "../store/mongo.ts";
import { centre, embedSet } from "../understanding/vectors.ts";
import { wordingsOf } from "./entries.ts";
import { readKnowledgeFiles } from "./files.ts";
import type { Followed } from "./follow.ts";
import { followTenant } from "./follow.ts";
import type { Layer } from "./layer.ts";
import { createLayer } from "./layer.ts";
import type { Found } from "./search.ts";
import { FURTHER_NEARNESS, POSSIBLE, SURE_ENOUGH, searchIndexes } from "./search.ts";
import { entryStakes } from "./stakes.ts";
import { createKnowledgeStore } from "./store.ts";
import type { KnowledgeEntry, KnowledgeLocale } from "./types.ts";
import { createTextVectors } from "./vectors.ts";

/** What a tenant's questions are answered from: its own entries, and below them the shop's files, which all tenants share. */
export interface Knowledge {
  /**
   * Ids of the entries that answer the question, best first, at most three; empty when nothing is near enough. Of the question's
   * language only: an answer in another one helps nobody who didn't choose it. `sure`: how
   * sure it must be that the first answers, 0..1.
   */
  search(tenant: string, locale: KnowledgeLocale, question: string, sure?: number): Promise<string[]>;
  /** The same with how sure it is that the best one answers, 0..1: below `POSSIBLE` there are none. */
  find(tenant: string, locale: KnowledgeLocale, question: string): Promise<{ ids: string[]; confidence: number }>;
  /** Resolves when the tenant's entries are loaded, or have kept the customer waiting long enough; `entry` and `publishes` need it before. */
  ready(tenant: string): Promise<void>;
  entry(tenant: string, id: string): KnowledgeEntry | undefined;
  /** Whether an entry says this; letters and digits only, lower case. Such a telephone number is the shop's own. */
  publishes(tenant: string, value: string): boolean;
  /** Stops following. */
  close(): void;
}

export interface KnowledgeOptions {
  dir: string;
  embedder: Embedder;
  /** Of the embedder's vectors: taken out, so that cosines spread. The same for all tenants, or a score would depend on what else they know. */
  mean: Float32Array;
  /** Where the files' vectors are kept. */
  cacheDir: string;
  onProgress?: ((done: number, total: number) => void) | undefined;
  /** Where tenants' entries are; without it there are only the files. */
  store?: Store | undefined;
  /** How often a tenant's changes are looked for. */
  pollMs?: number;
  onError?: (error: unknown) => void;
}

const ANSWERS_MAX = 3;
const POLL_MS = 1_000;
/** A customer who asks first, of a hundred thousand entries, isn't kept waiting for all of them. */
const LOAD_WAIT_MS = 3_000;
/** A tenant that nobody asked about for so long is forgotten, and loaded again on use. */
const IDLE_MS = 60 * 60 * 1_000;

interface InUse extends Followed {
  usedAt: number;
}

/**
 * Loads the shop's files; a tenant's own entries on its first use, then followed.
 * @throws KnowledgeError naming the file that is malformed
 */
export async function loadKnowledge(options: KnowledgeOptions): Promise<Knowledge> {
  const { embedder, mean, store, pollMs = POLL_MS, onError = () => undefined } = options;
  const centred = (vector: Float32Array): Float32Array => centre(vector, mean);
  const files = await loadFiles(options, centred);
  const tenants = new Map<string, InUse>();
  const entries = store && createKnowledgeStore(store);
  const vectors = store && createTextVectors(store, embedder);

  function drop(tenant: string): void {
    const followed = tenants.get(tenant);
    followed?.stop();
    followed?.layer.close();
    tenants.delete(tenant);
  }
  function of(tenant: string): Followed | null {
    if (!entries || !vectors) return null;
    const now = Date.now();
    const known = tenants.get(tenant);
    if (known) {
      known.usedAt = now;
      return known;
    }
    for (const [other, { usedAt }] of tenants) if (now - usedAt > IDLE_MS) drop(other);
    const layer = createLayer(embedder.dimensions);
    const followed = followTenant({ store: entries, tenant, layer, vectors, centred, pollMs, onError });
    tenants.set(tenant, { ...followed, usedAt: now });
    return followed;
  }
  const ready = async (tenant: string): Promise<void> => {
    const own = of(tenant);
    // Without the database its entries don't answer; the files do.
    if (own) await within(LOAD_WAIT_MS, own.loaded);
  };

  const find: Knowledge["find"] = async (tenant, locale, question) => {
    const asked = partsOf(question);
    const [embedded] = await Promise.all([embedder.embed(asked), ready(tenant)]);
    const own = of(tenant);
    const shared = files.locales[locale];
    const indexes = own ? [own.layer.locales[locale], shared] : [shared];
    // M6: what money or health hangs on is answered by what a person has reviewed, however near something else is.
    const weighs = entryStakes([question], []) !== null;
    const found = asked.flatMap((part, n) => {
      const vector = embedded[n];
      if (!vector) return [];
      return searchIndexes(
        indexes,
        part,
        centred(vector),
        ({ id, reviewed }, index) => (weighs && !reviewed) || (index === shared && (own?.replaces(id) ?? false)),
      );
    });
    const [{ hits, confidence } = NOTHING_FOUND] = found.sort((a, b) => b.confidence - a.confidence);
    if (confidence < POSSIBLE) return { ids: [], confidence };
    const near = hits.filter(({ nearness }, rank) => rank === 0 || nearness >= FURTHER_NEARNESS);
    return { ids: near.slice(0, ANSWERS_MAX).map(({ entry }) => entry.id), confidence };
  };

  return {
    ready,
    async search(tenant, locale, question, sure = SURE_ENOUGH) {
      const { ids, confidence } = await find(tenant, locale, question);
      return confidence < sure ? [] : ids;
    },
    find,
    entry(tenant, id) {
      const own = of(tenant);
      return own?.layer.entry(id) ?? (own?.replaces(id) ? undefined : files.entry(id));
    },
    publishes: (tenant, value) => files.publishes(value) || (of(tenant)?.layer.publishes(value) ?? false),
    close() {
      for (const tenant of tenants.keys()) drop(tenant);
      files.close();
    },
  };
}

const NOTHING_FOUND: Found = { hits: [], confidence: 0 };

/** Longer than this a customer tells a story, and asks in one sentence of it. */
const STORY_CHARACTERS = { han: 28, latin: 80 };
const PARTS_MAX = 4;

/** The question, and of a long one the sentences that ask, else its last ones: a story's words hide what is asked. */
function partsOf(question: string): string[] {
  const long = /\p{Script=Han}/u.test(question) ? STORY_CHARACTERS.han : STORY_CHARACTERS.latin;
  if (question.length <= long) return [question];
  const sentences = question.match(/[^。！？!?；;\n，,]+[。！？!?；;\n，,]*/g)?.map((part) => part.trim()) ?? [];
  const asking = sentences.filter((part) =>
    /[?？]|吗|么|呢|\b(?:can|does|do|is|are|will|how|what|which|where|when)\b/i.test(part),
  );
  const told = asking.length > 0 ? asking : sentences.slice(-2);
  return [question, ...told.filter((part) => part.length > PART_MIN_CHARACTERS)].slice(0, PARTS_MAX);
}
const PART_MIN_CHARACTERS = 5;

async function loadFiles(
  { dir, embedder, cacheDir, onProgress }: KnowledgeOptions,
  centred: (vector: Float32Array) => Float32Array,
): Promise<Layer> {
  const layer = createLayer(embedder.dimensions);
  const entries = (await readKnowledgeFiles(dir)).map(({ entry }) => entry);
  const texts = entries.flatMap(wordingsOf);
  const vectors = await embedSet(embedder, texts, cacheDir, (done) => onProgress?.(done, texts.length));
  let at = 0;
  for (const entry of entries) {
    const end = at + wordingsOf(entry).length;
    layer.put(entry, vectors.slice(at, end).map(centred));
    at = end;
  }
  return layer;
}

/** What comes first: the promise, or the time. */
async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, waited]);
  clearTimeout(timer);
}
