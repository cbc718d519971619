/** Entries as the miner leaves them, for tests of what reviewers do. */
import { randomBytes, randomUUID } from "node:crypto";
import { sealWords } from "../../src/knowledge/gaps/words.ts";
import type { EntryInput } from "../../src/knowledge/store.ts";
import type { GapCase, GapWhy, KnowledgeGapDoc } from "../../src/knowledge/types.ts";
import type { Corner } from "./servers.ts";

export const entry = (id: string, more: Partial<EntryInput> = {}): EntryInput => ({
  id,
  locale: id.startsWith("zh") ? "zh" : "en",
  kind: "pair",
  question: `What about ${id}?`,
  alternatives: [],
  answer: `This is about ${id}.`,
  source: null,
  stakes: null,
  reviewed: false,
  status: "live",
  origin: { by: "mined", import: "logs.csv", conversations: ["c1", "c2"] },
  flags: [],
  asked: 1,
  answeredAt: new Date("2026-05-03T08:00:00Z"),
  ...more,
});

/** A queue with one of everything that a reviewer may meet, asked most first. */
export const queue = (): EntryInput[] => [
  entry("zh/mined/free-shipping", {
    question: "满多少包邮？",
    alternatives: ["多少钱免运费", "包邮门槛是多少", "买几件包邮啊"],
    answer: "单笔订单满 **99 元**包邮，偏远地区满 199 元包邮。",
    asked: 142,
    origin: { by: "mined", import: "logs.csv", conversations: Array.from({ length: 118 }, (_, n) => `c${n}`) },
    flags: [
      { kind: "contradiction", note: "另一种说法（9 次，最近 2026-03-02）：满 79 元包邮。" },
      { kind: "stale", note: "答案含价格：99 元。" },
    ],
    stakes: "money",
    status: "draft",
  }),
  entry("zh/mined/invoice", {
    question: "可以开发票吗？",
    alternatives: ["怎么开发票", "能开专票吗", "发票多久能收到"],
    answer:
      "可以。确认收货后在订单详情点“申请发票”，填写抬头，电子发票 24 小时内发到您的邮箱。\n\n- 个人：电子普通发票\n- 企业：可开增值税专用发票",
    asked: 87,
  }),
  entry("en/mined/gift-wrap", {
    question: "Do you offer gift wrapping?",
    alternatives: ["can you wrap it as a present", "is there a gift box option"],
    answer: "Yes. Tick **Gift wrap** at checkout; it is free for orders over $30 and $4 otherwise.",
    asked: 41,
    flags: [{ kind: "stale", note: "The answer names a price: $30, $4." }],
  }),
  entry("zh/mined/dosage", {
    question: "儿童维生素软糖一天吃几颗？",
    alternatives: ["软糖小孩能吃几粒"],
    answer: "4 岁以上儿童每天 2 颗，饭后咀嚼。",
    asked: 18,
    stakes: "medicine",
    status: "draft",
  }),
  entry("zh/mined/rare", {
    question: "台灯能接 110V 电压吗？",
    answer: "可以，适配器支持 100-240V 宽电压。",
    asked: 2,
    flags: [{ kind: "few", note: "只在 2 个对话里出现过。" }],
  }),
];

/** A gap as the search for them leaves it: each wording from a visitor's session of its own. @returns its id without the tenant */
export async function putGap(
  { store, keyring, tenant }: Corner,
  {
    locale = "zh",
    asked,
    answers = [],
    more = {},
  }: {
    locale?: "zh" | "en";
    asked: Array<{ text: string; why?: GapWhy; daysAgo?: number }>;
    answers?: string[];
    more?: Partial<KnowledgeGapDoc>;
  },
): Promise<string> {
  const cases: GapCase[] = [];
  for (const [index, { text, why = "no-answer", daysAgo = index }] of asked.entries()) {
    const sessionId = randomUUID();
    const createdAt = new Date(Date.now() - daysAgo * 86_400_000);
    await store.sessions.insertOne({
      ...{ _id: sessionId, tenant, customerId: null, locale, channel: "web", createdAt, ownerEpoch: 0 },
    });
    const words = await sealWords(keyring, sessionId, { text, vector: vectorOf(text) });
    const said = answers[index];
    const answer = said && (await sealWords(keyring, sessionId, { text: said, vector: vectorOf(said) }));
    cases.push({ sessionId, turn: 1, at: createdAt, why, words, ...(answer ? { answer } : {}) });
  }
  const id = `${locale}:${randomBytes(6).toString("hex")}`;
  await store.knowledgeGaps.insertOne({
    ...{ _id: `${tenant}:${id}`, tenant, locale, cases, volume: cases.length, status: "open", entry: null },
    ...{ addedAt: null, answered: 0, deflected: 0, ...more },
  });
  return id;
}

const DIMENSIONS = 16;

/** Some unit vector, the same for the same text: nothing is compared but with itself. */
function vectorOf(text: string): Float32Array {
  const raw = Float32Array.from({ length: DIMENSIONS }, (_, at) =>
    Math.sin(text.length * 7 + text.charCodeAt(0) + at * at),
  );
  const length = Math.hypot(...raw);
  return raw.map((value) => value / length);
}
