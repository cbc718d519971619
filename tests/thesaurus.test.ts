import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { isHan, normalize, stem, words } from "../src/understanding/text.ts";
import { loadThesaurus } from "../src/understanding/thesaurus.ts";

/** The thesaurus is written by hand: its rules are kept here, and so is what it is for. */
const path = join(import.meta.dirname, "..", "data", "thesaurus.json");
const { groups } = JSON.parse(readFileSync(path, "utf8")) as { groups: string[][] };
const thesaurus = await loadThesaurus(path);

/** Two spellings with one key are one word to the code that looks them up. */
const keyOf = (word: string): string => (isHan(word) ? word : words(word).map(stem).join(" "));
const duplicates = (values: string[]): string[] => values.filter((value, at) => values.indexOf(value) !== at);

const GROUPS_MIN = 260;
const GROUPS_PER_WORD_MAX = 3;
const WORDS_PER_PHRASE_MAX = 3;
/** Nouns of one character that mean little else. Not 被: it marks the passive in every other complaint. */
const SINGLE = new Set([..."锅鞋灯伞表书琴帽包杯刀枕"]);

describe("thesaurus: form", () => {
  test("has groups for every kind of retail", () => expect(groups.length).toBeGreaterThanOrEqual(GROUPS_MIN));

  test("every group has a Chinese and an English word, none twice", () => {
    expect(groups.filter((group) => !group.some(isHan) || group.every(isHan))).toEqual([]);
    expect(groups.flatMap((group) => duplicates(group.map(keyOf)))).toEqual([]);
  });

  test("words are written as messages are normalised: lower case, single spaces, no punctuation at the ends", () => {
    const all = groups.flat();
    expect(all.filter((word) => word !== normalize(word))).toEqual([]);
    expect(all.filter((word) => !/^[\p{L}\p{N}].*[\p{L}\p{N}]$|^\p{Script=Han}$/u.test(word))).toEqual([]);
  });

  test("phrases are short enough to be looked up", () =>
    expect(groups.flat().filter((word) => !isHan(word) && words(word).length > WORDS_PER_PHRASE_MAX)).toEqual([]));

  test("single characters are unmistakable ones", () =>
    expect(groups.flat().filter((word) => isHan(word) && word.length === 1 && !SINGLE.has(word))).toEqual([]));

  test("no word stands in more than three groups", () => {
    const counts = new Map<string, number>();
    for (const word of groups.flat()) counts.set(keyOf(word), (counts.get(keyOf(word)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > GROUPS_PER_WORD_MAX)).toEqual([]);
  });
});

describe("thesaurus: what customers say finds what they bought", () => {
  test.each([
    ["my charger", "65W GaN Wall Adapter"],
    ["那个本子", "A5手账本"],
    ["the screen", "27-inch display"],
    ["the lippy", "Matte Lip Colour"],
    ["那口锅", "不粘煎锅"],
    ["my kicks", "Cushioned running shoes"],
    ["那双鞋", "缓震跑步鞋"],
    ["我的耳机", "Noise-cancelling wireless earbuds"],
    ["the pram", "轻便折叠婴儿推车"],
    ["the couch", "双人布艺沙发"],
    ["my jumper", "羊毛针织衫"],
    ["the duvet", "羽绒被 200x230"],
    ["the shorts", "速干运动短裤"],
    ["the brolly", "全自动晴雨伞"],
    ["the hairdryer", "负离子电吹风"],
    ["那个行李箱", "Carry-on suitcase 20 inch"],
    ["my nappies", "拉拉裤 XL"],
  ])("%s → %s", (said, name) => {
    const kinds = thesaurus.kinds(normalize(name));
    expect(thesaurus.kinds(normalize(said)).some((kind) => kinds.includes(kind))).toBe(true);
  });

  test.each([
    ["the table", "LED desk lamp"],
    ["my mug", "Baby bottle 240 ml"],
    ["那本书", "双肩书包"],
    ["the lipstick", "Hydrating face serum"],
  ])("%s is no %s", (said, name) => {
    const kinds = thesaurus.kinds(normalize(name));
    expect(thesaurus.kinds(normalize(said)).filter((kind) => kinds.includes(kind))).toEqual([]);
  });
});

describe("thesaurus: a complaint names nothing", () => {
  test.each([
    "it's too short and too tight for me",
    "it arrived broken, there is glass everywhere",
    "there's a chip in it and the shade is off",
    "overall I am not happy with the quality",
    "can I get my money back please, contact me by email",
    "the colour doesn't suit me and it's lighter than I thought",
    "is it safe? it rattles and smells",
    "the box was crushed and the seal was open",
    "3 pcs are missing",
    "包装破了，里面都被压坏了",
    "没包好，摔碎了",
    "指示灯不亮，说明书也没有",
    "我要换小号的，大号太大",
    "把手松了，手柄掉了，还漏水",
    "表面有划痕，异味很大",
    "背带太短",
  ])("%s", (text) => expect(thesaurus.named(normalize(text))).toEqual([]));
});
