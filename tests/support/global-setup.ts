import { mkdtemp } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { buildPages } from "../../src/cli/pages.ts";
import { startEmbedded } from "../../src/embedded/start.ts";
import { ensureEmbedder } from "../../src/embedded/weights.ts";
import { workflowBundle } from "../../src/worker/bundle.ts";
import type { TestServers } from "./servers.ts";
import { keepForTeardown, SERVERS_VARIABLE } from "./servers.ts";

/** Once a run: real Temporal, MongoDB and S3 servers for every test file, in a folder of their own. */
export default async function globalSetup(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "colloquy-tests-"));
  const cacheDir = process.env.CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "colloquy");
  const options = { dataDir, cacheDir, configured: {}, onProgress: () => undefined };
  const [embedded, embedder] = await Promise.all([
    startEmbedded({ ...options, timeSkipping: true, headless: true }),
    ensureEmbedder({ cacheDir, onProgress: () => undefined }),
    // Made once here, not by every test file that starts a worker.
    workflowBundle(cacheDir),
    buildPages(() => undefined),
  ]);
  const servers: TestServers = {
    dataDir,
    cacheDir,
    temporalAddress: embedded.temporal.address,
    mongodbUri: embedded.mongodb.uri,
    s3: {
      endpoint: embedded.s3.endpoint,
      accessKeyId: embedded.s3.accessKeyId,
      secretAccessKey: embedded.s3.secretAccessKey,
    },
    embedder,
  };
  // Jest's workers are started after this and inherit it.
  process.env[SERVERS_VARIABLE] = JSON.stringify(servers);
  keepForTeardown(embedded);
}
