/** M8: duplicates go, what means the same stays on one side, and the seed decides. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { loadFacts } from "../../src/evaluation/logs/facts.ts";
import { createAlikeIndex, jaccard, sketchOf } from "../../src/export/alike.ts";
import { createJudge } from "../../src/export/judge.ts";
import type { TrainingRecord } from "../../src/export/types.ts";
import { createCleanUp } from "../support/cleanup.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";
import { openShop, pair } from "./shop.ts";

const cleanUp = createCleanUp();
let corner: Corner;
beforeAll(async () => {
  corner = await openCorner();
});
afterAll(() => corner.close());

const record = (question: string, answer: string, group: string): TrainingRecord => ({
  ...{ id: group, locale: "en", source: "entry", intent: "question", licence: "", basis: "shop", reviewedBy: null },
  ...{ date: "2026-05-04", groups: [group], prompt: [{ role: "user", content: question }], answer },
});
const decide = (records: TrainingRecord[], { seed = 1, testShare = 0.5 } = {}) => {
  const judge = createJudge({ seed, testShare });
  for (const one of records) judge.see(one);
  return judge.decide();
};

describe("duplicates", () => {
  const kept = (...records: TrainingRecord[]): boolean[] => decide(records).map((side) => side !== null);
  const answer = "Returns are free within 7 days of delivery.";

  test("the same but for case, width, spaces and marks", () => {
    const twice = record("can I RETURN this ?", "Returns are free within ７ days of delivery", "b");
    expect(kept(record("Can I return this?", answer, "a"), twice)).toEqual([true, false]);
  });

  test("nearly the same", () => {
    const long = "You can return it for free within 7 days of delivery, with the label that is in the parcel.";
    const near = record(
      "How long can I return this lamp for, please?",
      "You can return it for free within 7 days of the delivery, with the label that is in the parcel.",
      "b",
    );
    expect(kept(record("How long can I return this lamp for please", long, "a"), near)).toEqual([true, false]);
  });

  test("another number, another answer or another wording is no duplicate", () => {
    const first = record("Can I return this?", answer, "a");
    expect(kept(first, record("Can I return this?", answer.replace("7", "14"), "b"))).toEqual([true, true]);
    const longer =
      "Yes, you can return it, with the label that is in the parcel, for free, in the box that it came in.";
    const no = longer.replace("you can", "you cannot");
    expect(kept(record("Can I return this?", longer, "a"), record("Can I return this?", no, "b"))).toEqual([
      true,
      true,
    ]);
    expect(kept(first, record("Can I return this?", "Ask in the shop.", "b"))).toEqual([true, true]);
    expect(kept(first, record("Is sending it back possible?", answer, "a"))).toEqual([true, true]);
  });
});

test("the index finds exactly what comparing all with all finds", async () => {
  const texts = (await loadFacts("zh")).flatMap(({ questions }) => questions).slice(0, 500);
  const sketches = texts.map(sketchOf);
  const index = createAlikeIndex(sketches, 0.2);
  let pairs = 0;
  for (const [at, sketch] of sketches.entries()) {
    const all = sketches.slice(0, at).flatMap((other, earlier) => (jaccard(sketch, other) >= 0.2 ? [earlier] : []));
    expect(index.add(at).map((found) => found.index)).toEqual(all);
    pairs += all.length;
  }
  expect(pairs).toBeGreaterThan(20);
});

test("a shop of 320 entries: no paraphrase, near question or answer is on both sides; the same seed gives the same files", async () => {
  const shop = openShop(corner, cleanUp);
  const entries = [];
  for (const locale of ["zh", "en"] as const)
    for (const { id, questions, answers } of await loadFacts(locale))
      entries.push(
        pair(`${locale}/${id}`, questions[0] ?? "", answers[0] ?? "", { locale, alternatives: questions.slice(1) }),
      );
  // A copy of an entry under another name, in almost the same words.
  const [first] = entries;
  if (first)
    entries.push({ ...first, id: `${first.id}-copy`, alternatives: first.alternatives.map((text) => `${text}啊`) });
  await shop.knowledge.putMany(shop.tenant, entries, "ann");
  const made = await shop.export({ format: "llama-factory", testShare: 0.2 });
  const { train, test: held, report } = made;
  const all = train.length + held.length;
  expect(all).toBeGreaterThan(2_000);
  expect(held.length / all).toBeGreaterThan(0.15);
  expect(held.length / all).toBeLessThan(0.21);
  expect(report.leftOut.duplicate).toBeGreaterThan(0);
  for (const locale of ["zh", "en"]) {
    const own = made.records.filter((line) => line.locale === locale);
    expect(own.filter(({ file }) => file === "test.jsonl").length / own.length).toBeGreaterThan(0.15);
  }

  const answersOf = (lines: typeof train) =>
    new Set(lines.map((line) => (line.conversations as Array<{ value: string }>).at(-1)?.value ?? ""));
  const onTest = answersOf(held);
  expect([...answersOf(train)].filter((answer) => onTest.has(answer))).toEqual([]);
  const questionsOf = (lines: typeof train) =>
    lines.map((line) => sketchOf((line.conversations as Array<{ value: string }>)[0]?.value ?? ""));
  const trained = questionsOf(train);
  const leaks = questionsOf(held).filter((question) => trained.some((other) => jaccard(question, other) >= 0.6));
  expect(leaks).toEqual([]);

  const again = await shop.export({ format: "llama-factory", testShare: 0.2 });
  expect(again.all).toBe(made.all);
  const other = await shop.export({ format: "llama-factory", testShare: 0.2, seed: 2 });
  expect(other.test).not.toEqual(held);
}, 120_000);

test("two entries with one answer are on one side, however their questions are worded", () => {
  // Hexadecimal noise: texts that are alike in nothing.
  const noise = (seed: string): string => createHash("sha256").update(seed).digest("hex");
  const answers = Array.from({ length: 20 }, (_, nth) => noise(`answer ${nth}`));
  const records = answers.flatMap((answer, nth) => [
    record(noise(`a question ${nth}`), answer, `a${nth}`),
    record(noise(`another question ${nth}`), answer, `b${nth}`),
  ]);
  const sides = decide(records);
  expect(new Set(sides)).toEqual(new Set(["train", "test"]));
  for (const nth of answers.keys()) expect(sides[nth * 2]).toBe(sides[nth * 2 + 1]);
});

test("a share of 0 tests with nothing, and an entry too large for the share is trained on", () => {
  const wordings = Array.from({ length: 9 }, (_, index) => record(`wording ${index} of one`, `answer ${index}`, "one"));
  expect(new Set(decide(wordings, { testShare: 0 }))).toEqual(new Set(["train"]));
  expect(new Set(decide(wordings, { testShare: 0.5 }))).toEqual(new Set(["train"]));
});
