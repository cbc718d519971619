/**
 * What `npm test` runs: jest in ESM mode, with every argument passed through. The last line printed is always
 * `N passed, N failed, N skipped`, and the exit code is jest's, so that a CI can read both.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium, NO_CHROMIUM } from "./support/chromium.ts";
import { findRedisServer, NO_REDIS } from "./support/redis-server.ts";

/** The parts of jest's --json output that are read here. */
interface JestResults {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  /** Suites that could not even be loaded: their tests were never counted. */
  numRuntimeErrorTestSuites: number;
}

function runJest(args: string[], resultsFile: string): Promise<number> {
  const jest = createRequire(import.meta.url).resolve("jest/bin/jest");
  const nodeOptions = [process.env.NODE_OPTIONS, "--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [jest, ...args, "--json", `--outputFile=${resultsFile}`], {
    // With --json jest's report goes to stderr and its JSON to stdout as well as to the file: the copy is dropped.
    stdio: ["inherit", "ignore", "inherit"],
    // The embedder spins on its barriers with more threads; the small model has tests of its own.
    env: {
      ...process.env,
      OMP_NUM_THREADS: "1",
      SMALL_MODEL: "false",
      NODE_OPTIONS: nodeOptions.filter(Boolean).join(" "),
    },
  });
  // Ctrl-C reaches jest through the terminal; this process only has to outlive it.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

/** One line, or an explanation why there is none to give. */
function summary(resultsFile: string): string {
  if (!existsSync(resultsFile)) return "0 passed, 1 failed, 0 skipped";
  const results = JSON.parse(readFileSync(resultsFile, "utf8")) as JestResults;
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  return `${results.numPassedTests} passed, ${failed} failed, ${results.numPendingTests + results.numTodoTests} skipped`;
}

if (findChromium() === undefined) console.log(`The browser journeys are skipped: ${NO_CHROMIUM}.`);
if (findRedisServer() === undefined) console.log(`The tests of what Redis shares are skipped: ${NO_REDIS}.`);
const scratch = mkdtempSync(join(tmpdir(), "colloquy-jest-"));
try {
  const resultsFile = join(scratch, "results.json");
  process.exitCode = await runJest(process.argv.slice(2), resultsFile);
  console.log(summary(resultsFile));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
