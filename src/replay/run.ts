import { fileURLToPath } from "node:url";
import type { History } from "@temporalio/common/lib/proto-utils.js";
import type { InjectedSinks } from "@temporalio/worker";
import { Worker } from "@temporalio/worker";
import { failureConverterPath } from "../safety/codec/data-converter.ts";
import { workflowBundle } from "../worker/bundle.ts";
import type { ObserverSinks } from "./observer.ts";
import type { Execution, Observation } from "./types.ts";

const observerPath = fileURLToPath(new URL("./observer.ts", import.meta.url));

export interface ReplayOptions {
  /** Where bundles are kept. */
  cacheDir: string;
}

/** What the code did, and the error that stopped it where the history says otherwise. */
export interface Replayed {
  observations: Observation[];
  error: Error | null;
}

/**
 * Replays one decrypted run on today's code (beyond-list 8). A history that diverges is an outcome, not an exception.
 * @throws Error when the workflow code can't be bundled
 */
export async function replay(execution: Execution, { cacheDir }: ReplayOptions): Promise<Replayed> {
  const observations: Observation[] = [];
  const sinks: InjectedSinks<ObserverSinks> = {
    replay: { observed: { callDuringReplay: true, fn: (_info, observation) => void observations.push(observation) } },
  };
  const bundle = await workflowBundle(cacheDir, [observerPath]);
  // The encoder takes numbers for int64; its types ask for Long.
  const history = { events: execution.events } as unknown as History;
  try {
    await Worker.runReplayHistory(
      { workflowBundle: bundle, sinks, dataConverter: { failureConverterPath } },
      history,
      execution.workflowId,
    );
    return { observations, error: null };
  } catch (error) {
    return { observations, error: error instanceof Error ? error : new Error(String(error)) };
  }
}
