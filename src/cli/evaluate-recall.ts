/** The index on its own, with what the running system has: whether one of its three best entries has the answer. */
import type { Config } from "../config.ts";
import type { ProgressDisplay } from "../embedded/progress.ts";
import { ensureEmbedder } from "../embedded/weights.ts";
import type { Recall } from "../evaluation/knowledge.ts";
import { createEmbedder } from "../models/local/embedder.ts";
import { openStore } from "../store/mongo.ts";
import { loadMind } from "../understanding/load.ts";

export async function openRecall(
  config: Config,
  tenant: string,
  mongodbUri: string,
  { onProgress }: ProgressDisplay,
): Promise<{ recall: Recall; close(): Promise<void> }> {
  const files = await ensureEmbedder({ cacheDir: config.cacheDir, indexUrl: config.PYTHON_INDEX_URL, onProgress });
  const embedder = await createEmbedder(files);
  const store = await openStore(mongodbUri);
  const { knowledge } = await loadMind({
    embedder,
    cacheDir: config.cacheDir,
    knowledgeDir: config.KNOWLEDGE_DIR,
    store,
  });
  return {
    async recall({ locale, question }) {
      const { ids } = await knowledge.find(tenant, locale, question);
      return ids.flatMap((id) => knowledge.entry(tenant, id)?.answer ?? []);
    },
    async close() {
      knowledge.close();
      await store.close();
    },
  };
}
