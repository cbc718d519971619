/** The test runner itself: what the other tests rely on when they import the sources the way Node runs them. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { Runtime } from "@temporalio/worker";
import { INTENTS } from "../src/intents/catalog/index.ts";

describe("jest in ESM mode", () => {
  test("a test is a real ES module: import.meta.url and .ts imports work", () => {
    expect(fileURLToPath(import.meta.url)).toMatch(/toolchain\.test\.ts$/);
    expect(readFileSync(new URL("../package.json", import.meta.url), "utf8")).toContain('"colloquy"');
    expect(INTENTS).toContain("return");
  });

  test("the Temporal worker's native bridge loads", async () => {
    const runtime = Runtime.instance();
    expect(runtime).toBeInstanceOf(Runtime);
    await runtime.shutdown();
  });

  test("tests run on the Node that the package asks for", () => {
    expect(Number(process.versions.node.split(".")[0])).toBeGreaterThanOrEqual(24);
  });

  test("type stripping alone runs the sources, as `npm start` does", () => {
    const source = fileURLToPath(new URL("../src/intents/catalog/index.ts", import.meta.url));
    const out = execFileSync(process.execPath, [
      "-e",
      `import(${JSON.stringify(source)}).then((m) => console.log(m.INTENTS[0]))`,
    ]);
    expect(out.toString().trim()).toBe("return");
  });
});
