/** What `npm run bench -- cache` stands on: the day's file, the rule for equal questions, the page it writes to. */
import { describe, expect, test } from "@jest/globals";
import { keepSections, withSection } from "../bench/page.ts";
import { makeTraffic, traffic, trafficShop, wordings } from "../bench/traffic.ts";
import { tellingWords } from "../src/knowledge/telling-words.ts";

describe("the day's traffic", () => {
  test("is what the generator makes, run after run", async () => {
    expect(await traffic()).toEqual(await makeTraffic());
    expect(await trafficShop()).toEqual(await trafficShop());
  });

  test("is a day of several hundred customers in both languages, in order, repetitive with a long tail", async () => {
    const day = await traffic();
    const times = day.map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
    expect(day.length).toBeGreaterThan(1_900);
    expect(new Set(day.map(({ customer }) => customer)).size).toBeGreaterThan(300);
    for (const locale of ["zh", "en"] as const)
      expect(day.filter((message) => message.locale === locale).length).toBeGreaterThan(600);
    const questions = Object.values(
      Object.groupBy(
        day.filter(({ kind }) => kind === "question"),
        ({ meaning }) => meaning,
      ),
    ).map((asked) => asked?.length ?? 0);
    expect(Math.max(...questions)).toBeGreaterThan(
      5 * (questions.toSorted((a, b) => a - b)[questions.length >> 1] ?? 0),
    );
  });
});

test("no two questions of different meaning have the same telling words, politeness or not", async () => {
  const { questions, openers, closers } = await wordings();
  for (const locale of ["zh", "en"] as const) {
    const meanings = new Map<string, string>();
    for (const { meaning, [locale]: texts } of questions)
      for (const text of texts)
        for (const opener of openers[locale])
          for (const closer of closers[locale]) {
            const words = tellingWords(opener + text + closer);
            expect([text, meanings.get(words) ?? meaning]).toEqual([text, meaning]);
            meanings.set(words, meaning);
          }
  }
});

test.each([
  ["过了7天还能退吗", "过了七天可以退吗"],
  ["超过三十天能退货么", "请问超过30天可以退货吗"],
  ["会不会过期", "会过期吗"],
  ["Do you ship it within fifteen days?", "do u ship within 15 days"],
  ["I can't find my packages", "i cannot find the package"],
])("equal: %s = %s", (a, b) => expect(tellingWords(a)).toBe(tellingWords(b)));

test.each([
  ["二十一天", "十二天"],
  ["能退", "不能退"],
  ["退货运费是我出吗", "退货运费是你们出吗"],
  ["do I pay for the return", "do you pay for the return"],
  ["two items", "three items"],
  ["it is opened", "it isn't opened"],
])("not equal: %s ≠ %s", (a, b) => expect(tellingWords(a)).not.toBe(tellingWords(b)));

describe("docs/benchmarks.md", () => {
  const page = "# Benchmarks\n\nTurns.\n";

  test("a section is put at the end, then replaced in its place, and the rest stays", () => {
    const once = withSection(withSection(page, "cache", "first $1"), "memory", "other");
    const twice = withSection(once, "cache", "second $&");
    expect(once).toContain("Turns.\n\n<!-- cache:start -->\nfirst $1\n<!-- cache:end -->\n\n<!-- memory:start -->");
    expect(twice).toBe(once.replace("first $1", () => "second $&"));
  });

  test("a new page keeps the old one's sections", () => {
    const old = withSection(withSection(page, "cache", "a"), "memory", "b");
    expect(keepSections("# Benchmarks\n\nNew.\n", old)).toBe(old.replace("Turns.", "New."));
  });
});
