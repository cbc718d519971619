import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isNativeError } from "node:util/types";
import type { OnProgress, Progress } from "./types.ts";

const maxTries = 3;
const retryPauseMs = 500;
const defaultConnectTimeoutMs = 15_000;
const defaultStallTimeoutMs = 30_000;
const progressEveryMs = 200;

export interface DownloadRequest {
  url: string;
  /** Appears under this name only when complete and checked. */
  dest: string;
  part: Progress["part"];
  message: string;
  onProgress: OnProgress;
  /** Hex; without it only the length is checked. */
  sha256?: string;
  /** Until the response headers arrive. Default 15 s. */
  connectTimeoutMs?: number;
  /** Longest silence in the body. Default 30 s. */
  stallTimeoutMs?: number;
  signal?: AbortSignal;
}

/** A download that won't get better by trying again: no connection, a refusal (4xx), a wrong checksum, an abort. */
class FinalError extends Error {}

/**
 * Downloads `url` to `dest` and returns `dest`. A cut connection is resumed where it broke (restarted when the server can't), 3 tries
 * in all; a host that can't be reached at all fails at once, so that the next source gets its turn.
 * Several processes may download the same `dest`: each writes a file of its own and the last rename wins.
 * @throws Error with the URL and the reason; no partial file stays behind.
 */
export async function download(request: DownloadRequest): Promise<string> {
  await mkdir(dirname(request.dest), { recursive: true });
  const temporary = `${request.dest}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  try {
    await fill(request, temporary);
    await rename(temporary, request.dest);
    return request.dest;
  } catch (error) {
    throw new Error(`download of ${request.url} failed: ${reasonOf(error)}`, { cause: error });
  } finally {
    await rm(temporary, { force: true });
  }
}

interface Partial {
  doneBytes: number;
  /** ETag or Last-Modified: a resumed answer must be of the same content. */
  validator?: string;
  totalBytes?: number;
  resumed: boolean;
}

async function fill(request: DownloadRequest, temporary: string): Promise<void> {
  const partial: Partial = { doneBytes: 0, resumed: false };
  let lastError: unknown;
  for (let attempt = 1; attempt <= maxTries; attempt++) {
    try {
      if (attempt > 1)
        await sleep(retryPauseMs * (attempt - 1), undefined, request.signal ? { signal: request.signal } : {});
      await fetchInto(request, temporary, partial);
      await assertChecksum(request, temporary, partial);
      return;
    } catch (error) {
      if (error instanceof FinalError || request.signal?.aborted) throw error;
      lastError = error;
    }
  }
  throw new Error(`${reasonOf(lastError)} (${maxTries} tries)`, { cause: lastError });
}

async function fetchInto(request: DownloadRequest, temporary: string, partial: Partial): Promise<void> {
  const watchdog = new Watchdog(request.connectTimeoutMs ?? defaultConnectTimeoutMs, request.signal);
  try {
    const response = await connect(request, partial, watchdog.signal);
    const resuming = response.status === 206;
    if (!resuming) Object.assign(partial, { doneBytes: 0, resumed: false });
    else partial.resumed = true;
    const validator = response.headers.get("etag") ?? response.headers.get("last-modified");
    if (validator !== null && !validator.startsWith("W/")) partial.validator = validator;
    else delete partial.validator;
    const lengthBytes = Number(response.headers.get("content-length") ?? Number.NaN);
    // A compressed transfer's length says nothing about the file's.
    if (Number.isFinite(lengthBytes) && !response.headers.has("content-encoding"))
      partial.totalBytes = partial.doneBytes + lengthBytes;
    else delete partial.totalBytes;
    await writeBody(request, temporary, partial, response, watchdog);
  } finally {
    watchdog.end();
  }
}

async function connect(request: DownloadRequest, partial: Partial, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (partial.doneBytes > 0 && partial.validator !== undefined) {
    headers.range = `bytes=${partial.doneBytes}-`;
    headers["if-range"] = partial.validator;
  }
  let response: Response;
  try {
    response = await fetch(request.url, { headers, signal });
  } catch (error) {
    if (partial.doneBytes > 0) throw error;
    throw new FinalError(reasonOf(signal.aborted ? signal.reason : error), { cause: error });
  }
  if (response.ok && response.body !== null) {
    if (response.status !== 206 || response.headers.get("content-range")?.startsWith(`bytes ${partial.doneBytes}-`))
      return response;
    partial.doneBytes = 0;
    throw new Error("the server answered with another range than the one asked for");
  }
  await response.body?.cancel();
  const message = `HTTP ${response.status}`;
  if (response.status >= 500 || response.status === 429) throw new Error(message);
  if (response.status === 416) {
    partial.doneBytes = 0;
    throw new Error(message);
  }
  throw new FinalError(message);
}

async function writeBody(
  request: DownloadRequest,
  temporary: string,
  partial: Partial,
  response: Response,
  watchdog: Watchdog,
): Promise<void> {
  const file = await open(temporary, partial.doneBytes > 0 ? "r+" : "w");
  const stallTimeoutMs = request.stallTimeoutMs ?? defaultStallTimeoutMs;
  let reportedAt = 0;
  const report = (): void => {
    const total = partial.totalBytes === undefined ? {} : { totalBytes: partial.totalBytes };
    request.onProgress({
      part: request.part,
      message: request.message,
      source: request.url,
      doneBytes: partial.doneBytes,
      ...total,
    });
  };
  try {
    await file.truncate(partial.doneBytes);
    if (response.body === null) throw new Error("empty answer");
    for await (const chunk of response.body) {
      watchdog.restart(stallTimeoutMs);
      await file.write(chunk, 0, chunk.length, partial.doneBytes);
      partial.doneBytes += chunk.length;
      if (Date.now() - reportedAt < progressEveryMs) continue;
      reportedAt = Date.now();
      report();
    }
    report();
  } finally {
    await file.close();
  }
  if (partial.totalBytes !== undefined && partial.doneBytes !== partial.totalBytes) {
    throw new Error(`the connection was cut at ${partial.doneBytes} of ${partial.totalBytes} bytes`);
  }
}

async function assertChecksum(request: DownloadRequest, temporary: string, partial: Partial): Promise<void> {
  if (request.sha256 === undefined) return;
  const actual = await sha256OfFile(temporary);
  if (actual === request.sha256) return;
  const message = `wrong checksum: expected sha256 ${request.sha256}, got ${actual}`;
  // Only a file pieced together from two answers can come out right the next time.
  if (!partial.resumed) throw new FinalError(message);
  Object.assign(partial, { doneBytes: 0, resumed: false });
  throw new Error(message);
}

/** Hex sha256 of a file's content, read in pieces. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** The innermost useful words of an error: Node's fetch hides "ENOTFOUND" in `cause`. */
export function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  if (error.message === "fetch failed" && error.cause !== undefined) return reasonOf(error.cause);
  return error.message || String((error as NodeJS.ErrnoException).code ?? error.name);
}

/** Aborts `signal` when nobody restarts it in time. */
class Watchdog {
  readonly #controller = new AbortController();
  readonly #unlink: () => void;
  #timer: NodeJS.Timeout;

  constructor(firstMs: number, outer: AbortSignal | undefined) {
    const onAbort = (): void => this.#controller.abort(new Error("stopped"));
    if (outer?.aborted) onAbort();
    outer?.addEventListener("abort", onAbort, { once: true });
    this.#unlink = () => outer?.removeEventListener("abort", onAbort);
    this.#timer = this.#arm(firstMs, "no answer");
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(timeoutMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = this.#arm(timeoutMs, "no data");
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#unlink();
  }

  #arm(timeoutMs: number, what: string): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(new Error(`${what} for ${timeoutMs / 1000} s`)), timeoutMs);
  }
}
