import { rm } from "node:fs/promises";
import { join } from "node:path";
import { unpackTar } from "./archive.ts";
import { installOnce } from "./cache.ts";
import { run } from "./command.ts";
import { download } from "./fetch.ts";
import type { EmbeddedOptions } from "./types.ts";

export const mongodVersion = "8.0.17";
const officialUrl = "https://fastdl.mongodb.org";
const connectTimeoutMs = 5_000;
const versionTimeoutMs = 15_000;

/**
 * The path of a cached or freshly downloaded mongod that runs on this machine.
 * @throws Error when the download isn't reached, its checksum is wrong, or the program doesn't run here (its C library or OpenSSL is missing).
 */
export async function installMongod(options: EmbeddedOptions): Promise<string> {
  const target = join(options.cacheDir, `mongod-${mongodVersion}`);
  await installOnce(target, async (folder) => {
    const url = `${officialUrl}/${archiveName()}`;
    const signal = options.signal ? { signal: options.signal } : {};
    const sha256 = await publishedSha256(`${url}.sha256`, options.signal);
    const archive = join(folder, "mongod.tgz");
    const message = "MongoDB: fetching mongod";
    await download({
      url,
      dest: archive,
      sha256,
      part: "mongodb",
      message,
      onProgress: options.onProgress,
      connectTimeoutMs,
      ...signal,
    });
    await unpackTar(archive, folder, 1);
    await rm(archive);
    await run(join(folder, "bin", "mongod"), ["--version"], { timeoutMs: versionTimeoutMs });
  });
  return join(target, "bin", "mongod");
}

async function publishedSha256(url: string, outer: AbortSignal | undefined): Promise<string> {
  const timeout = AbortSignal.timeout(connectTimeoutMs);
  const response = await fetch(url, { signal: outer ? AbortSignal.any([timeout, outer]) : timeout });
  const sha256 = /^[0-9a-f]{64}/.exec(await response.text())?.[0];
  if (!response.ok || sha256 === undefined) throw new Error(`no checksum at ${url} (HTTP ${response.status})`);
  return sha256;
}

/** Linux: the build for Ubuntu 22.04 needs only glibc 2.35 and OpenSSL 3, which newer distributions have too. */
function archiveName(): string {
  const arm = process.arch === "arm64";
  if (process.platform === "darwin") return `osx/mongodb-macos-${arm ? "arm64" : "x86_64"}-${mongodVersion}.tgz`;
  return `linux/mongodb-linux-${arm ? "aarch64" : "x86_64"}-ubuntu2204-${mongodVersion}.tgz`;
}
