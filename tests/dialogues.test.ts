/**
 * Whole conversations on the in-process tier alone (M1): no model, no Temporal. An action nobody asked for is never
 * accepted; of the rest a few may fail, because examples and patterns are improved on other texts than these.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Brain } from "../src/evaluation/brain.ts";
import type { Verdict } from "../src/evaluation/driver.ts";
import { play } from "../src/evaluation/driver.ts";
import type { ShopFile } from "../src/evaluation/memory-shop.ts";
import type { TestDialogue } from "../src/evaluation/verdict.ts";
import { BRAIN_LOAD_TIMEOUT_MS, loadBrain } from "./support/brain.ts";

const RUN_TIMEOUT_MS = 180_000;

/**
 * Dialogues that may fail, and that may end in a change nobody asked for, in each language of each set: two more than
 * failed when this was written. The later sets were written blind, and are harder.
 */
const SETS = [
  { set: "", failuresMax: 1, wrongMax: 0 },
  { set: "second", failuresMax: 4, wrongMax: 2 },
  { set: "third", failuresMax: 4, wrongMax: 2 },
  { set: "fourth", failuresMax: 6, wrongMax: 4 },
  { set: "fifth", failuresMax: 7, wrongMax: 3 },
] as const;

const folder = join(import.meta.dirname, "dialogues");
let brain: Brain;

beforeAll(async () => {
  brain = await loadBrain();
}, BRAIN_LOAD_TIMEOUT_MS);

type Locale = TestDialogue["locale"];

function written(set: string, locale: Locale): { shop: ShopFile; dialogues: TestDialogue[] } {
  const lines = readFileSync(join(folder, set, `${locale}.jsonl`), "utf8")
    .trim()
    .split("\n");
  return {
    shop: JSON.parse(readFileSync(join(folder, set, `shop-${locale}.json`), "utf8")) as ShopFile,
    dialogues: lines.map((line) => JSON.parse(line) as TestDialogue),
  };
}

async function playAll(set: string, locale: Locale): Promise<Verdict[]> {
  const { shop, dialogues } = written(set, locale);
  const verdicts: Verdict[] = [];
  for (const dialogue of dialogues) verdicts.push(await play(dialogue, shop, brain, new Date()));
  return verdicts;
}

const cases = SETS.flatMap((entry) => (["zh", "en"] as const).map((locale) => ({ ...entry, locale })));

describe.each(cases)("test dialogues $set $locale", ({ set, locale, failuresMax, wrongMax }) => {
  let verdicts: Verdict[];
  const failed = (): Verdict[] => verdicts.filter(({ right }) => !right);

  beforeAll(async () => {
    const startedMs = performance.now();
    verdicts = await playAll(set, locale);
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    const wrong = verdicts.filter(({ wrongAction }) => wrongAction).length;
    process.stderr.write(
      `dialogues ${set || "first"} ${locale}: ${verdicts.length - failed().length} of ${verdicts.length} right, ${wrong} with a wrong action, ${seconds} s\n`,
    );
    for (const { transcript } of failed()) process.stderr.write(`${transcript}\n`);
  }, RUN_TIMEOUT_MS);

  test(`at most ${wrongMax} end with a change that was not asked for`, () => {
    const wrong = verdicts.filter(({ wrongAction }) => wrongAction).map(({ id }) => id);
    expect(wrong.slice(wrongMax)).toEqual([]);
  });

  test(`at most ${failuresMax} do not get what the customer wanted`, () => {
    expect(verdicts.length).toBeGreaterThanOrEqual(50);
    expect(
      failed()
        .map(({ id }) => id)
        .slice(failuresMax),
    ).toEqual([]);
  });
});

describe("the judge says no", () => {
  const { shop, dialogues } = written("", "zh");
  const [first] = dialogues;
  if (!first) throw new Error("no dialogues");
  const judged = (rest: Partial<TestDialogue["expect"]>): Promise<Verdict> =>
    play({ ...first, expect: { ...first.expect, ...rest } }, shop, brain, new Date());
  const [wanted] = first.expect.requests;
  if (!wanted) throw new Error("the first dialogue changes nothing");

  test.each<[string, Partial<TestDialogue["expect"]>, boolean]>([
    ["to a change that nobody asked for", { requests: [] }, true],
    ["to a change of another kind", { requests: [{ ...wanted, kind: "exchange" }] }, true],
    ["to another number of pieces", { requests: [{ ...wanted, quantities: { [wanted.products[0] ?? ""]: 7 } }] }, true],
    ["to a variant that was not asked for", { requests: [{ ...wanted, exchangeFor: { 颜色: "紫色" } }] }, true],
    ["to a change that was not made", { requests: [wanted, { ...wanted, order: "DD88340" }] }, false],
    ["to a handoff that did not happen", { handoff: true }, false],
    ["to an answer that was not given", { answered: "no such words" }, false],
  ])("%s", async (_, rest, wrongAction) => {
    expect(await judged(rest)).toMatchObject({ right: false, wrongAction });
  });
});
