import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { endLeftovers } from "./child.ts";
import { reasonOf } from "./fetch.ts";
import { removeInstance } from "./instance.ts";
import { lockDataDir } from "./lock.ts";
import { startMongodb } from "./mongodb.ts";
import { startS3 } from "./s3.ts";
import { startTemporal } from "./temporal.ts";
import type { Embedded, EmbeddedOptions, EmbeddedServer } from "./types.ts";

/**
 * Starts Temporal, MongoDB and S3 on free ports of 127.0.0.1, or takes the configured ones, and resolves when all three answer.
 * Locks `dataDir` until `stop()`. What a crashed start left running on it is ended first.
 * @throws Error, one for everything that went wrong: what was tried, what to set, last log lines. Nothing is left running then.
 *   The signal's reason when aborted.
 */
export async function startEmbedded(given: EmbeddedOptions): Promise<Embedded> {
  const options = { ...given, dataDir: resolve(given.dataDir), cacheDir: resolve(given.cacheDir) };
  assertPlatform(options);
  await mkdir(options.cacheDir, { recursive: true });
  const lock = await lockDataDir(options.dataDir);
  try {
    await removeInstance(options.dataDir);
    await endLeftovers(options.dataDir);
    const [temporal, mongodb, s3] = await allOrNone(startTemporal(options), startMongodb(options), startS3(options));
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      stopped ??= stopAll([s3, mongodb, temporal]).finally(lock.release);
      return stopped;
    };
    return { temporal, mongodb, s3, stop };
  } catch (error) {
    await lock.release();
    // Whoever aborted needs no list of what then failed.
    given.signal?.throwIfAborted();
    throw error;
  }
}

/** Waits for every one, so that a single error tells all there is to fix; on an error, stops those that did start. */
async function allOrNone<A extends EmbeddedServer, B extends EmbeddedServer, C extends EmbeddedServer>(
  ...starts: [Promise<A>, Promise<B>, Promise<C>]
): Promise<[A, B, C]> {
  const outcomes = await Promise.allSettled(starts);
  const failures = outcomes.filter((outcome) => outcome.status === "rejected");
  if (failures.length === 0) return Promise.all(starts);
  await stopAll(outcomes.filter((outcome) => outcome.status === "fulfilled").map((outcome) => outcome.value));
  throw new Error(failures.map((outcome) => reasonOf(outcome.reason)).join("\n\n"), { cause: failures[0]?.reason });
}

async function stopAll(servers: EmbeddedServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}

function assertPlatform({ configured }: EmbeddedOptions): void {
  const allConfigured = configured.temporalAddress && configured.mongodbUri && configured.s3Endpoint;
  if (process.platform !== "win32" || allConfigured) return;
  throw new Error(
    "The embedded servers run on Linux and macOS. On Windows use WSL, or set TEMPORAL_ADDRESS, MONGODB_URI and S3_ENDPOINT.",
  );
}
