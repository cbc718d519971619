/** Understanding as a worker has it, over any shop: the real embedder, examples, articles and thesaurus. */
import type { CommerceBackend } from "../commerce/types.ts";
import { loadConfig } from "../config.ts";
import type { AnswerWriter } from "../knowledge/answer.ts";
import { createAnswerWriter } from "../knowledge/answer.ts";
import type { Attempt } from "../models/accounting.ts";
import type { Calibration } from "../models/calibration.ts";
import { createCalibration } from "../models/calibration.ts";
import { createEmbedder } from "../models/local/embedder.ts";
import type { Router } from "../models/router.ts";
import { createRouter } from "../models/router.ts";
import type { Embedder, Tier } from "../models/types.ts";
import type { Classifier } from "../understanding/examples.ts";
import type { Understander } from "../understanding/index.ts";
import { loadMind as loadUnderstanding } from "../understanding/load.ts";

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
  /** The same with confidences as they are said, and nobody handed off for them: what calibration is fitted and judged on. */
  uncalibrated(router: Router | null): Brain;
}

export interface MindOptions {
  /** Where the embedder's engine and weights are. */
  embedderFiles: { enginePath: string; modelPath: string };
  cacheDir: string;
  onProgress?: (message: string, done: number, total: number) => void;
}

/** As a worker has it with the settings that nobody changed. */
export async function loadMind({ embedderFiles, cacheDir, onProgress }: MindOptions): Promise<Mind> {
  const defaults = loadConfig({});
  const embedder = await createEmbedder(embedderFiles);
  const mind = await loadUnderstanding({ embedder, cacheDir, knowledgeDir: defaults.KNOWLEDGE_DIR, onProgress });
  const brain = (router: Router | null, handoffConfidence: number, calibration?: Calibration): Brain => ({
    understanderFor: (commerce) =>
      mind.understander(
        { commerce, router: () => router, limits: { highValue: defaults.HIGH_VALUE_AMOUNT, handoffConfidence } },
        calibration,
      ),
    answers: createAnswerWriter(
      mind.knowledge,
      () => router,
      () => undefined,
    ),
  });
  return {
    embedder,
    classifier: mind.classifier,
    withRouter: (router) => brain(router, defaults.HANDOFF_CONFIDENCE),
    uncalibrated: (router) => brain(router, 0, createCalibration(null)),
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
  const brain = mind.uncalibrated(heard);
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
