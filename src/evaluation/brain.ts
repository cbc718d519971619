/** Understanding as a worker has it, over any shop: the real embedder, examples, articles and thesaurus. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CommerceBackend } from "../commerce/types.ts";
import type { AnswerWriter } from "../knowledge/answer.ts";
import { createAnswerWriter } from "../knowledge/answer.ts";
import { loadKnowledge } from "../knowledge/index.ts";
import type { Attempt } from "../models/accounting.ts";
import { createEmbedder } from "../models/local/embedder.ts";
import type { Router } from "../models/router.ts";
import { createRouter } from "../models/router.ts";
import type { Embedder, Tier } from "../models/types.ts";
import type { Classifier } from "../understanding/examples.ts";
import { loadClassifier } from "../understanding/examples.ts";
import type { Understander } from "../understanding/index.ts";
import { createUnderstander } from "../understanding/index.ts";
import { createLooseNames } from "../understanding/loose-names.ts";
import { loadThesaurus } from "../understanding/thesaurus.ts";

const data = fileURLToPath(new URL("../../data", import.meta.url));

/** What a conversation needs besides its shop; the understander is made anew for each. */
export interface Brain {
  understanderFor(commerce: CommerceBackend): Understander;
  answers: AnswerWriter;
}

export interface Mind {
  embedder: Embedder;
  classifier: Classifier;
  /** `router` stands for the models beyond patterns and examples. */
  withRouter(router: Router | null): Brain;
}

export interface MindOptions {
  /** Where the embedder's engine and weights are. */
  embedderFiles: { enginePath: string; modelPath: string };
  cacheDir: string;
  onProgress?: (message: string, done: number, total: number) => void;
}

/** Loads all of it once; without the cached vectors every example and article is embedded first. */
export async function loadMind({ embedderFiles, cacheDir, onProgress }: MindOptions): Promise<Mind> {
  const embedder = await createEmbedder(embedderFiles);
  const classifier = await loadClassifier(join(data, "examples"), embedder, cacheDir, (done, total) =>
    onProgress?.("Embedding the example messages", done, total),
  );
  const knowledge = await loadKnowledge(join(data, "knowledge"), embedder, cacheDir, (done, total) =>
    onProgress?.("Embedding the knowledge articles", done, total),
  );
  const thesaurus = await loadThesaurus(join(data, "thesaurus.json"));
  const loose = createLooseNames(embedder, classifier.mean);
  return {
    embedder,
    classifier,
    withRouter: (router) => ({
      understanderFor: (commerce) =>
        createUnderstander({ commerce, classifier, loose, thesaurus, knowledge, router: () => router }),
      answers: createAnswerWriter(
        knowledge,
        () => router,
        () => undefined,
      ),
    }),
  };
}

/** One tier on its own: it reads every message, however sure patterns and examples are, and its own confidence is kept. */
export function tierAlone(mind: Mind, tier: Tier, log: (attempt: Attempt) => void = () => undefined): Brain {
  const router = createRouter({ tiers: [tier], log });
  let confidence = 0;
  const heard: Router = {
    ...router,
    async predict(request, options) {
      const routed = await router.predict(request, { ...options, minConfidence: 0 });
      confidence = routed.value.confidence;
      // Doubt would fall back to the examples' reading.
      return { ...routed, value: { ...routed.value, confidence: 1 } };
    },
  };
  const brain = mind.withRouter(heard);
  return {
    ...brain,
    understanderFor(commerce) {
      const understander = brain.understanderFor(commerce);
      return {
        quick: async (input) => ({ ...(await understander.quick(input)), settled: false }),
        byModel: async (...call) => ({ ...(await understander.byModel(...call)), confidence }),
      };
    },
  };
}
