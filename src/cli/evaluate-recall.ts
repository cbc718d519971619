/** The index on its own, with what the running system has: whether one of its three best entries has the answer. */
import type { Config } from "../config.ts";
import type { ProgressDisplay } from "../embedded/progress.ts";
import { ensureEmbedder } from "../embedded/weights.ts";
import type { Recall } from "../evaluation/knowledge.ts";
import { loadKnowledge } from "../knowledge/index.ts";
import { createEmbedder } from "../models/local/embedder.ts";

export async function openRecall(
  config: Config,
  tenant: string,
  _mongodbUri: string,
  { onProgress }: ProgressDisplay,
): Promise<{ recall: Recall; close(): Promise<void> }> {
  const files = await ensureEmbedder({ cacheDir: config.cacheDir, indexUrl: config.PYTHON_INDEX_URL, onProgress });
  const embedder = await createEmbedder(files);
  const knowledge = await loadKnowledge(config.KNOWLEDGE_DIR, embedder, config.cacheDir);
  return {
    async recall({ locale, question }) {
      const ids = await knowledge.search(tenant, locale, question);
      return ids.flatMap((id) => knowledge.entry(id)?.answer ?? []);
    },
    close: async () => undefined,
  };
}
