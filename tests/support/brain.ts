/** The in-process tier as a worker has it, on the test run's servers. */
import type { Brain } from "../../src/evaluation/brain.ts";
import { loadMind } from "../../src/evaluation/brain.ts";
import type { Router } from "../../src/models/router.ts";
import { testServers } from "./servers.ts";

/** Without the cached vectors every example and article is embedded first. */
export const BRAIN_LOAD_TIMEOUT_MS = 300_000;

/** `router` stands for the models beyond it; none by default. */
export async function loadBrain(router: Router | null = null): Promise<Brain> {
  const { embedder, cacheDir } = testServers();
  return (await loadMind({ embedderFiles: embedder, cacheDir })).withRouter(router);
}
