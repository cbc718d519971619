/** T5, M4: an answer is worded once for everybody who asks the same, and never again for another question or a changed article. */
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { AnswerWriter } from "../src/knowledge/answer.ts";
import { createAnswerWriter } from "../src/knowledge/answer.ts";
import type { AnswerCache } from "../src/knowledge/answer-cache.ts";
import { createAnswerCache } from "../src/knowledge/answer-cache.ts";
import type { Knowledge } from "../src/knowledge/index.ts";
import { loadKnowledge } from "../src/knowledge/index.ts";
import type { KnowledgeEntry } from "../src/knowledge/types.ts";
import { createEmbedder } from "../src/models/local/embedder.ts";
import { createRouter } from "../src/models/router.ts";
import type { Embedder } from "../src/models/types.ts";
import { loadClassifier } from "../src/understanding/examples.ts";
import { BRAIN_LOAD_TIMEOUT_MS } from "./support/brain.ts";
import { protocols } from "./support/models.ts";
import { testServers } from "./support/servers.ts";
import type { VendorServer } from "./support/vendor-server.ts";
import { startVendorServer } from "./support/vendor-server.ts";

const data = join(import.meta.dirname, "..", "data");
const HOUR_MS = 3_600_000;
const noticed: unknown[] = [];

let embedder: Embedder;
let mean: Float32Array;
let knowledge: Knowledge;
let vendor: VendorServer;

beforeAll(async () => {
  const { embedder: files, cacheDir } = testServers();
  embedder = await createEmbedder(files);
  ({ mean } = await loadClassifier(join(data, "examples"), embedder, cacheDir));
  knowledge = await loadKnowledge({ dir: join(data, "knowledge"), embedder, mean, cacheDir });
  vendor = await startVendorServer([]);
}, BRAIN_LOAD_TIMEOUT_MS);
afterAll(() => vendor.close());

/** Articles as somebody edits them while the worker runs. */
let edited: Map<string, KnowledgeEntry>;
let nowMs: number;
let cache: AnswerCache;
let writer: AnswerWriter;

beforeEach(() => {
  edited = new Map();
  nowMs = Date.parse("2026-11-22T10:00:00Z");
  noticed.length = 0;
  // Each wording is another, so that a text tells which call it came from; all of them are supported by the passage.
  vendor.script((call) => ({ kind: "text", text: `${quoted(call.text)} (${MARKS[call.index]})` }));
  const live: Knowledge = { ...knowledge, entry: (tenant, id) => edited.get(id) ?? knowledge.entry(tenant, id) };
  const [openai] = protocols;
  const router = createRouter({ tiers: openai ? [openai.create(vendor)] : [], log: () => undefined });
  cache = createAnswerCache({ knowledge: live, embedder, mean, now: () => nowMs });
  writer = createAnswerWriter(
    live,
    () => router,
    (error) => noticed.push(error),
    cache,
  );
});

const FEES = { en: "en/qa/return-shipping-fee", zh: "zh/qa/return-shipping-fee" };
interface Ask {
  question: string;
  tenant?: string;
  locale?: "zh" | "en";
  ids?: string[];
}
async function ask({ question, tenant = "shop", locale = "en", ids = [FEES[locale]] }: Ask): Promise<string> {
  const { signal } = new AbortController();
  const answer = await writer.write(
    { tenant, locale, question, ids, sessionId: "s-1", turn: 1 },
    { signal, onDelta: () => undefined },
  );
  const mark = MARKS.findIndex((word) => answer?.text.endsWith(`(${word})`));
  return answer ? `worded ${mark}` : "verbatim";
}

const MARKS = ["gladly", "surely", "simply", "really", "mostly", "mainly"];
/** The first sentence of the best passage's answer, as the prompt has it. */
const quoted = (prompt: string): string => /<passage>\n[^\n]*\n([^\n]*?[。.])(?:\s|$|[^\d])/.exec(prompt)?.[1] ?? "";

test.each([
  ["en", "Who pays for return shipping?", "hi, who pays for return shipping please"],
  ["en", "Who pays the return postage?", "who pays for return shipping"],
  ["en", "Can I return it after 7 days?", "can I still return it after seven days"],
  ["zh", "退货运费谁出？", "你好，请问退货的邮费谁付呀"],
  ["zh", "过了７天还能退吗", "过了七天可以退货吗？"],
] as const)("%s: %s = %s", async (locale, first, second) => {
  expect(await ask({ locale, question: first })).toBe("worded 0");
  expect(await ask({ locale, question: second })).toBe("worded 0");
  expect(vendor.calls).toHaveLength(1);
  expect(cache.stats()).toEqual({ hits: 1, misses: 1 });
  expect(noticed).toEqual([]);
});

test.each([
  ["en", "can I return it after 7 days", "can I return it after 30 days"],
  ["en", "can I return it after seven days", "can I return it after fourteen days"],
  ["en", "can I return it if the box is opened", "can I return it if the box is not opened"],
  ["en", "can I return the box if I opened it", "can't I return the box if I opened it"],
  ["en", "can I pay with WeChat", "can I pay with Alipay"],
  ["en", "how long is the warranty on the lamp", "how long is the warranty on the kettle"],
  ["en", "how do I return an item", "how do I exchange an item"],
  ["zh", "过了7天还能退吗", "过了30天还能退吗"],
  ["zh", "过了七天还能退吗", "过了十七天还能退吗"],
  ["zh", "拆封了还能退吗", "没拆封还能退吗"],
  ["zh", "可以用花呗付款吗", "可以用支付宝付款吗"],
  ["zh", "台灯保修多久", "耳机保修多久"],
  ["zh", "退货运费谁出", "换货运费谁出"],
] as const)("%s: %s ≠ %s", async (locale, first, second) => {
  await ask({ locale, question: first });
  expect(await ask({ locale, question: second })).toBe("worded 1");
  expect(await ask({ locale, question: first })).toBe("worded 0");
});

describe("what an answer rests on", () => {
  const question = "Who pays for return shipping?";

  test("a changed article is never answered as it was; changed back it is the old version again", async () => {
    const entry = knowledge.entry("shop", FEES.en);
    if (!entry) throw new Error("no such entry");
    await ask({ question });
    edited.set(FEES.en, { ...entry, answer: "You always pay." });
    expect(await ask({ question })).toBe("worded 1");
    expect(vendor.calls[1]?.text).toContain("You always pay.");
    expect(await ask({ question })).toBe("worded 1");
    edited.clear();
    expect(await ask({ question })).toBe("worded 2");
  });

  test("all the entries count, not only the best", async () => {
    const other = knowledge.entry("shop", "en/qa/warranty");
    if (!other) throw new Error("no such entry");
    await ask({ question, ids: [FEES.en, other.id] });
    expect(await ask({ question })).toBe("worded 0");
    edited.set(other.id, { ...other, answer: "None." });
    expect(await ask({ question })).toBe("worded 1");
  });

  test("another best entry is another answer", async () => {
    await ask({ question });
    expect(await ask({ question, ids: ["en/qa/exchange-fee"] })).toBe("worded 1");
  });

  test("tenants share nothing", async () => {
    await ask({ question });
    expect(await ask({ question, tenant: "another" })).toBe("worded 1");
  });

  test("it is worded anew after an hour", async () => {
    await ask({ question });
    nowMs += HOUR_MS - 1;
    expect(await ask({ question })).toBe("worded 0");
    nowMs += 1;
    expect(await ask({ question })).toBe("worded 1");
  });
});

test("what is a customer's own is not kept", async () => {
  for (const question of [
    "who pays to return order 88213 4491",
    "who pays, my number is 138****5678",
    `who pays ${"really ".repeat(20)}`,
  ]) {
    const before = vendor.calls.length;
    await ask({ question });
    await ask({ question });
    expect(vendor.calls.length - before).toBe(2);
  }
});

test("a tier that fails leaves nothing in the cache", async () => {
  const worded = "We pay the postage both ways if the item is defective. (gladly)";
  vendor.script([{ kind: "refusal" }, { kind: "text", text: worded }]);
  const question = "Who pays for return shipping?";
  expect(await ask({ question })).toBe("verbatim");
  expect(noticed).toHaveLength(1);
  expect(await ask({ question })).toBe("worded 0");
});

test("what the passages don't say is neither sent nor kept", async () => {
  const question = "Who pays for return shipping?";
  vendor.script(() => ({ kind: "text", text: "You pay the postage if the item is defective, 30 yuan." }));
  expect(await ask({ question })).toBe("verbatim");
  expect(noticed).toMatchObject([{ name: "UnsupportedAnswer" }]);
  expect(await ask({ question })).toBe("verbatim");
  expect(cache.stats()).toEqual({ hits: 0, misses: 2 });
});
