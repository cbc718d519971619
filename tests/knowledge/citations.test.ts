/** P4: from a reviewer's change to a cited answer in a running worker, over the public contract. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Message } from "../../src/api/schemas.ts";
import type { KnowledgeStore } from "../../src/knowledge/store.ts";
import { createKnowledgeStore } from "../../src/knowledge/store.ts";
import type { Chat } from "../support/chat.ts";
import { eventually } from "../support/eventually.ts";
import { pair } from "../support/knowledge.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";

let system: TestSystem;
let store: KnowledgeStore;

beforeAll(async () => {
  system = await startSystem();
  store = createKnowledgeStore(system.store);
});
afterAll(() => system?.close());

const ENGRAVE = pair("en/qa/engrave", "Can you engrave a watch?", "Yes, up to 20 letters, 30 yuan.", {
  source: "Engraving",
});
const passageAt = (id: string, token?: string) =>
  system.chats.call<Record<string, unknown>>("GET", `/v1/knowledge/entries/${encodeURIComponent(id)}`, { token });
const lastReply = async (chat: Chat): Promise<Message | undefined> =>
  (await chat.messages()).findLast(({ role }) => role === "assistant");

test("an entry answers seconds after it was added, cited, without a restart", async () => {
  const chat = await system.chats.open(null, "en");
  expect(await chat.say("do you offer watch engraving?")).not.toContain("20 letters");
  await store.put(system.tenant, ENGRAVE, "ann");
  const before = Date.now();
  await eventually("it answers", async () => (await chat.say("can you engrave a watch?")).includes("20 letters"));
  expect(Date.now() - before).toBeLessThan(10_000);
  const reply = await lastReply(chat);
  expect(reply).toMatchObject({ text: ENGRAVE.answer, citations: [{ id: ENGRAVE.id, title: "Engraving" }] });

  const { status, body } = await passageAt(ENGRAVE.id, chat.token);
  expect([status, Object.keys(body).sort()]).toEqual([200, ["answer", "id", "question", "source", "updatedAt"]]);
  expect(body).toMatchObject({
    id: ENGRAVE.id,
    question: ENGRAVE.question,
    answer: ENGRAVE.answer,
    source: "Engraving",
  });
  expect(Math.abs(Date.parse(String(body.updatedAt)) - before)).toBeLessThan(60_000);

  const stream = await chat.events(0);
  const streamed = await eventually("the stream has it", () =>
    stream.events.find(({ event, data }) => event === "message" && JSON.stringify(data).includes("Engraving")),
  );
  expect(streamed.data).toMatchObject({ citations: reply?.citations });
  stream.close();
});

describe("GET /v1/knowledge/entries/:id", () => {
  const FILE = "zh/qa/return-window";

  test("gives the shop's files to every tenant, a tenant's own to nobody else", async () => {
    const [own, other] = await Promise.all([
      system.chats.token({ role: "customer", sub: "c-lin" }),
      system.chats.token({ role: "customer", sub: "c-lin", tenant: "another" }),
    ]);
    expect((await passageAt(FILE, own)).body).toMatchObject({ id: FILE, source: "退货政策" });
    expect((await passageAt(FILE, other)).status).toBe(200);
    await store.put(system.tenant, pair("en/qa/secret", "Whose is it?", "Ours."), "ann");
    expect((await passageAt("en/qa/secret", own)).status).toBe(200);
    expect((await passageAt("en/qa/secret", other)).status).toBe(404);
  });

  test("404 for what doesn't answer: drafts, retired ones, unreviewed money, nothing; 401 without a token", async () => {
    const token = await system.chats.token({ role: "customer", sub: "c-lin" });
    const money = { stakes: "money", reviewed: false } as const;
    await store.put(system.tenant, pair("en/x/draft", "D?", "D.", { status: "draft" }), "ann");
    await store.put(system.tenant, pair("en/x/retired", "R?", "R.", { status: "retired" }), "ann");
    await store.put(system.tenant, pair("en/x/money", "M?", "M.", money), "import");
    for (const id of ["en/x/draft", "en/x/retired", "en/x/money", "en/x/none", "../../etc/passwd"])
      expect([id, (await passageAt(id, token)).status]).toEqual([id, 404]);
    expect((await passageAt(FILE)).status).toBe(401);
  });
});

test("a reply that rests on nothing cites nothing", async () => {
  const chat = await system.chats.open(null, "zh");
  await chat.say("你好");
  expect(await lastReply(chat)).not.toHaveProperty("citations");
});

test("a question about medicine that no reviewed entry answers is a person's (M6)", async () => {
  const unreviewed = { stakes: "medicine", reviewed: false } as const;
  const question = "Can I take ibuprofen capsules while I am pregnant?";
  await store.put(system.tenant, pair("en/mined/m", question, "Sure, two a day.", unreviewed), "import");
  const chat = await system.chats.open(null, "en");
  const reply = await chat.say(question);
  expect(reply).not.toContain("two a day");
  expect(await chat.view()).toMatchObject({ state: "HANDOFF" });
  expect(await lastReply(chat)).not.toHaveProperty("citations");
});
