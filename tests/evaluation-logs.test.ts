/** The made-up logs (P4): what they are made of is consistent, and the same seed makes the same log. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Fact } from "../src/evaluation/logs/facts.ts";
import { loadFacts, loadTalk, saysFact } from "../src/evaluation/logs/facts.ts";
import { toChatwoot, toCsv, toJsonl } from "../src/evaluation/logs/formats.ts";
import type { LogRow, MakeLogsOptions } from "../src/evaluation/logs/make.ts";
import { makeConversations, makeLogs } from "../src/evaluation/logs/make.ts";
import { findPersonal } from "../src/safety/pii/find.ts";

const shop = join(import.meta.dirname, "..", "data", "knowledge");
const LOCALES = ["zh", "en"] as const;

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}
const made = (options: Partial<MakeLogsOptions> = {}): Promise<LogRow[]> =>
  all(makeLogs({ seed: 1, messages: 3_000, locale: "zh", ...options }));

describe.each(LOCALES)("facts in %s", (locale) => {
  let facts: Fact[];

  beforeAll(async () => {
    facts = await loadFacts(locale);
  });

  test("there are many, each with many wordings", () => {
    expect(facts.length).toBeGreaterThanOrEqual(130);
    expect(new Set(facts.map(({ id }) => id)).size).toBe(facts.length);
    for (const { id, questions, answers } of facts) {
      expect({ id, questions: new Set(questions).size >= 8 }).toEqual({ id, questions: true });
      expect({ id, answers: new Set(answers).size >= 3 }).toEqual({ id, answers: true });
    }
  });

  test("every right wording counts as right; no stale and no wrong one does", () => {
    for (const fact of facts) {
      for (const answer of fact.answers)
        expect({ answer, right: saysFact(fact, answer) }).toEqual({ answer, right: true });
      for (const answer of [...fact.mistakes, ...(fact.was ? [fact.was.text] : [])]) {
        expect({ answer, matches: new RegExp(fact.right, "i").test(answer) }).toEqual({ answer, matches: false });
        expect({ answer, matches: new RegExp(fact.wrong, "i").test(answer) }).toEqual({ answer, matches: true });
      }
    }
  });

  test("an answer to something else hardly ever counts as right", () => {
    const taken = facts.flatMap((fact) =>
      facts
        .filter((other) => other !== fact && saysFact(fact, other.answers[0] ?? ""))
        .map(({ id }) => `${fact.id} <- ${id}`),
    );
    expect(taken.length / facts.length).toBeLessThan(0.25);
  });

  test("what the shop's articles say too, they say as the agents do", () => {
    const entries = saidByTheShop(locale);
    for (const fact of facts.filter(({ topic }) => existsSync(join(shop, locale, `${topic}.md`))))
      expect({ id: fact.id, said: entries.some((text) => saysFact(fact, text)) }).toEqual({ id: fact.id, said: true });
  });

  test("follow-ups lean on a fact that there is", () => {
    const ids = new Set(facts.map(({ id }) => id));
    for (const { followUp } of facts) if (followUp) expect(ids).toContain(followUp.after);
  });
});

test("both languages know the same facts, for the most part", async () => {
  const [zh, en] = await Promise.all(LOCALES.map(loadFacts));
  const english = new Set(en?.map(({ id }) => id));
  expect(zh?.filter(({ id }) => english.has(id)).length).toBeGreaterThanOrEqual(150);
  for (const id of english) expect(zh?.map((fact) => fact.id)).toContain(id);
});

describe("made logs", () => {
  test("are the same for the same seed and others for another one", async () => {
    const first = await made();
    expect(await made()).toEqual(first);
    expect(await made({ seed: 2 })).not.toEqual(first);
  });

  test.each([1, 57, 2_345])("have %i messages when that many are asked for", async (messages) => {
    const rows = await made({ messages });
    expect(rows).toHaveLength(messages);
    expect(new Set(rows.map(({ message_id }) => message_id)).size).toBe(messages);
  });

  test("are in order, cover three months and interleave conversations", async () => {
    const rows = await made({ messages: 20_000 });
    const times = rows.map(({ sent_at }) => sent_at);
    expect(times).toEqual(times.toSorted());
    expect(times[0]).toMatch(/^2026-08-24/);
    expect(times.at(-1)).toMatch(/^2026-11-2[12]/);
    const switches = rows.filter((row, at) => at > 0 && rows[at - 1]?.conversation_id !== row.conversation_id).length;
    expect(switches).toBeGreaterThan(new Set(rows.map(({ conversation_id }) => conversation_id)).size * 1.1);
  });

  test.each(LOCALES)("teach every fact, and wrong and old answers among the right ones: %s", async (locale) => {
    const [facts, rows] = await Promise.all([loadFacts(locale), made({ locale, messages: 12_000 })]);
    const answers = rows.filter(({ sender }) => sender === "agent").map(({ text }) => text);
    const said = (wording: string): number => answers.filter((answer) => answer.includes(wording)).length;
    // An answer may be split over two messages: half of it will do.
    const taught = facts.filter((fact) => answers.some((answer) => saysFact(fact, answer)));
    expect(taught.length / facts.length).toBeGreaterThan(0.98);
    expect(facts.flatMap(({ mistakes }) => mistakes).reduce((sum, mistake) => sum + said(mistake), 0)).toBeGreaterThan(
      30,
    );
    expect(facts.reduce((sum, { was }) => sum + (was ? said(was.text) : 0), 0)).toBeGreaterThan(10);
    const { corrections } = await loadTalk(locale);
    expect(corrections.reduce((sum, correction) => sum + said(correction), 0)).toBeGreaterThan(10);
  });

  test("are not one question, one answer", async () => {
    const { nudges, waits } = await loadTalk("zh");
    const rows = await made({ messages: 12_000 });
    const senders = Map.groupBy(rows, ({ sender }) => sender);
    for (const sender of ["customer", "agent", "bot", "system"] as const)
      expect(senders.get(sender)?.length).toBeGreaterThan(100);
    expect(rows.filter(({ text }) => nudges.includes(text)).length).toBeGreaterThan(50);
    expect(rows.filter(({ text }) => waits.includes(text)).length).toBeGreaterThan(50);
    const conversations = Map.groupBy(rows, ({ conversation_id }) => conversation_id);
    const bursts = [...conversations.values()].filter((turns) =>
      turns.some(({ sender }, at) => sender === "customer" && turns[at + 1]?.sender === "customer"),
    );
    expect(bursts.length / conversations.size).toBeGreaterThan(0.2);
  });

  test.each(LOCALES)("hold personal data that the import has to mask: %s", async (locale) => {
    const rows = await made({ locale, messages: 12_000 });
    const kinds = new Set(rows.flatMap(({ text }) => findPersonal(text)).map(({ label }) => label));
    expect([...kinds]).toEqual(
      expect.arrayContaining(["[national-id]", "[bank-card]", "[mobile]", "[address]", "[email]"]),
    );
  });
});

describe("log files", () => {
  test("CSV quotes what has to be", async () => {
    const [bot] = (await made()).filter(({ text }) => text.includes("\n"));
    if (!bot) throw new Error("No text with a line break.");
    const file = (await all(toCsv(one({ ...bot, text: 'say "hi",\nthen go' })))).join("");
    expect(file).toBe(
      `conversation_id,message_id,sent_at,sender,text\n${bot.conversation_id},${bot.message_id},${bot.sent_at},bot,"say ""hi"",\nthen go"\n`,
    );
  });

  test("JSONL has one row a line, Chatwoot one conversation with its messages", async () => {
    const rows = await made({ messages: 200 });
    const lines = (await all(toJsonl(one(...rows)))).map((line) => JSON.parse(line) as LogRow);
    expect(lines).toEqual(rows);
    const conversations = JSON.parse(
      (await all(toChatwoot(makeConversations({ seed: 1, messages: 200, locale: "zh" })))).join(""),
    ) as Array<{ messages: Array<{ content: string }> }>;
    expect(conversations.flatMap(({ messages }) => messages)).toHaveLength(200);
    expect(conversations.flatMap(({ messages }) => messages.map(({ content }) => content)).toSorted()).toEqual(
      rows.map(({ text }) => text).toSorted(),
    );
  });
});

/** Answers and sections of the shop's own files. */
function saidByTheShop(locale: string): string[] {
  const files = readdirSync(join(shop, locale)).map((name) => ({
    name,
    text: readFileSync(join(shop, locale, name), "utf8"),
  }));
  return files.flatMap(({ name, text }) =>
    name.endsWith(".json")
      ? (JSON.parse(text) as Array<{ answer: string }>).map(({ answer }) => answer)
      : text.split(/^## /m).slice(1),
  );
}

async function* one<T>(...values: T[]): AsyncGenerator<T> {
  yield* values;
}
