/**
 * Checks the import rules: `node .ci/imports.ts` prints every violation as `file → target: rule (why)` and exits 1.
 * It reads the syntax tree because no import linter that runs without TypeScript's JS API tells `import type` from
 * `import` (docs/decisions/0002).
 */
import { globSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, posix, sep } from "node:path";
import { parseSync } from "@swc/core";
import type { ImportRule } from "./import-rules.ts";
import { importRules } from "./import-rules.ts";

const SOURCES = ["*.ts", "{src,web,tests,bench}/**/*.{ts,tsx}"];
const EXCLUDED = ["web/dist/**", "**/node_modules/**"];

interface Import {
  /** A path from the root, `npm:<package>` or `node:<built-in>`. */
  target: string;
  /** Gone after type stripping. */
  typeOnly: boolean;
}
export type ImportGraph = Map<string, Import[]>;

export interface Violation {
  rule: string;
  from: string;
  target: string;
  why: string;
  /** From the module to the target, when it is reached through others. */
  via: string[];
}

/** The imports of all sources below a folder. */
export function readGraph(root: string): ImportGraph {
  const files = globSync(SOURCES, { cwd: root, exclude: EXCLUDED }).map((path) => path.split(sep).join("/"));
  return new Map(files.sort().map((path) => [path, readImports(path, readFileSync(join(root, path), "utf8"))]));
}

function readImports(path: string, source: string): Import[] {
  const found: Import[] = [];
  visit(parseSync(source, { syntax: "typescript", tsx: path.endsWith(".tsx"), target: "es2024" }), (node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return;
    const typeOnly = node.typeOnly === true || node.type === "TsImportType";
    found.push({ target: targetOf(path, specifier), typeOnly });
  });
  return found;
}

function visit(value: unknown, onNode: (node: Record<string, unknown>) => void): void {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) onNode(value as Record<string, unknown>);
  for (const child of Object.values(value)) visit(child, onNode);
}

/** What an import or re-export declaration, a dynamic import or an import type names, if the node is one. */
function specifierOf(node: Record<string, unknown>): string | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return literal(node.source);
    case "TsImportType":
      return literal(node.argument);
    case "CallExpression": {
      if ((node.callee as { type?: string }).type !== "Import") return undefined;
      return literal((node.arguments as { expression: unknown }[])[0]?.expression);
    }
    default:
      return undefined;
  }
}

function literal(node: unknown): string | undefined {
  const { type, value } = (node ?? {}) as { type?: string; value?: unknown };
  return type === "StringLiteral" && typeof value === "string" ? value : undefined;
}

function targetOf(path: string, specifier: string): string {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(path), specifier);
  if (isBuiltin(specifier)) return `node:${specifier.replace(/^node:/, "")}`;
  return `npm:${specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")}`;
}

/** Every way a graph breaks the rules. */
export function findViolations(graph: ImportGraph, rules: ImportRule[] = importRules): Violation[] {
  return rules.flatMap((rule) =>
    [...graph.keys()].filter((path) => rule.from.test(path)).flatMap((path) => check(graph, rule, path)),
  );
}

function check(graph: ImportGraph, rule: ImportRule, from: string): Violation[] {
  const paths = rule.reachable ? reach(graph, from, rule) : relevant(graph, from, rule).map((target) => [target]);
  return paths.flatMap((path) => {
    const target = path.at(-1) as string;
    return breaks(rule, target) ? [{ rule: rule.name, from, target, why: rule.why, via: path.slice(0, -1) }] : [];
  });
}

function relevant(graph: ImportGraph, path: string, rule: ImportRule): string[] {
  const imports = (graph.get(path) ?? []).filter((one) => rule.kind === "any" || !one.typeOnly);
  return [...new Set(imports.map((one) => one.target))];
}

/** The shortest path to everything reached; beyond a forbidden target it stops, one report is enough. */
function reach(graph: ImportGraph, from: string, rule: ImportRule): string[][] {
  const paths = new Map<string, string[]>([[from, []]]);
  for (const [path, steps] of paths) {
    if (path !== from && breaks(rule, path)) continue;
    for (const target of relevant(graph, path, rule)) {
      if (!paths.has(target)) paths.set(target, [...steps, target]);
    }
  }
  return [...paths.values()].filter((path) => path.length > 0);
}

function breaks({ only, never, except }: ImportRule, target: string): boolean {
  if (except?.test(target)) return false;
  return only === undefined ? (never?.test(target) ?? false) : !only.test(target);
}

if (import.meta.main) {
  const graph = readGraph(join(import.meta.dirname, ".."));
  const violations = findViolations(graph);
  for (const { from, target, via, rule, why } of violations) {
    console.error(`${[from, ...via, target].join(" → ")}: ${rule} (${why})`);
  }
  console.log(`import rules: ${graph.size} modules, ${violations.length} violations`);
  process.exitCode = violations.length > 0 || graph.size === 0 ? 1 : 0;
}
