/** Jest in native ESM mode: run through `npm test`, which sets --experimental-vm-modules (docs/decisions/0003). */
import { existsSync } from "node:fs";

// Shared servers for the whole run; the files export `default async () => {}`.
const setup = "<rootDir>/tests/support/global-setup.ts";
const teardown = "<rootDir>/tests/support/global-teardown.ts";
const present = (path) => existsSync(path.replace("<rootDir>", import.meta.dirname));

/** @type {import("jest").Config} */
export default {
  rootDir: import.meta.dirname,
  testEnvironment: "node",
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  // A built page, data folders and caches hold package.json files of their own: jest-haste-map must not see them.
  modulePathIgnorePatterns: ["<rootDir>/web/dist/", "<rootDir>/\\.colloquy"],
  extensionsToTreatAsEsm: [".ts", ".tsx"],
  moduleFileExtensions: ["js", "mjs", "cjs", "ts", "tsx", "json", "node"],
  transform: {
    "^.+\\.tsx?$": [
      "@swc/jest",
      {
        jsc: {
          target: "es2024",
          parser: { syntax: "typescript", tsx: false },
          transform: { verbatimModuleSyntax: true },
        },
        module: { type: "es6" },
        sourceMaps: "inline",
      },
    ],
  },
  transformIgnorePatterns: ["/node_modules/"],
  testTimeout: 60_000,
  // Two cores, and real servers beside: more workers only make time-outs flaky.
  maxWorkers: 2,
  watchman: false,
  ...(present(setup) ? { globalSetup: setup } : {}),
  ...(present(teardown) ? { globalTeardown: teardown } : {}),
};
