/** From messages to a record, and from records to the pieces a prompt holds (T2, T4): the real embedder and store. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import { notesOf } from "../../src/dialogue/notes.ts";
import type { SessionIdentity } from "../../src/dialogue/session.ts";
import { newDialogue } from "../../src/dialogue/transition.ts";
import { createMemory } from "../../src/memory/index.ts";
import { openRecord } from "../../src/memory/record.ts";
import type { Embedding } from "../../src/memory/remembered.ts";
import { cite, relevantPieces } from "../../src/memory/retrieval.ts";
import { nearness, quantise } from "../../src/memory/vectors.ts";
import { createEmbedder } from "../../src/models/local/embedder.ts";
import type { MessageDoc } from "../../src/store/mongo.ts";
import { sealMessage } from "../../src/store/sealed.ts";
import { createCleanUp } from "../support/cleanup.ts";
import { openCorner, testServers } from "../support/servers.ts";
import { DAY_MS, session, THEN } from "./sessions.ts";

const cleanUp = createCleanUp();
let embedding: Embedding;

const TALK = [
  ["我想退掉护眼台灯，一直闪", "为您办理退货：护眼台灯（订单 GL-1）。确认吗？"],
  ["确认", "**退货已提交**：护眼台灯（订单 GL-1）。快递员会在 24 小时内联系您取件。"],
  ["会员有什么好处", "会员每年有四张免邮券。"],
  ["跑鞋能换大一码吗", "为您换货：跑鞋换 43 码。确认吗？"],
  ["帮我开张发票", "发票可以在订单详情里申请，抬头可填公司。"],
] as const;

beforeAll(async () => {
  const embedder = await createEmbedder(testServers().embedder);
  const vectors = await embedder.embed(TALK.flat());
  const mean = vectors[0]?.map((_, i) => vectors.reduce((sum, vector) => sum + (vector[i] ?? 0), 0) / vectors.length);
  if (!mean) throw new Error("no vectors");
  embedding = { embedder, mean };
});

async function conversation() {
  const corner = await openCorner();
  cleanUp(() => corner.close());
  const identity: SessionIdentity = {
    tenant: corner.tenant,
    sessionId: `s-${corner.tenant}`,
    customerId: "c-lin",
    locale: "zh",
    channel: "web",
  };
  const messages = TALK.flatMap(([words, reply], i): MessageDoc[] => {
    const common = { tenant: corner.tenant, sessionId: identity.sessionId, turn: i + 1 };
    const at = new Date(THEN + i * 60_000);
    return [
      { ...common, seq: 2 * i + 1, role: "customer", text: words, at },
      {
        ...common,
        seq: 2 * i + 2,
        role: "assistant",
        text: reply,
        at,
        carry: { nextAction: i === 0 ? 1 : 2, epoch: 0 },
      },
    ];
  });
  const fixed = { locale: "zh", channel: "web", createdAt: new Date(THEN), ownerEpoch: 0 } as const;
  await corner.store.sessions.insertOne({
    _id: identity.sessionId,
    tenant: corner.tenant,
    customerId: "c-lin",
    ...fixed,
  });
  await corner.store.messages.insertMany(await Promise.all(messages.map((doc) => sealMessage(corner.keyring, doc))));
  let embedded = 0;
  const counting: Embedding = {
    ...embedding,
    embedder: {
      ...embedding.embedder,
      embed(texts) {
        embedded += texts.length;
        return embedding.embedder.embed(texts);
      },
    },
  };
  const memory = createMemory({
    store: corner.store,
    sealer: corner.keyring,
    embedding: counting,
    objects: null,
    sweepObjects: null,
    report: (trouble, error) => {
      throw new Error(trouble, { cause: error });
    },
    keepMs: 7 * DAY_MS,
  });
  const hot = { identity, window: [], dialogue: newDialogue(), turn: TALK.length };
  return { corner, identity, memory, hot, embedded: () => embedded };
}

describe("saving", () => {
  test("holds what was said, decided and promised; due a week after the last word; again is the same", async () => {
    const { corner, identity, memory, hot, embedded } = await conversation();
    await memory.save(hot);
    const [first] = await corner.store.warm.find().toArray();
    if (!first) throw new Error("nothing was saved");
    const record = await openRecord(corner.keyring, first.body.buffer);
    expect(record.said.map(({ turn, text }) => [turn, text])).toEqual(
      TALK.flatMap((pair, i) => pair.map((text) => [i + 1, text])),
    );
    expect(record).toMatchObject({
      summary: "2: 退货已提交：护眼台灯（订单 GL-1）。快递员会在 24 小时内联系您取件。",
      outcome: "done",
      customerId: "c-lin",
    });
    expect(record.vectors).toHaveLength(TALK.length * 48);
    expect(first.dueAt.getTime()).toBe(THEN + (TALK.length - 1) * 60_000 + 7 * DAY_MS);
    expect(embedded()).toBe(TALK.length);

    // A crash between saving and forgetting saves once more: nothing is embedded, nothing changes.
    await memory.save(hot);
    expect(await corner.store.warm.find().toArray()).toEqual([first]);
    expect(embedded()).toBe(TALK.length);

    // The pieces of a prompt come from it, cited.
    expect(await memory.relevant(identity, "上次那个台灯退了没有", [])).toContainEqual(
      expect.stringMatching(/^\[2026-05-05, turn [12]\] .*台灯/s),
    );
  });

  test("a session that ends after a pause keeps the window and focus it had before", async () => {
    const { corner, identity, memory, hot } = await conversation();
    const window = [{ role: "customer" as const, text: "帮我开张发票" }];
    const focus = [{ orderId: "GL-1", line: 0 }];
    await memory.save({ ...hot, window, dialogue: { ...hot.dialogue, focus } });
    await memory.save(hot);
    expect(await memory.recall(identity, new Date())).toMatchObject({ window, focus });
    expect(await corner.store.warm.countDocuments()).toBe(1);
  });

  test("nothing said is nothing saved", async () => {
    const { corner, memory, hot } = await conversation();
    await corner.store.messages.deleteMany({});
    await memory.save(hot);
    expect(await corner.store.warm.countDocuments()).toBe(0);
  });
});

describe("retrieving", () => {
  test("three pieces, the right one among them, in the order in which they were said, none that the window shows", async () => {
    const { corner, memory, hot } = await conversation();
    await memory.save(hot);
    const [doc] = await corner.store.warm.find().toArray();
    const records = doc ? [await openRecord(corner.keyring, doc.body.buffer)] : [];
    const pieces = await relevantPieces(embedding, records, "发票抬头怎么填来着");
    expect(pieces).toHaveLength(3);
    expect(pieces.map(({ turn }) => turn)).toContain(5);
    expect(pieces.map(({ at }) => at)).toEqual(pieces.map(({ at }) => at).sort((a, b) => a - b));
    const shown = await relevantPieces(embedding, records, "发票抬头怎么填来着", [
      { role: "customer", text: TALK[4][0] },
    ]);
    expect(shown.map(({ turn }) => turn)).not.toContain(5);
  });

  test("a question about the past is told the turn that answers it; one about something else, nothing", async () => {
    const { identity, memory, hot } = await conversation();
    await memory.save(hot);
    const told = await memory.told(identity, "上次让你们帮我开张发票，抬头怎么说的");
    expect(told[0]).toMatchObject({ said: expect.stringContaining("发票") });
    expect(told.length).toBeLessThanOrEqual(2);
    expect(await memory.told(identity, "what is the capital of France")).toEqual([]);
    const promised = await memory.promised(identity, ["GL-1", "GL-404"]);
    expect([...promised.keys()]).toEqual(["GL-1"]);
  });

  test("a short past is given whole, and cited by day and turn", async () => {
    const pieces = await relevantPieces(embedding, [session()], "anything");
    expect(pieces.map(({ turn }) => turn)).toEqual([1, 2]);
    expect(pieces.map(cite)[1]).toMatch(/^\[2026-05-05, turn 2\] 是的\n退货已提交/);
  });

  test("a text is nearest to itself at one bit a dimension", async () => {
    const texts = TALK.map(([words]) => words);
    const vectors = await embedding.embedder.embed(texts);
    const bits = vectors.map((vector) => quantise(vector, embedding.mean));
    for (const [i, vector] of vectors.entries()) {
      const scores = bits.map((each) => nearness(vector, embedding.mean, each));
      expect(scores.indexOf(Math.max(...scores))).toBe(i);
    }
  });
});

test("notes name the slots of what is open, what was done and what was promised", () => {
  const open = {
    id: 1,
    kind: "exchange" as const,
    items: [{ orderId: "GL-1", line: 0, quantity: 2 }],
    candidates: [],
    reason: "太小",
    exchangeFor: [{ size: "43" }],
    wantedText: null,
    asked: [],
    settled: [],
  };
  const action = { number: 3, kind: "return" as const, orderId: "GL-2", items: [{ line: 1 }], reason: null };
  expect(notesOf([{ key: "done", results: [{ action, ok: true }] }, { key: "callback" }], [open])).toEqual([
    "exchange no. 1: GL-1/0 ×2, because 太小, for 43",
    "return action 3: done GL-2/1",
    "a call-back: promised",
  ]);
});
