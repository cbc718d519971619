import { createHash } from "node:crypto";
import { z } from "zod";
import { phrasePromptVersion } from "../models/prompts.ts";
import type { Embedder } from "../models/types.ts";
import type { CacheStats, SharedCache } from "../store/cache.ts";
import { TwoLevelCache } from "../store/cache.ts";
import { centre, dot } from "../understanding/vectors.ts";
import type { Knowledge } from "./index.ts";
import { tellingWords } from "./telling-words.ts";
import type { KnowledgeEntry } from "./types.ts";

/** A question, and the entries that were found for it, best first. */
export interface FoundFor {
  tenant: string;
  locale: "zh" | "en";
  question: string;
  entries: KnowledgeEntry[];
}

/** Answers a tier has worded, found again by what is asked (T5, M4). They throw only when the embedder fails. */
export interface AnswerCache {
  find(asked: FoundFor): Promise<string | null>;
  keep(asked: FoundFor, text: string): Promise<void>;
  stats(): CacheStats;
  /** What this process has in memory: somebody was erased. */
  forget(): void;
}

/** An answer rests on articles, whose change is seen at once; an hour bounds what a wrong wording can do. */
const TTL_MS = 60 * 60 * 1000;
const MAX_ENTRIES = 5_000;
/** Longer ones tell a story of their own. */
const MAX_QUESTION_CHARACTERS = 120;
/** An order's or a person's own. */
const PERSONAL = /\d{5,}|\*{2,}|@/;
/**
 * Centred cosine under which equal words don't make an equal question. Low, because the words decide: `npm run bench --
 * cache` measures both, and what nearness alone would mix up.
 */
export const NEAR_ENOUGH = 0.65;

const answerSchema = z.object({
  text: z.string().min(1),
  /** Ids of the entries that the answer rests on, and the hash of what they said then. */
  ids: z.array(z.string()),
  version: z.string(),
  vector: z.array(z.number()),
});

/**
 * Two questions share an answer when tenant, language, telling words and prompt are the same, their embeddings are near,
 * the best entry for the new one is among those the answer rests on, and none of these has changed since.
 * `mean` centres the embeddings.
 */
export function createAnswerCache(deps: {
  /** `entry` is asked for tenants that are loaded: their question was just searched. */
  knowledge: Pick<Knowledge, "entry">;
  embedder: Embedder;
  mean: Float32Array;
  shared?: SharedCache | undefined;
  now?: () => number;
}): AnswerCache {
  const { knowledge, embedder, mean, shared, now } = deps;
  const cache = new TwoLevelCache({ schema: answerSchema, ttlMs: TTL_MS, maxEntries: MAX_ENTRIES, shared, now });
  const stats: CacheStats = { hits: 0, misses: 0 };

  async function vectorOf(question: string): Promise<Float32Array> {
    const [vector] = await embedder.embed([question]);
    if (!vector) throw new Error("the embedder returned nothing");
    return centre(vector, mean);
  }

  async function lookUp({ question, entries, ...asked }: FoundFor): Promise<string | null> {
    const key = keyOf({ question, ...asked }, embedder.id);
    const kept = key === null ? undefined : await cache.get(key);
    if (!kept?.ids.some((id) => id === entries[0]?.id)) return null;
    const current = kept.ids.flatMap((id) => knowledge.entry(asked.tenant, id) ?? []);
    if (versionOf(current) !== kept.version) return null;
    return dot(await vectorOf(question), Float32Array.from(kept.vector)) >= NEAR_ENOUGH ? kept.text : null;
  }

  return {
    async find(asked) {
      const text = await lookUp(asked);
      stats[text === null ? "misses" : "hits"]++;
      return text;
    },
    async keep(asked, text) {
      const key = keyOf(asked, embedder.id);
      if (key === null) return;
      const ids = asked.entries.map(({ id }) => id);
      const vector = [...(await vectorOf(asked.question))];
      await cache.set(key, { text, ids, version: versionOf(asked.entries), vector });
    },
    stats: () => ({ ...stats }),
    forget: () => cache.clear(),
  };
}

function keyOf({ tenant, locale, question }: Omit<FoundFor, "entries">, embedderId: string): string | null {
  if (question.length > MAX_QUESTION_CHARACTERS || PERSONAL.test(question)) return null;
  const words = tellingWords(question);
  return words === "" ? null : `answer:${hash([embedderId, phrasePromptVersion, tenant, locale, words])}`;
}

const versionOf = (entries: KnowledgeEntry[]): string =>
  hash(entries.map(({ id, question, answer }) => [id, question, answer]));

const hash = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");
