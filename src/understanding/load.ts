import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Knowledge } from "../knowledge/index.ts";
import { loadKnowledge } from "../knowledge/index.ts";
import type { Calibration } from "../models/calibration.ts";
import { loadCalibration } from "../models/calibration.ts";
import type { Embedder } from "../models/types.ts";
import type { Store } from "../store/mongo.ts";
import { createDriftWatch } from "./drift.ts";
import type { Classifier } from "./examples.ts";
import { loadClassifier } from "./examples.ts";
import type { Understander, UnderstandingDeps } from "./index.ts";
import { createUnderstander } from "./index.ts";
import { createLooseNames } from "./loose-names.ts";
import { loadThesaurus } from "./thesaurus.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const data = join(root, "data");

export interface MindOptions {
  embedder: Embedder;
  /** Vectors of examples and articles are kept here; without them every text is embedded first. */
  cacheDir: string;
  /** Absolute, or from the root of the installation. */
  knowledgeDir: string;
  /** Where tenants' own knowledge is; without it there is only what all share. */
  store?: Store | undefined;
  /** Hears of a tenant's knowledge that couldn't be read; it is tried again. */
  onError?: (error: unknown) => void;
  /** Instead of the calibrated drift threshold (D8). */
  driftCosine?: number | undefined;
  onProgress?: ((message: string, done: number, total: number) => void) | undefined;
}

export interface Mind {
  embedder: Embedder;
  classifier: Classifier;
  knowledge: Knowledge;
  /** The texts that are kept to answer faster. */
  forget(): void;
  /** `calibration` instead of the fitted one; `limits` are the shop's. */
  understander(
    shop: Pick<UnderstandingDeps, "commerce" | "past" | "told" | "router" | "limits">,
    calibration?: Calibration,
  ): Understander;
}

/** Everything understanding rests on, loaded once a process: examples, articles, thesaurus, calibration. */
export async function loadMind({
  embedder,
  cacheDir,
  knowledgeDir,
  store,
  onError,
  driftCosine,
  onProgress,
}: MindOptions): Promise<Mind> {
  const progress = (message: string) => (done: number, total: number) => onProgress?.(message, done, total);
  const classifier = await loadClassifier(
    join(data, "examples"),
    embedder,
    cacheDir,
    progress("Embedding the example messages"),
  );
  const knowledge = await loadKnowledge({
    dir: resolve(root, knowledgeDir),
    embedder,
    mean: classifier.mean,
    cacheDir,
    store,
    ...(onError ? { onError } : {}),
    onProgress: progress("Embedding the knowledge articles"),
  });
  const thesaurus = await loadThesaurus(join(data, "thesaurus.json"));
  const fitted = await loadCalibration(join(data, "calibration.json"));
  const shared = {
    classifier,
    knowledge,
    thesaurus,
    loose: createLooseNames(embedder, classifier.mean),
    drift: createDriftWatch(embedder, classifier.mean, driftCosine ?? fitted.driftThreshold(embedder.id)),
  };
  return {
    embedder,
    classifier,
    knowledge,
    forget: () => thesaurus.forget(),
    understander: (shop, calibration = fitted) => createUnderstander({ ...shared, ...shop, calibration }),
  };
}
