import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { download, reasonOf } from "./fetch.ts";
import { findPython, hasPip, pip } from "./python.ts";
import type { OnProgress, Progress } from "./types.ts";

const indexMediaType = "application/vnd.pypi.simple.v1+json";
const indexTimeoutMs = 15_000;

export interface WheelRequest {
  project: string;
  version: string;
  /** The wheel is put below it. */
  folder: string;
  part: Progress["part"];
  message: string;
  onProgress: OnProgress;
  /** A package index that speaks the JSON simple API (PEP 691); asked when there is no pip, which knows the user's own index. */
  indexUrl?: string | undefined;
  /** Take another platform's wheel when ours has none (its data and sources are the same). */
  anyPlatform?: boolean;
  signal?: AbortSignal;
}

/**
 * Fetches one wheel and returns its path: by pip with the user's configuration (mirrors, proxies), else from the package index itself, when one is configured.
 * @throws Error with both reasons.
 */
export async function fetchWheel(request: WheelRequest): Promise<string> {
  let pipReason = "no python3 with pip on PATH";
  try {
    const wheel = await downloadWithPip(request);
    if (wheel !== undefined) return wheel;
  } catch (error) {
    request.signal?.throwIfAborted();
    pipReason = reasonOf(error);
  }
  if (request.indexUrl === undefined)
    throw new Error(`${pipReason}; install Python 3 with pip, or set PYTHON_INDEX_URL to a package index`);
  try {
    return await downloadFromIndex(request, request.indexUrl);
  } catch (error) {
    throw new Error(`${reasonOf(error)} (and before that, pip: ${pipReason})`, { cause: error });
  }
}

async function downloadWithPip(request: WheelRequest): Promise<string | undefined> {
  const python = await findPython();
  if (python === undefined || !(await hasPip(python))) return undefined;
  const target = join(request.folder, "pip");
  await mkdir(target, { recursive: true });
  await pip(python, {
    args: [
      "download",
      "--no-deps",
      "--only-binary=:all:",
      "--no-cache-dir",
      "-d",
      target,
      `${request.project}==${request.version}`,
    ],
    scratch: join(request.folder, "pip-tmp"),
    part: request.part,
    message: request.message,
    source: `pip download ${request.project}==${request.version}`,
    onProgress: request.onProgress,
    ...(request.signal ? { signal: request.signal } : {}),
  });
  const wheel = (await readdir(target)).find((file) => file.endsWith(".whl"));
  return wheel && join(target, wheel);
}

interface IndexFile {
  filename: string;
  url: string;
  hashes: Record<string, string>;
  yanked?: boolean | string;
}

/**
 * Fetches a wheel from a package index that speaks the JSON simple API (PEP 691), checked against the index's sha256; returns its path.
 * @throws Error when the index doesn't answer or has no wheel for this platform.
 */
export async function downloadFromIndex(request: WheelRequest, indexUrl: string): Promise<string> {
  const url = new URL(`${request.project.toLowerCase().replaceAll(/[-_.]+/g, "-")}/`, indexUrl);
  const timeout = AbortSignal.timeout(indexTimeoutMs);
  const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout;
  const response = await fetch(url, { headers: { accept: indexMediaType }, signal });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const listing = (await response.json()) as { files?: IndexFile[] };
  const file = chooseWheel(listing.files ?? [], request, platformTags());
  const sha256 = file.hashes.sha256;
  if (sha256 === undefined) throw new Error(`the index gives no sha256 for ${file.filename}`);
  return download({
    url: new URL(file.url, response.url).href,
    dest: join(request.folder, "index", file.filename.replaceAll("/", "_")),
    sha256,
    part: request.part,
    message: request.message,
    onProgress: request.onProgress,
    ...(request.signal ? { signal: request.signal } : {}),
  });
}

/**
 * The file of the version whose platform tag matches best.
 * @throws Error naming the platform when there is none.
 */
export function chooseWheel(
  files: IndexFile[],
  request: Pick<WheelRequest, "project" | "version" | "anyPlatform">,
  tags: RegExp[],
): IndexFile {
  const prefix = `${request.project.toLowerCase().replaceAll(/[-_.]+/g, "_")}-${request.version}-`;
  const wheels = files.filter(
    (file) => file.filename.toLowerCase().startsWith(prefix) && file.filename.endsWith(".whl") && !file.yanked,
  );
  for (const tag of tags) {
    const match = wheels.find((file) => tag.test(file.filename));
    if (match !== undefined) return match;
  }
  const first = wheels[0];
  if (request.anyPlatform && first !== undefined) return first;
  throw new Error(`no wheel of version ${request.version} for ${process.platform} ${process.arch}`);
}

function platformTags(): RegExp[] {
  const any = /-any\.whl$/;
  const arm = process.arch === "arm64";
  if (process.platform === "darwin") return [arm ? /macosx_\w*arm64/ : /macosx_\w*x86_64/, /macosx_\w*universal2/, any];
  const machine = arm ? "aarch64" : "x86_64";
  return [new RegExp(`${isMusl() ? "musllinux" : "manylinux"}\\w*_${machine}`), any];
}

/** Alpine and its like: binaries built for glibc don't run there. */
function isMusl(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return process.platform === "linux" && report.header?.glibcVersionRuntime === undefined;
}
