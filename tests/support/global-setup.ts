import { mkdtemp, rm } from "node:fs/promises";
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
  const cacheDir = process.env.CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "colloquy");
  const onProgress = () => undefined;
  // Before any server: when one of these fails, nothing is left running.
  const [embedder] = await Promise.all([
    ensureEmbedder({ cacheDir, onProgress }),
    // Made once here, not by every test file that starts a worker.
    workflowBundle(cacheDir),
    buildPages(onProgress),
  ]);
  const dataDir = await mkdtemp(join(tmpdir(), "colloquy-tests-"));
  const options = { dataDir, cacheDir, configured: {}, onProgress, timeSkipping: true, headless: true };
  const embedded = await startEmbedded(options).catch(async (error: unknown) => {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  });
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
