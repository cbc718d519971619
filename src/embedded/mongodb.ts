import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { exists, installOnce } from "./cache.ts";
import { startServer } from "./child.ts";
import { runIfThere } from "./command.ts";
import { reasonOf } from "./fetch.ts";
import { installMongod, mongodVersion } from "./mongod-download.ts";
import { freePort } from "./ports.ts";
import type { Python } from "./python.ts";
import { findPython, hasPip, pip } from "./python.ts";
import type { Source } from "./sources.ts";
import { firstOf } from "./sources.ts";
import type { Embedded, EmbeddedOptions } from "./types.ts";

const secantusVersion = "0.7.0b3";
/** Without it the last writes it has acknowledged wait in its own memory, and kill -9 loses them. */
const secantusDurable = ["--sync-on-commit"];
const versionTimeoutMs = 15_000;
const pingTimeoutMs = 2_000;
const configuredTimeoutMs = 5_000;
const advice = "Set MONGODB_URI to a server that runs, put `mongod` on PATH, or install Python 3 with pip.";

/** mongod and SecantusDB can't read each other's files: a data folder stays with the one that wrote it. */
type Engine = "mongod" | "secantusdb";

interface Program {
  engine: Engine;
  command: string;
  /** Before the engine's own arguments. */
  firstArgs: string[];
}

/** The configured MongoDB once it answers, or a server of our own with its data in `dataDir/mongo/ENGINE`. */
export async function startMongodb(options: EmbeddedOptions): Promise<Embedded["mongodb"]> {
  const uri = options.configured.mongodbUri;
  if (uri !== undefined) {
    await ping(uri, configuredTimeoutMs).catch((error: unknown) => {
      throw new Error(`MongoDB (MONGODB_URI) doesn't answer: ${reasonOf(error)}`, { cause: error });
    });
    return { uri, stop: async () => {} };
  }
  const program = await firstOf("MongoDB", await programSources(options), advice, options.signal);
  const storage = join(options.dataDir, "mongo", program.engine);
  await mkdir(storage, { recursive: true });
  options.onProgress({ part: "mongodb", message: `MongoDB (${program.engine}): starting`, source: program.command });
  const { plan, ...server } = await startServer(async () => {
    const port = await freePort();
    const ourUri = `mongodb://127.0.0.1:${port}/?directConnection=true`;
    const spec = {
      name: "mongodb",
      command: program.command,
      args: serverArgs(program, port, storage),
      dataDir: options.dataDir,
      marker: storage,
    };
    return { spec, probe: () => ping(ourUri, pingTimeoutMs), uri: ourUri };
  }, options.signal);
  return { ...server, uri: plan.uri };
}

function serverArgs(program: Program, port: number, storage: string): string[] {
  const own =
    program.engine === "mongod"
      ? ["--bind_ip", "127.0.0.1", "--nounixsocket", "--quiet", "--port", String(port), "--dbpath", storage]
      : ["--host", "127.0.0.1", "--port", String(port), "--storage-path", storage, ...secantusDurable];
  return [...program.firstArgs, ...own];
}

async function ping(uri: string, timeoutMs: number): Promise<void> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: timeoutMs });
  try {
    await client.db("admin").command({ ping: 1 });
  } finally {
    await client.close();
  }
}

async function programSources(options: EmbeddedOptions): Promise<Source<Program>[]> {
  const sources: (Source<Program> & { engine: Engine })[] = [
    { engine: "mongod", what: "`mongod` on PATH", get: mongodOnPath },
    {
      engine: "mongod",
      what: `mongod ${mongodVersion}, cached or downloaded`,
      get: async () => mongod(await installMongod(options)),
    },
    { engine: "secantusdb", what: `Python package SecantusDB ${secantusVersion}`, get: () => secantus(options) },
  ];
  const written = (["mongod", "secantusdb"] as const).map(async (engine) => {
    const files = await readdir(join(options.dataDir, "mongo", engine)).catch(() => []);
    return files.length > 0 ? engine : undefined;
  });
  const [first, second] = await Promise.all(written);
  const owner = first ?? second;
  if (owner === undefined) return secantusCachedFirst(options, sources);
  return sources.filter((source) => source.engine === owner);
}

/** A copy that was set up without the official download starts its next data folder at once instead of trying the download again. */
async function secantusCachedFirst(options: EmbeddedOptions, sources: Source<Program>[]): Promise<Source<Program>[]> {
  const cached: Source<Program> = {
    what: "SecantusDB in the cache",
    get: async () => {
      const python = await findPython();
      if (python === undefined || !(await exists(secantusFolder(options, python)))) return undefined;
      return secantusProgram(options, python);
    },
  };
  return [...sources.slice(0, 1), cached, ...sources.slice(1)];
}

function mongod(command: string): Program {
  return { engine: "mongod", command, firstArgs: [] };
}

async function mongodOnPath(): Promise<Program | undefined> {
  return (await runIfThere("mongod", ["--version"], { timeoutMs: versionTimeoutMs })) && mongod("mongod");
}

// The package's own script names the interpreter it was installed with and needs PYTHONPATH; this needs neither.
const secantusMain = "import sys; sys.path.insert(0, sys.argv.pop(1)); from secantus.cli import main; sys.exit(main())";

function secantusFolder(options: EmbeddedOptions, python: Python): string {
  return join(options.cacheDir, `secantusdb-${secantusVersion}-${python.tag}`);
}

function secantusProgram(options: EmbeddedOptions, python: Python): Program {
  return {
    engine: "secantusdb",
    command: python.executable,
    firstArgs: ["-c", secantusMain, secantusFolder(options, python)],
  };
}

async function secantus(options: EmbeddedOptions): Promise<Program> {
  const python = await findPython();
  if (python === undefined) throw new Error("needs python3 on PATH");
  await installOnce(secantusFolder(options, python), async (folder) => {
    if (!(await hasPip(python))) throw new Error(`${python.executable} has no pip`);
    await pip(python, {
      args: [
        "install",
        "--target",
        folder,
        "--no-warn-script-location",
        "--only-binary=:all:",
        `SecantusDB==${secantusVersion}`,
      ],
      scratch: `${folder}.scratch`,
      part: "mongodb",
      message: "MongoDB: fetching SecantusDB",
      source: `pip install SecantusDB==${secantusVersion}`,
      onProgress: options.onProgress,
      ...(options.signal ? { signal: options.signal } : {}),
    });
  });
  return secantusProgram(options, python);
}
