import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { MineReport } from "../../src/knowledge/mining/mine.ts";
import { mineLogs } from "../../src/knowledge/mining/mine.ts";
import type { KnowledgeStore } from "../../src/knowledge/store.ts";
import { createKnowledgeStore } from "../../src/knowledge/store.ts";
import type { KnowledgeEntryDoc } from "../../src/knowledge/types.ts";
import { createEmbedder } from "../../src/models/local/embedder.ts";
import type { Embedder } from "../../src/models/types.ts";
import { conversation } from "../support/logs.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner, testServers } from "../support/servers.ts";

let corner: Corner;
let knowledge: KnowledgeStore;
let embedder: Embedder;
const T = "mined";

beforeAll(async () => {
  corner = await openCorner();
  knowledge = createKnowledgeStore(corner.store);
  embedder = await createEmbedder(testServers().embedder);
  await corner.store.logConversations.insertMany(
    LOG.map(([day, ...lines], index) => conversation(T, `c${index}`, day, lines)),
  );
});
afterAll(() => corner.close());

const mine = (): Promise<MineReport> => mineLogs({ store: corner.store, knowledge, embedder, tenant: T });
const all = (): Promise<KnowledgeEntryDoc[]> => knowledge.list(T, { limit: 1_000 });

async function about(question: RegExp): Promise<KnowledgeEntryDoc> {
  const found = (await all()).filter((entry) =>
    [entry.question, ...entry.alternatives].some((text) => question.test(text)),
  );
  expect(found.map((entry) => entry.question).length).toBe(1);
  return found[0] as KnowledgeEntryDoc;
}

/** [day, ...lines] */
const LOG: Array<[number, ...string[]]> = [
  // Paraphrases, answered alike.
  [1, "C 台灯保修多久", "A 台灯保修一年，凭订单就可以"],
  [9, "C 你好，护眼台灯的保修期是多长时间？", "A 亲，台灯保修1年的，凭订单就行哦"],
  [20, "C 台灯坏了质保几年", "A 您好", "A 台灯的保修是一年"],
  [30, "C 台灯保修几年啊", "A 台灯保修一年，凭订单就可以"],
  // Two out of seven agents are wrong.
  [2, "C 耳机能戴着游泳吗", "A 耳机是IPX5防水，不能戴着游泳"],
  [3, "C 戴着耳机可以游泳不", "A 不能游泳的，耳机只有IPX5，防汗防雨"],
  [8, "C 耳机防水吗，能游泳不", "A 可以的，戴着耳机游泳没问题"],
  [15, "C 耳机能戴着游泳吗", "A 不能游泳哦，耳机是IPX5防水"],
  [16, "C 耳机游泳能用么", "A 不可以游泳，IPX5只防汗防雨"],
  [33, "C 能不能戴耳机游泳", "A 不能戴着游泳，耳机IPX5防水"],
  [4, "C 可以带着耳机游泳吗", "A 可以的，游泳没问题"],
  // As many say this as that.
  [5, "C 羽绒服能机洗吗", "A 可以机洗，选轻柔模式"],
  [6, "C 羽绒服可以用洗衣机洗吗", "A 不可以机洗，只能手洗"],
  // It changed.
  [1, "C how many days until you dispatch an order?", "A We dispatch within 5 days."],
  [4, "C when do you dispatch orders, how many days?", "A Orders are dispatched within 5 days."],
  [8, "C how long until you dispatch", "A We dispatch within 5 days."],
  [50, "C how many days until dispatch?", "A We dispatch within 2 days."],
  [55, "C how long until you dispatch an order", "A Orders are dispatched within 2 days."],
  [60, "C how many days to dispatch", "A We dispatch within 2 days."],
  // Money.
  [7, "C 退货运费谁出", "A 不喜欢退货的运费您承担，质量问题我们承担"],
  [17, "C 退货的邮费谁付", "A 质量问题运费我们承担，不喜欢退货的运费您承担"],
  // Once.
  [12, "C do you have a shop in Chengdu?", "A Yes, on Chunxi Road, open 10:00 to 22:00."],
  // No knowledge.
  [13, "C 我的快递到哪了", "A 您的包裹已到杭州，预计明天送达"],
  [14, "C 在吗", "C 你是机器人吗", "A 我是真人哦"],
];

test("P4: what agents answered becomes pairs; what is safe is live, the rest waits", async () => {
  const report = await mine();
  expect(report.conversations).toBe(LOG.length);
  expect(report.dropped["one order"]).toBe(1);
  expect(report.dropped["small talk"]).toBe(1);

  const lamp = await about(/台灯/);
  expect(lamp).toMatchObject({ status: "live", reviewed: false, stakes: null, asked: 4, locale: "zh", kind: "pair" });
  expect(lamp.answer).toMatch(/保修(?:一|1)年/);
  expect(lamp.alternatives.length).toBe(3);
  expect(lamp.answeredAt?.toISOString().slice(0, 10)).toBe("2026-07-01");
  expect(lamp.origin).toMatchObject({ by: "mined", import: "test" });
  expect(lamp.id).toMatch(/^zh\/mined\/[0-9a-f]{12}$/);
});

test("agents who disagree: a strong majority is believed and flagged, two against two isn't", async () => {
  const swim = await about(/游泳/);
  expect(swim.answer).toMatch(/不能|不可以/);
  expect(swim).toMatchObject({ status: "live", flags: [{ kind: "contradiction" }] });
  expect(swim.flags[0]?.note).toContain("可以的");

  const wash = await about(/羽绒服/);
  expect(wash).toMatchObject({ status: "draft" });
  expect(wash.flags.map(({ kind }) => kind)).toContain("contradiction");
});

test("an answer that changed: the newer one, with what it was before", async () => {
  const dispatch = await about(/dispatch/);
  expect(dispatch.answer).toContain("2 days");
  expect(dispatch).toMatchObject({ status: "live", flags: [{ kind: "stale" }] });
  expect(dispatch.flags[0]?.note).toMatch(/2026-06-09.*5 days/);
});

test("M6: money waits for a person, and so does what one agent said once", async () => {
  expect(await about(/运费|邮费/)).toMatchObject({ status: "draft", stakes: "money", reviewed: false });
  expect(await about(/Chengdu/)).toMatchObject({ status: "draft", flags: [{ kind: "few" }] });
});

test("mining again changes nothing; a longer log updates the same entries", async () => {
  const before = await all();
  expect(await mine()).toMatchObject({ changed: 0, retired: 0 });
  expect(await all()).toEqual(before);
  await corner.store.logConversations.insertOne(
    conversation(T, "more", 70, ["C 台灯的保修年限是几年", "A 台灯保修一年"]),
  );
  await mine();
  const lamp = await about(/台灯/);
  expect(lamp).toMatchObject({ id: before.find(({ question }) => /台灯/.test(question))?.id, asked: 5, version: 2 });
  expect((await all()).length).toBe(before.length);
});

test("what people reviewed, edited or retired is never overwritten, only flagged when the logs say otherwise", async () => {
  const dispatch = await about(/dispatch/);
  const swim = await about(/游泳/);
  const wash = await about(/羽绒服/);
  await knowledge.put(
    T,
    { ...dispatch, answer: "We dispatch within 2 days, Sundays excepted.", reviewed: true },
    "ann",
  );
  await knowledge.setStatus(T, swim.id, "retired", "ann");
  await knowledge.put(T, { ...wash, answer: "请看洗标" }, "ann");
  await mine();
  expect((await knowledge.get(T, dispatch.id))?.answer).toContain("Sundays");
  expect((await knowledge.get(T, swim.id))?.status).toBe("retired");
  expect((await knowledge.get(T, wash.id))?.answer).toBe("请看洗标");
  expect((await about(/dispatch/)).flags.length).toBe(1);

  const later = [80, 82, 84, 86].map((day) =>
    conversation(T, `later-${day}`, day, [
      "C how many days until you dispatch an order?",
      "A We dispatch within 9 days.",
    ]),
  );
  await corner.store.logConversations.insertMany(later);
  expect(await mine()).toMatchObject({ flaggedStale: 1 });
  const flagged = await knowledge.get(T, dispatch.id);
  expect(flagged).toMatchObject({
    reviewed: true,
    status: "live",
    answer: "We dispatch within 2 days, Sundays excepted.",
  });
  expect(flagged?.flags.at(-1)).toMatchObject({ kind: "stale", note: expect.stringContaining("9 days") });
  expect(await mine()).toMatchObject({ flaggedStale: 0, changed: 0 });
});
