/** The evaluation of knowledge (P4): its questions are held out from the logs, and replies are judged as a reader would. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import type { KnowledgeQuestion } from "../src/evaluation/knowledge.ts";
import { judgeReply, loadKnowledgeQuestions, runKnowledge, saysRight } from "../src/evaluation/knowledge.ts";
import { wordKnowledgeReport } from "../src/evaluation/knowledge-report.ts";
import { loadFacts } from "../src/evaluation/logs/facts.ts";
import { makeLogs } from "../src/evaluation/logs/make.ts";
import { en } from "../src/intents/wording.en.ts";
import { zh } from "../src/intents/wording.zh.ts";

const LOCALES = ["zh", "en"] as const;
const TOO_NEAR = 0.7;

const plain = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

const trigrams = (text: string): Set<string> => {
  const letters = [...plain(text)];
  return new Set(letters.slice(2).map((_, at) => letters.slice(at, at + 3).join("")));
};

function jaccard(a: Set<string>, b: Set<string>): number {
  let common = 0;
  for (const gram of a) if (b.has(gram)) common++;
  return common / (a.size + b.size - common || 1);
}

describe.each(LOCALES)("questions in %s", (locale) => {
  let questions: KnowledgeQuestion[];

  beforeAll(async () => {
    questions = await loadKnowledgeQuestions(locale);
  });

  test("there are enough, of every fact, and some that no fact answers", async () => {
    const facts = await loadFacts(locale);
    const answerable = questions.filter(({ fact }) => fact !== null);
    for (const style of ["plain", "story"]) {
      const those = answerable.filter((question) => question.style === style);
      expect(those.length).toBeGreaterThanOrEqual(150);
      expect(new Set(those.map(({ fact }) => fact))).toEqual(new Set(facts.map(({ id }) => id)));
    }
    expect(questions.length - answerable.length).toBeGreaterThanOrEqual(answerable.length * 0.14);
    expect(new Set(questions.map(({ question }) => plain(question))).size).toBe(questions.length);
  });

  test("each is judged by its fact: right wordings pass, stale and wrong ones don't", async () => {
    const facts = new Map((await loadFacts(locale)).map((fact) => [fact.id, fact]));
    for (const question of questions) {
      const fact = facts.get(question.fact ?? "");
      if (question.fact === null) {
        expect(question).toMatchObject({ right: [], wrong: [], stakes: null });
        continue;
      }
      expect(question.stakes).toBe(fact?.stakes);
      for (const answer of fact?.answers ?? []) expect([answer, saysRight(question, answer)]).toEqual([answer, true]);
      for (const answer of [...(fact?.mistakes ?? []), ...(fact?.was ? [fact.was.text] : [])])
        expect([answer, saysRight(question, answer)]).toEqual([answer, false]);
    }
  });

  test("none is worded as in a log", async () => {
    const wordings = (await loadFacts(locale)).flatMap(({ questions: asked, followUp }) => [
      ...asked,
      ...(followUp?.questions ?? []),
    ]);
    for await (const { sender, text } of makeLogs({ seed: 1, messages: 12_000, locale }))
      if (sender === "customer") wordings.push(text);
    const logged = [...new Set(wordings)].map((text) => ({ text, grams: trigrams(text) }));
    const near = questions.flatMap(({ question }) => {
      const grams = trigrams(question);
      return logged
        .filter((one) => plain(one.text) === plain(question) || jaccard(one.grams, grams) > TOO_NEAR)
        .map(({ text }) => `${question} ~ ${text}`);
    });
    expect(near).toEqual([]);
  });
});

describe("judging a reply", () => {
  const question: KnowledgeQuestion = {
    ...{
      question: "How far?",
      fact: "range",
      right: ["\\b3 m"],
      wrong: ["\\b8 m"],
      stakes: null,
      locale: "en",
      style: "plain",
      from: "logs",
    },
  };
  const unanswerable: KnowledgeQuestion = { ...question, fact: null, right: [], wrong: [], from: null };
  const reply = (text: string, state = "INIT") => ({ text, state });

  test("right, when it says the right thing and no wrong one beside it", () => {
    expect(judgeReply(question, reply("It senses 3 m."))).toBe("right");
    expect(judgeReply(question, reply("It senses 3 m, some say 8 m."))).toBe("wrong");
    expect(judgeReply(question, reply("The tank holds 2 litres."))).toBe("wrong");
  });

  test.each([
    ["zh", zh],
    ["en", en],
  ] as const)("refused, when it only says that it doesn't know or calls a person: %s", (locale, words) => {
    for (const text of [
      words.fixed.noAnswer,
      words.fixed.unsure,
      `${words.fixed.handedOff}\n\n${words.fixed.callback}`,
    ]) {
      expect(judgeReply({ ...question, locale }, reply(text, "HANDOFF"))).toBe("refused");
      expect(judgeReply({ ...unanswerable, locale }, reply(text))).toBe("right");
    }
    expect(judgeReply({ ...question, locale }, reply(words.fixed.greeting))).toBe("misread");
    expect(judgeReply({ ...question, locale }, reply(words.notFound("lamp", null)))).toBe("misread");
    expect(judgeReply({ ...question, locale }, reply(words.statusNone(null)))).toBe("misread");
    expect(judgeReply({ ...question, locale }, reply(words.ask.items("return", []), "COLLECT"))).toBe("misread");
  });

  test("asked back: right when it or what it offers answers, in vain otherwise, wrong never", () => {
    const hedged = (text: string, offered: string[] = []) => ({ ...reply(en.perhaps("how far", text)), offered });
    expect(judgeReply(question, hedged("It senses 3 m."))).toBe("asked-back");
    expect(judgeReply(question, hedged("The tank holds 2 litres.", ["It senses 3 m."]))).toBe("asked-back");
    expect(judgeReply(question, hedged("The tank holds 2 litres.", ["8 m"]))).toBe("astray");
    expect(judgeReply(unanswerable, hedged("It senses 3 m."))).toBe("astray");
  });

  test("an answer to what no fact answers is wrong, a refusal with an answer in it as well", () => {
    expect(judgeReply(unanswerable, reply("3 m"))).toBe("wrong");
    expect(judgeReply(unanswerable, reply(`3 m.\n\n${en.fixed.noAnswer}`))).toBe("wrong");
  });

  test("one that fails is reported, and the others are still asked", async () => {
    const results = await runKnowledge([question, unanswerable, question], {
      atOnce: 2,
      recall: async () => ["8 m", "it is 3 m", "x"],
      async ask({ fact }) {
        if (fact === null) throw new Error("503 come back later");
        return reply("3 m");
      },
    });
    expect(results.map(({ outcome, recalled }) => [outcome, recalled])).toEqual([
      ["right", true],
      ["failed", null],
      ["right", true],
    ]);
    expect(results[1]?.detail).toBe("503 come back later");
    const report = wordKnowledgeReport(results, { date: "2026-11-27", commit: "abc", machine: "M", knows: "Files." });
    expect(report).toContain(
      "| **all that a fact answers** | 2 | 100.0 % | 0.0 % | 0.0 % | 0.0 % | 0.0 % | 0.0 % | 0.0 % | 100.0 % |",
    );
    expect(report).toContain("| **all** | 3 | 66.7 % | 0.0 % | 0.0 % | 0.0 % | 0.0 % | 0.0 % | 33.3 % | 100.0 % |");
  });
});
