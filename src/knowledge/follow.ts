import { setImmediate as immediate, setTimeout as sleep } from "node:timers/promises";
import { mayAnswer, wordingsOf } from "./entries.ts";
import type { Layer } from "./layer.ts";
import type { KnowledgeStore } from "./store.ts";
import type { KnowledgeEntry, KnowledgeEntryDoc } from "./types.ts";
import type { TextVectors } from "./vectors.ts";

/** A tenant's entries as this process has them. */
export interface Followed {
  layer: Layer;
  /** Whether the tenant has an entry of its own by this id, live or retired, which stands instead of the files' one. */
  replaces(id: string): boolean;
  /** The newest revision that is in the layer. */
  revision(): number;
  /** Resolves when everything that was there at the beginning is in the layer, or couldn't be read: it never rejects. */
  loaded: Promise<void>;
  stop(): void;
}

export interface FollowOptions {
  store: Pick<KnowledgeStore, "changes">;
  tenant: string;
  layer: Layer;
  vectors: TextVectors;
  centred: (vector: Float32Array) => Float32Array;
  pollMs: number;
  onError: (error: unknown) => void;
}

/** Entries that are read and embedded in one go. */
const BATCH_ENTRIES = 256;
/** Entries that are indexed before whatever else waits has its turn: some 2 ms. */
const AT_ONCE = 16;

/**
 * Keeps a layer up to what the tenant's log of changes says (store.ts): from the first revision on, then whatever is new at every poll.
 * An error is told and tried again with the next poll; nothing is skipped.
 */
export function followTenant({ store, tenant, layer, vectors, centred, pollMs, onError }: FollowOptions): Followed {
  const replaced = new Set<string>();
  let revision = 0;
  let stopped = false;

  async function apply(batch: KnowledgeEntryDoc[]): Promise<void> {
    const newest = [...new Map(batch.map((doc) => [doc.id, doc])).values()];
    const texts = newest.flatMap((doc) => (answers(doc) ? wordingsOf(doc) : []));
    const made = texts.length > 0 ? await vectors.of(texts) : [];
    let at = 0;
    for (const [n, doc] of newest.entries()) {
      if (n % AT_ONCE === 0) await immediate();
      if (stopped) return;
      if (answers(doc)) {
        const end = at + wordingsOf(doc).length;
        layer.put(entryOf(doc), made.slice(at, end).map(centred));
        at = end;
      } else layer.remove(doc.id);
      if (answers(doc) || doc.status === "retired") replaced.add(doc.id);
      else replaced.delete(doc.id);
    }
    revision = Math.max(revision, ...batch.map((doc) => doc.revision));
  }

  async function catchUp(): Promise<void> {
    let batch: KnowledgeEntryDoc[] = [];
    for await (const doc of store.changes(tenant, revision)) {
      if (stopped) return;
      batch.push(doc);
      if (batch.length < BATCH_ENTRIES) continue;
      await apply(batch);
      batch = [];
    }
    if (batch.length > 0) await apply(batch);
  }

  // Whoever has stopped closes the database too: what fails then is nobody's concern.
  const failed = (error: unknown): void => {
    if (!stopped) onError(error);
  };
  const loaded = catchUp().catch(failed);
  void (async () => {
    await loaded;
    while (!stopped) {
      await sleep(pollMs, undefined, { ref: false });
      if (!stopped) await catchUp().catch(failed);
    }
  })();
  return {
    layer,
    replaces: (id) => replaced.has(id),
    revision: () => revision,
    loaded,
    stop() {
      stopped = true;
    },
  };
}

const answers = (doc: KnowledgeEntryDoc): boolean => doc.status === "live" && mayAnswer(doc);

/** What is searched and said; where it came from isn't kept. */
function entryOf(doc: KnowledgeEntryDoc): KnowledgeEntry {
  const { id, locale, kind, question, alternatives, answer, source, stakes, reviewed } = doc;
  return { id, locale, kind, question, alternatives, answer, source, stakes, reviewed };
}
