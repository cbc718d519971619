/**
 * The splits of the labelled data stay apart, and the test split is for `npm run evaluate`. What fails here is named by id, never by
 * text: nobody reads the test split.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import type { ShopDialogue } from "../src/evaluation/data.ts";
import { loadDialogues, loadMessages, loadTopics, shopFile } from "../src/evaluation/data.ts";
import { createMemoryShop } from "../src/evaluation/memory-shop.ts";
import { dialogueFor, lineOf } from "../src/evaluation/situation.ts";
import type { LabelledMessage, Split } from "../src/evaluation/types.ts";

const root = join(import.meta.dirname, "..");
const SPLITS: Split[] = ["tuning", "test"];

let messages: Record<Split, LabelledMessage[]>;
let dialogues: Record<Split, ShopDialogue[]>;

beforeAll(async () => {
  messages = { tuning: await loadMessages("tuning"), test: await loadMessages("test") };
  dialogues = { tuning: await loadDialogues("tuning"), test: await loadDialogues("test") };
});

interface Text {
  id: string;
  text: string;
}

const spoken = (split: Split): Text[] => [
  ...messages[split],
  ...dialogues[split].flatMap(({ dialogue: { id, turns, simulate } }) =>
    [...turns, ...Object.values(simulate)].flatMap((text) => (text === null ? [] : [{ id, text }])),
  ),
];

function examples(): Text[] {
  const found: Text[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === "string") found.push({ id: "data/examples", text: value });
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(walk);
  };
  for (const locale of ["zh", "en"])
    walk(JSON.parse(readFileSync(join(root, "data", "examples", `${locale}.json`), "utf8")));
  return found;
}

const both = (some: Set<string>, others: Set<string>): string[] => [...some].filter((one) => others.has(one));

const plain = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

const bigrams = (text: string): Set<string> => {
  const letters = [...plain(text)];
  return new Set(letters.slice(1).map((letter, index) => `${letters[index]}${letter}`));
};

/** "Yes", "ok", "转人工": there are only so many ways, and everybody uses them. */
const LONG: Record<"han" | "latin", number> = { han: 7, latin: 18 };
const longEnough = (text: string): boolean => {
  const letters = plain(text);
  return letters.length >= (/\p{Script=Han}/u.test(letters) ? LONG.han : LONG.latin);
};
const NEARLY = 0.75;

function tooNear(some: Text[], others: Text[]): string[] {
  const known = others.map(({ id, text }) => ({ id, parts: bigrams(text) }));
  return some
    .filter(({ text }) => longEnough(text))
    .flatMap(({ id, text }) => {
      const parts = bigrams(text);
      return known
        .filter((other) => {
          const shared = [...parts].filter((part) => other.parts.has(part)).length;
          return shared / (parts.size + other.parts.size - shared) >= NEARLY;
        })
        .map((other) => `${id} ~ ${other.id}`);
    });
}

describe("labelled data", () => {
  test("is as large as issue and README say, half Chinese and half English", () => {
    const count = (list: Array<{ locale: string }>, locale: string): number =>
      list.filter((one) => one.locale === locale).length;
    for (const locale of ["zh", "en"]) {
      expect(count(messages.test, locale)).toBeGreaterThanOrEqual(200);
      expect(
        count(
          dialogues.test.map(({ dialogue }) => dialogue),
          locale,
        ),
      ).toBeGreaterThanOrEqual(40);
    }
  });

  test("has no author-template in both splits", () => {
    const templates = (split: Split): Set<string> =>
      new Set([...messages[split], ...dialogues[split]].map(({ template }) => template));
    expect(both(templates("test"), templates("tuning"))).toEqual([]);
  });

  test("has no id twice", () => {
    for (const split of SPLITS) {
      const ids = [...messages[split].map(({ id }) => id), ...dialogues[split].map(({ dialogue }) => dialogue.id)];
      expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    }
  });

  test("has nothing nearly the same in both splits, or in the classifier's examples", () => {
    expect(tooNear(spoken("test"), [...spoken("tuning"), ...examples()])).toEqual([]);
  });

  test("finds what is nearly the same", () => {
    const one = [{ id: "a", text: "我想退掉昨天买的那个行李箱，轮子坏了" }];
    expect(tooNear(one, [{ id: "b", text: "我想退掉昨天买的那个行李箱,轮子坏了!" }])).toEqual(["a ~ b"]);
    expect(tooNear(one, [{ id: "b", text: "行李箱什么时候到" }])).toEqual([]);
  });

  test("has shops and order numbers of its own in the test split", async () => {
    const shops = (split: Split): string[] => [
      ...new Set([...messages[split].map(({ shop }) => shop), ...dialogues[split].map(({ shop }) => shop)]),
    ];
    const names = async (split: Split): Promise<Set<string>> =>
      new Set(
        (await Promise.all(shops(split).map(shopFile))).flatMap(({ products, orders }) => [
          ...products.map(({ name }) => name),
          ...orders.map(({ id }) => id),
        ]),
      );
    expect(both(await names("test"), await names("tuning"))).toEqual([]);
  });

  test.each(SPLITS)("labels of %s point at lines that exist, of that customer", async (split) => {
    for (const message of messages[split]) {
      const { orders } = createMemoryShop(await shopFile(message.shop), new Date());
      const own = orders.filter(({ customerId }) => customerId === message.customer);
      dialogueFor(message.situation, own);
      for (const act of message.acts) {
        for (const ref of [...(act.items ?? []), ...(act.oneOf ?? []), ...(act.refused ?? [])]) lineOf(ref, own);
        for (const id of act.orders ?? []) expect(own.map((order) => order.id)).toContain(id);
      }
    }
    for (const { dialogue, shop } of dialogues[split]) {
      const { orders } = createMemoryShop(await shopFile(shop), new Date());
      for (const { order, products } of dialogue.expect.requests)
        for (const product of products) lineOf(`${order}/${product}`, orders);
    }
  });

  test("has turns on and off topic", async () => {
    const topics = await loadTopics();
    expect(topics.filter(({ on }) => on).length).toBeGreaterThanOrEqual(40);
    expect(topics.filter(({ on }) => !on).length).toBeGreaterThanOrEqual(40);
  });
});

test("the test split is read by `npm run evaluate` alone", () => {
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" })
    .trim()
    .split("\n")
    .filter((file) => /\.(ts|tsx|js|json|sh|yml)$/.test(file) && !file.startsWith("data/evaluation/"));
  const readers = files.filter((file) =>
    /data\/evaluation\/test|load(?:Messages|Dialogues)\((?:"test"|options\.split)\)/.test(
      readFileSync(join(root, file), "utf8"),
    ),
  );
  expect(readers.toSorted()).toEqual([
    "src/cli/evaluate.ts",
    "src/evaluation/data.ts",
    "tests/evaluation-data.test.ts",
  ]);
  // What could be handed a split by a variable.
  const callers = files.filter((file) =>
    /load(?:Messages|Dialogues)\((?!["s])/.test(readFileSync(join(root, file), "utf8")),
  );
  expect(callers.toSorted()).toEqual(["src/cli/evaluate.ts"]);
});
