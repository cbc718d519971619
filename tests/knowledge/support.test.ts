/** P4: what a tier may say of the passages it was given, on the labelled set. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { claimsOf } from "../../src/knowledge/claims.ts";
import { readKnowledgeFiles } from "../../src/knowledge/files.ts";
import { passageOf, supports } from "../../src/knowledge/support.ts";

const data = join(import.meta.dirname, "..", "..", "data");
const caseSchema = z.strictObject({
  locale: z.enum(["zh", "en"]),
  entries: z.array(z.string()).min(1),
  text: z.string().min(1),
  supported: z.boolean(),
  kind: z.string(),
});

describe("the labelled set", () => {
  let cases: Array<z.infer<typeof caseSchema> & { found: boolean }>;
  beforeAll(async () => {
    const files = new Map((await readKnowledgeFiles(join(data, "knowledge"))).map(({ entry }) => [entry.id, entry]));
    const lines = (await readFile(join(data, "evaluation", "knowledge-support.jsonl"), "utf8")).trim().split("\n");
    cases = lines.map((line) => {
      const labelled = caseSchema.parse(JSON.parse(line));
      const passages = labelled.entries.map((id) => {
        const entry = files.get(id);
        if (!entry) throw new Error(`${labelled.text}: there is no entry ${id}`);
        return passageOf(entry);
      });
      return { ...labelled, found: supports(labelled.text, passages).supported };
    });
  });
  const share = (supported: boolean): number => {
    const same = cases.filter((one) => one.supported === supported);
    return same.filter(({ found }) => found === supported).length / same.length;
  };

  test("is large enough, in both languages", () => {
    for (const locale of ["zh", "en"])
      for (const supported of [true, false])
        expect(cases.filter((one) => one.locale === locale && one.supported === supported).length).toBeGreaterThan(20);
  });
  test("nine of ten supported answers are sent", () => expect(share(true)).toBeGreaterThanOrEqual(0.9));
  test("nine of ten unsupported ones are not", () => expect(share(false)).toBeGreaterThanOrEqual(0.9));
  test("no invented number is ever sent", () => {
    const invented = cases.filter(({ kind, supported }) => !supported && (kind === "number" || kind === "unit"));
    expect(invented.length).toBeGreaterThan(10);
    expect(invented.filter(({ found }) => found)).toEqual([]);
  });
});

test.each([
  ["七天内", "7 days"],
  ["一周内", "within 7 days"],
  ["十五个工作日", "15 working days"],
  ["半小时", "30 minutes"],
  ["12 个月", "one year"],
  ["1,000 元", "¥1000"],
  ["下午 21:00", "9 pm"],
  ["20%", "twenty percent"],
] as const)("%s = %s", (zh, en) => expect(claimsOf(zh)).toEqual(claimsOf(en)));

test.each([
  ["7 天", "7 working days"],
  ["10 元", "10%"],
  ["3 个月", "3 days"],
] as const)("%s ≠ %s", (zh, en) => expect(claimsOf(zh)).not.toEqual(claimsOf(en)));

test("words that only look like numbers claim nothing", () => {
  for (const text of ["一般来说", "一起退回", "one of them", "第一次", "no one"])
    expect([text, claimsOf(text)]).toEqual([text, []]);
});
