/** The in-process tier as a worker has it: the real embedder, examples, articles and thesaurus. */
import { join } from "node:path";
import { createAnswerWriter } from "../../src/knowledge/answer.ts";
import { loadKnowledge } from "../../src/knowledge/index.ts";
import { createEmbedder } from "../../src/models/local/embedder.ts";
import type { Router } from "../../src/models/router.ts";
import { loadClassifier } from "../../src/understanding/examples.ts";
import { createUnderstander } from "../../src/understanding/index.ts";
import { createLooseNames } from "../../src/understanding/loose-names.ts";
import { loadThesaurus } from "../../src/understanding/thesaurus.ts";
import type { Brain } from "./dialogue-driver.ts";
import { testServers } from "./servers.ts";

/** Without the cached vectors every example and article is embedded first. */
export const BRAIN_LOAD_TIMEOUT_MS = 300_000;

const data = join(import.meta.dirname, "..", "..", "data");

/** `router` stands for the models beyond it; none by default. */
export async function loadBrain(router: Router | null = null): Promise<Brain> {
  const { embedder: files, cacheDir } = testServers();
  const embedder = await createEmbedder(files);
  const classifier = await loadClassifier(join(data, "examples"), embedder, cacheDir);
  const knowledge = await loadKnowledge(join(data, "knowledge"), embedder, cacheDir);
  const thesaurus = await loadThesaurus(join(data, "thesaurus.json"));
  const loose = createLooseNames(embedder, classifier.mean);
  return {
    understanderFor: (commerce) =>
      createUnderstander({ commerce, classifier, loose, thesaurus, knowledge, router: () => router }),
    answers: createAnswerWriter(
      knowledge,
      () => null,
      () => undefined,
    ),
  };
}
