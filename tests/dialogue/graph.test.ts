import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { exploreEdges, toMermaid } from "../../src/dialogue/graph.ts";
import { EDGES } from "../../src/dialogue/transition.ts";

const docs = join(import.meta.dirname, "..", "..", "docs", "dialogue-machine.md");
const drawn = /<!-- graph:start -->\n+```mermaid\n([\s\S]*?)\n```\n+<!-- graph:end -->/;

describe("the graph of the machine (D1)", () => {
  const walked = exploreEdges();

  test.each(Object.entries(EDGES))("every edge from %s is taken by some event, and no other", (from, targets) => {
    const taken = walked.filter((edge) => edge.from === from).map((edge) => edge.to);
    expect(taken.sort()).toEqual([...targets].sort());
  });

  test("every edge says what causes it", () => {
    for (const { causes } of walked) expect(causes).not.toEqual([]);
  });

  test("an execution can only be reached through CONFIRM", () => {
    const done = walked.filter(({ causes }) => causes.includes("executed"));
    expect(done.map(({ from, to }) => [from, to])).toEqual([["CONFIRM", "INIT"]]);
  });

  test("docs/dialogue-machine.md shows it as the code has it", () => {
    const shown = drawn.exec(readFileSync(docs, "utf8"))?.[1];
    // Stale? Put what is expected here, toMermaid() of src/dialogue/graph.ts, between the marks of that page.
    expect(shown).toBe(toMermaid());
  });
});
