/**
 * The small model in a process of its own, started by fork() with the path of the weights: inside Jest's realm llama.cpp's
 * binding computes nonsense, in plain Node it doesn't.
 */
import { createSmallModelTier } from "../../src/models/local/small-model.ts";
import type { Prediction, PredictRequest, TierAnswer } from "../../src/models/types.ts";
import { ModelError } from "../../src/models/types.ts";

export interface SmallModelJob {
  id: number;
  request: PredictRequest;
  timeoutMs: number;
  abortAfterMs?: number;
}
export interface SmallModelResult {
  id: number;
  answer?: TierAnswer<Prediction>;
  failure?: { kind: string; retryAfterMs: number | undefined };
}

const tier = await createSmallModelTier({ modelPath: process.argv[2] ?? "" });

async function run({ id, request, timeoutMs, abortAfterMs }: SmallModelJob): Promise<SmallModelResult> {
  const controller = new AbortController();
  if (abortAfterMs !== undefined) setTimeout(() => controller.abort(new Error("aborted by the test")), abortAfterMs);
  try {
    return { id, answer: await tier.predict(request, { signal: controller.signal, timeoutMs }) };
  } catch (error) {
    if (error instanceof ModelError) return { id, failure: { kind: error.kind, retryAfterMs: error.retryAfterMs } };
    return { id, failure: { kind: String(error), retryAfterMs: undefined } };
  }
}

process.on("message", (job: SmallModelJob) => void run(job).then((result) => process.send?.(result)));
process.on("disconnect", () => void tier.dispose().then(() => process.exit(0)));
process.send?.("ready");
