import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { startServer } from "./child.ts";
import { reasonOf } from "./fetch.ts";
import { freePort } from "./ports.ts";
import { assertAccepts } from "./probe.ts";
import type { Embedded, EmbeddedOptions } from "./types.ts";

export const bucketName = "colloquy";
/** What s3rver accepts; it listens on 127.0.0.1 only. */
export const embeddedCredentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
const region = "us-east-1";
const YOUNG_GENERATION_MB = 64;

/** The configured S3 once it answers, or s3rver with its objects in `dataDir/s3`; either way with the bucket "colloquy". */
export async function startS3(options: EmbeddedOptions): Promise<Embedded["s3"]> {
  const { s3Endpoint, s3AccessKeyId, s3SecretAccessKey } = options.configured;
  if (s3Endpoint !== undefined) {
    if (s3AccessKeyId === undefined || s3SecretAccessKey === undefined)
      throw new Error("S3 (S3_ENDPOINT) needs S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY");
    const access = { endpoint: s3Endpoint, accessKeyId: s3AccessKeyId, secretAccessKey: s3SecretAccessKey };
    await ensureBucket(access).catch((error: unknown) => {
      throw new Error(`S3 at ${s3Endpoint} (S3_ENDPOINT) doesn't give the bucket "${bucketName}": ${reasonOf(error)}`, {
        cause: error,
      });
    });
    return { ...access, stop: async () => {} };
  }
  const directory = join(options.dataDir, "s3");
  await mkdir(directory, { recursive: true });
  options.onProgress({ part: "s3", message: "S3 (s3rver): starting" });
  const main = fileURLToPath(new URL("s3-main.ts", import.meta.url));
  const { plan, ...server } = await startServer(async () => {
    const port = await freePort();
    const access = { endpoint: `http://127.0.0.1:${port}`, ...embeddedCredentials };
    const spec = {
      name: "s3",
      command: process.execPath,
      // Objects pass through as short-lived buffers: collected less often, a recall takes 5.2 ms instead of 6.6 (median, T3).
      args: [`--max-semi-space-size=${YOUNG_GENERATION_MB}`, main, String(port), directory],
      dataDir: options.dataDir,
      marker: directory,
    };
    const probe = async (): Promise<void> => {
      // The S3 client would repeat a refused connection at its own slow pace.
      await assertAccepts(`127.0.0.1:${port}`);
      await ensureBucket(access);
    };
    return { spec, probe, access };
  }, options.signal);
  return { ...server, ...plan.access };
}

async function ensureBucket(access: { endpoint: string; accessKeyId: string; secretAccessKey: string }): Promise<void> {
  const { endpoint, ...credentials } = access;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucketName })).catch(async (error: unknown) => {
      if (!(error instanceof Error) || error.name !== "NotFound") throw error;
      await client.send(new CreateBucketCommand({ Bucket: bucketName }));
    });
  } finally {
    client.destroy();
  }
}
