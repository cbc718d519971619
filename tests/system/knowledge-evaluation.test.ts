/** The evaluation of knowledge talks to a real system, as customers do. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { KnowledgeQuestion } from "../../src/evaluation/knowledge.ts";
import { runKnowledge } from "../../src/evaluation/knowledge.ts";
import { askOverHttp } from "../../src/evaluation/knowledge-http.ts";
import { eventually } from "../support/eventually.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";

let system: TestSystem;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(async () => {
  await system?.close();
});

const question = (of: Partial<KnowledgeQuestion>): KnowledgeQuestion => ({
  ...{ question: "退款要几天到账", fact: "refund-when", right: ["24 ?小时"], wrong: ["15 ?个工作日"], locale: "zh" },
  ...{ stakes: "money", style: "plain", from: "articles" },
  ...of,
});

test("right answers, wrong ones and refusals are told apart, and nothing is left at the desk", async () => {
  const { api, tenant, store } = system;
  const questions = [
    question({}),
    // The same reply, judged by what it doesn't say.
    question({ right: ["三个月"] }),
    question({ question: "转人工", fact: "refund-when" }),
    question({ question: "How long does a refund take?", right: ["24 hours"], locale: "en" }),
  ];
  const results = await runKnowledge(questions, {
    ask: askOverHttp({ apiUrl: api.url, tokens: api.tokens, tenant }),
    atOnce: 2,
  });
  expect(results.map(({ outcome }) => outcome)).toEqual(["right", "wrong", "refused", "right"]);
  const sessions = await store.sessions.find({ tenant }).toArray();
  // The one that a person was called for is over, too.
  await eventually("the desk to be empty", async () => {
    const statuses = (await store.handoffs.find({ tenant }).toArray()).map(({ status }) => status);
    return statuses.length === 1 && !statuses.some((status) => ["waiting", "active", "callback"].includes(status));
  });
  expect(new Set(sessions.map(({ customerId }) => customerId)).size).toBe(questions.length);
});

test("a system that isn't there fails each question, with a reason, and the run goes on", async () => {
  const { api, tenant } = system;
  const ask = askOverHttp({ apiUrl: "http://127.0.0.1:1", tokens: api.tokens, tenant });
  const results = await runKnowledge([question({}), question({})], { ask, atOnce: 1 });
  expect(results.map(({ outcome, detail }) => [outcome, detail !== ""])).toEqual([
    ["failed", true],
    ["failed", true],
  ]);
});
