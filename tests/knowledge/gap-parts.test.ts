/** P4: what of a conversation is its question and its answer, and which questions are one. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import { answerIn, bestAnswer, questionIn } from "../../src/knowledge/gaps/asked.ts";
import type { Asked } from "../../src/knowledge/gaps/cluster.ts";
import { bestGroup, mostTypical } from "../../src/knowledge/gaps/cluster.ts";
import type { Worded } from "../../src/knowledge/gaps/words.ts";
import { createEmbedder } from "../../src/models/local/embedder.ts";
import type { Embedder } from "../../src/models/types.ts";
import { loadClassifier } from "../../src/understanding/examples.ts";
import { centre } from "../../src/understanding/vectors.ts";
import { testServers } from "../support/servers.ts";

let embedder: Embedder;
let mean: Float32Array;

beforeAll(async () => {
  const servers = testServers();
  embedder = await createEmbedder(servers.embedder);
  ({ mean } = await loadClassifier("data/examples", embedder, servers.cacheDir));
});

async function worded(...texts: string[]): Promise<Worded[]> {
  const vectors = await embedder.embed(texts);
  return texts.map((text, index) => ({ text, vector: centre(vectors[index] ?? new Float32Array(), mean) }));
}

describe("the question in what a customer wrote", () => {
  test.each([
    ["你好，请问洗发水适合油头吗？", "洗发水适合油头吗？"],
    ["我昨天收到的。洗发水适合油头吗？谢谢！", "洗发水适合油头吗？"],
    ["Hi there! I just got it. Does it need a transformer?", "Does it need a transformer?"],
    ["能开专票吗\n急", "能开专票吗"],
    ["wondering if you deliver to the Azores", "wondering if you deliver to the Azores"],
  ])("%s", (said, question) => {
    expect(questionIn(said, false)).toBe(question);
  });

  test("is none where nothing asks, if that is doubtful", () => {
    expect(questionIn("嘎嘎嘎", true)).toBeNull();
    expect(questionIn("asdf qwer", true)).toBeNull();
    expect(questionIn("洗发水油头", false)).toBe("洗发水油头");
    expect(questionIn("你好", false)).toBeNull();
  });
});

describe("the answer in what an agent wrote", () => {
  test.each([
    [["您好，很高兴为您服务", "请稍等", "绿瓶的适合油头。祝您购物愉快！"], "绿瓶的适合油头。"],
    [
      ["Hi!", "Let me check that for you.", "Yes, to the Azores it takes 12 days."],
      "Yes, to the Azores it takes 12 days.",
    ],
    [["可以的亲，", "下单时备注尺寸就行"], "可以的亲，\n下单时备注尺寸就行"],
    [["请您提供一下订单号", "好的"], null],
  ])("%j", (said, answer) => {
    expect(answerIn(said)).toBe(answer);
  });

  test("is what speaks of the question, not the longest or the last", async () => {
    const [question, ...said] = await worded(
      "洗发水适合油性头皮吗？",
      "您上周的订单已经由顺丰发出，预计后天送到您的地址，请保持电话畅通。",
      "绿瓶的控油款专为油性头皮设计。",
      "可以的",
    );
    if (!question) throw new Error("no question");
    expect(bestAnswer(question, said)?.text).toBe("绿瓶的控油款专为油性头皮设计。");
    expect(bestAnswer(question, [])).toBeNull();
  });
});

describe("which questions are one", () => {
  const asked = async (question: string, answer?: string): Promise<Asked> => {
    const [q, a] = await worded(question, ...(answer === undefined ? [] : [answer]));
    if (!q) throw new Error("no question");
    return { question: q, answer: a ?? null };
  };
  const joins = async (one: Asked, ...members: Asked[]): Promise<boolean> => bestGroup(one, [{ members }]) !== null;

  test("by its answer, however it is worded", async () => {
    const group = [
      await asked("洗发水适合油性头皮吗？", "绿瓶的控油款专为油性头皮设计。"),
      await asked("头发爱出油选哪款洗发水", "建议选绿瓶控油款哦，油性头皮专用的"),
    ];
    expect(await joins(await asked("油头用哪个", "绿瓶那款控油的，适合油性头皮"), ...group)).toBe(true);
    expect(await joins(await asked("干性头皮用哪个", "白瓶的滋养款更适合，绿瓶太干"), ...group)).toBe(false);
  });

  test("by nearly the same words, while nobody has answered", async () => {
    const group = [await asked("Do you ship to the Azores?")];
    expect(await joins(await asked("do u ship to the Azores"), ...group)).toBe(true);
    expect(await joins(await asked("Do you ship to Finland?"), ...group)).toBe(false);
    expect(await joins(await asked("Can I tour your warehouse?"), ...group)).toBe(false);
  });

  test("and they are called by the wording nearest to all", async () => {
    const all = await worded(
      "Do you ship to the Azores?",
      "Shipping to the Azores possible?",
      "azores",
      "parcel lost help",
    );
    expect(mostTypical(all)?.text).toMatch(/the Azores/);
    expect(mostTypical([])).toBeNull();
  });
});
