/** The import rules (.ci/import-rules.ts) must be able to fail: each is shown deliberate violations, and what it allows. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { findViolations, readGraph } from "../.ci/imports.ts";

/** What the other modules point at. */
const targets = {
  "src/dialogue/slots.ts": "export const slots = 1; export type Slot = string;",
  "src/intents/return.ts": "export const intent = 1; export type Intent = string;",
  "src/intents/schemas.ts": 'import { z } from "zod"; export const schema = z.string();',
  "src/models/types.ts": "export const INTENTS = 1; export type Tier = string;",
  "src/models/router.ts": "export const route = 1; export type Route = string;",
  "src/activities/respond.ts": "export const respond = 1; export type Respond = string;",
  "src/workflows/session.ts": 'import { sleep } from "@temporalio/workflow"; export const session = sleep;',
  "src/api/app.ts": "export const app = 1; export type App = string;",
  "src/embedded/system.ts": "export const system = 1; export type System = string;",
  "web/src/main.tsx": "export const main = <p />;",
};

/** The intended arrows: value imports along them, and types of the neighbours. */
const allowed = {
  "src/dialogue/ok.ts": `import { slots } from "./slots.ts"; import type { Intent } from "../intents/return.ts";
    import type { Tier } from "../models/types.ts"; export const ok: Intent & Tier = String(slots);`,
  "src/workflows/ok.ts": `import { slots } from "../dialogue/slots.ts"; import { intent } from "../intents/return.ts";
    import { INTENTS } from "../models/types.ts"; import type { Respond } from "../activities/respond.ts";
    export const ok: Respond = String([slots, intent, INTENTS]);`,
  "src/activities/ok.ts": 'import { route } from "../models/router.ts"; export const ok = route;',
  "src/api/ok.ts": `import { session } from "../workflows/session.ts"; import type { Respond } from "../activities/respond.ts";
    import { INTENTS } from "../models/types.ts"; export const ok: Respond = String([session, INTENTS]);`,
  "src/cli/ok.ts": 'import { system } from "../embedded/system.ts"; export const ok = system;',
  "web/src/ok.tsx": 'import type { Tier } from "../../src/models/types.ts"; export const ok: Tier = "";',
};

/** Rule, the module that breaks it, what that module says. */
const violations: [rule: string, path: string, text: string][] = [
  ["dialogue-is-pure", "src/dialogue/a.ts", 'import { intent } from "../intents/return.ts"; export const a = intent;'],
  ["dialogue-is-pure", "src/dialogue/b.ts", 'import { env } from "node:process"; export const b = env;'],
  [
    "dialogue-types",
    "src/dialogue/c.ts",
    'import type { Route } from "../models/router.ts"; export const c: Route = "";',
  ],
  ["dialogue-is-pure", "src/dialogue/d.ts", 'export const d = await import("zod");'],
  ["dialogue-is-pure", "src/dialogue/e.ts", 'export { intent } from "../intents/return.ts";'],
  ["dialogue-is-pure", "src/dialogue/f.ts", 'export * from "../models/types.ts";'],
  // Stays an import at run time, of nothing: only `import type` goes away.
  [
    "dialogue-is-pure",
    "src/dialogue/g.ts",
    'import { type Intent } from "../intents/return.ts"; export type G = Intent;',
  ],
  ["dialogue-types", "src/dialogue/h.ts", 'export type H = import("../models/router.ts").Route;'],
  ["workflow-bundle", "src/workflows/a.ts", 'import { readFileSync } from "node:fs"; export const a = readFileSync;'],
  ["workflow-bundle", "src/workflows/b.ts", 'import { z } from "zod"; export const b = z;'],
  ["workflow-bundle", "src/workflows/c.ts", 'import { schema } from "../intents/schemas.ts"; export const c = schema;'],
  [
    "workflow-bundle",
    "src/workflows/d.ts",
    'import { respond } from "../activities/respond.ts"; export const d = respond;',
  ],
  [
    "workflow-types",
    "src/workflows/e.ts",
    'import type { Route } from "../models/router.ts"; export const e: Route = "";',
  ],
  [
    "api-not-activities",
    "src/api/a.ts",
    'import { respond } from "../activities/respond.ts"; export const a = respond;',
  ],
  ["api-not-models", "src/api/b.ts", 'import { route } from "../models/router.ts"; export const b = route;'],
  ["api-not-models", "src/api/c.ts", 'import type { Route } from "../models/router.ts"; export const c: Route = "";'],
  ["activities-not-api", "src/activities/a.ts", 'import { app } from "../api/app.ts"; export const a = app;'],
  ["activities-not-api", "src/activities/b.ts", 'import type { App } from "../api/app.ts"; export const b: App = "";'],
  ["leaves-stand-below", "src/memory/a.ts", 'import { app } from "../api/app.ts"; export const a = app;'],
  ["leaves-stand-below", "src/safety/a.ts", 'import type { App } from "../api/app.ts"; export const a: App = "";'],
  [
    "embedded-is-for-the-cli",
    "src/api/d.ts",
    'import { system } from "../embedded/system.ts"; export const d = system;',
  ],
  [
    "embedded-is-for-the-cli",
    "src/memory/b.ts",
    'import type { System } from "../embedded/system.ts"; export const b: System = "";',
  ],
  ["web-is-apart", "web/src/a.tsx", 'import { INTENTS } from "../../src/models/types.ts"; export const a = INTENTS;'],
  ["src-stands-alone", "src/api/e.ts", 'import { main } from "../../web/src/main.tsx"; export const e = main;'],
];

/** The violations among modules given as text, read from files as the real check does. */
function violationsOf(files: Record<string, string>): { rule: string; from: string; via: string[] }[] {
  const folder = mkdtempSync(join(tmpdir(), "colloquy-imports-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return findViolations(readGraph(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("import rules", () => {
  test("the intended arrows are allowed", () => {
    expect(violationsOf({ ...targets, ...allowed })).toEqual([]);
  });

  test.each(violations)("%s catches %s: %s", (rule, path, text) => {
    const found = violationsOf({ ...targets, ...allowed, [path]: text });
    expect(found).toContainEqual(expect.objectContaining({ rule, from: path }));
    expect(found.every((violation) => violation.from === path)).toBe(true);
  });

  test("what a workflow reaches through others is named with the way there", () => {
    const text = 'import { schema } from "../intents/schemas.ts"; export const x = schema;';
    expect(violationsOf({ ...targets, "src/workflows/x.ts": text })).toEqual([
      expect.objectContaining({ rule: "workflow-bundle", via: ["src/intents/schemas.ts"], target: "npm:zod" }),
    ]);
  });

  test("the repository keeps them", () => {
    expect(findViolations(readGraph(join(import.meta.dirname, "..")))).toEqual([]);
  });
});
