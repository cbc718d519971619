/** M8: what is written is what OpenAI and LLaMA-Factory read. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Ajv } from "ajv";
import { parse } from "yaml";
import type { ExportFormat, ExportKind } from "../../src/export/types.ts";
import { createCleanUp } from "../support/cleanup.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";
import * as schemas from "../support/training-schemas.ts";
import type { Line, Shop } from "./shop.ts";
import { openShop, pair } from "./shop.ts";

const cleanUp = createCleanUp();
let corner: Corner;
let shop: Shop;

beforeAll(async () => {
  corner = await openCorner();
  shop = openShop(corner, cleanUp);
  const lamp = pair("en/lamp", "How long is the lamp's warranty?", "The warranty is one year.", {
    alternatives: ["lamp guarantee, how long"],
  });
  await shop.review(lamp);
  await shop.review({ ...lamp, answer: "The warranty is two years." });
  await shop.review(pair("zh/fan", "风扇可以拆洗吗？", "可以，扇叶取下后用清水冲洗。", { locale: "zh" }));
  await shop.review(pair("en/tea", "Is the tea organic?", "All our teas are certified organic."));
  const talked = await shop.talk("c-1", [
    ...["C Can the kettle boil milk?", "B It has 1.7 litres.", "C no, milk", "A Hi, I'm Mei!"],
    ...["A The kettle is for water only, milk burns on the plate.", "C And soup?", "A Soup burns as well, water only."],
  ]);
  await shop.judge(talked, 2, false);
});
afterAll(() => corner.close());

const ajv = new Ajv({ allErrors: true });
function expectValid(schema: object, lines: Line[]): void {
  const validate = ajv.compile(schema);
  for (const line of lines) expect([validate(line), validate.errors, line]).toEqual([true, null, line]);
}

test.each<[ExportKind, ExportFormat, object]>([
  ["sft", "openai", schemas.openAiChat],
  ["sft", "llama-factory", schemas.shareGpt],
  ["lora", "llama-factory", schemas.shareGpt],
  ["lora", "openai", schemas.openAiChat],
  ["dpo", "openai", schemas.openAiPreference],
  ["dpo", "llama-factory", schemas.shareGptPreference],
])("%s as %s validates, line by line, and each line is in records.jsonl", async (kind, format, schema) => {
  const made = await shop.export({ kind, format, consent: "contract", testShare: 0.4 });
  const lines = [...made.train, ...made.test];
  expect(lines.length).toBe(kind === "dpo" ? 2 : 5);
  expectValid(schema, lines);
  expect(made.records.map(({ file, line }) => `${String(file)}:${String(line)}`).sort()).toEqual(
    [
      ...made.train.map((_, index) => `train.jsonl:${index + 1}`),
      ...made.test.map((_, index) => `test.jsonl:${index + 1}`),
    ].sort(),
  );
  for (const record of made.records)
    expect(record).toMatchObject({ licence: "test licence", date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
});

test("the schemas would catch a mistake", () => {
  const answer = { role: "assistant", content: "a" };
  const input = { messages: [{ role: "user", content: "q" }] };
  const wrong: Array<[object, object]> = [
    [schemas.openAiChat, { messages: input.messages.concat(input.messages) }],
    [schemas.openAiChat, { messages: [...input.messages, answer], metadata: {} }],
    [schemas.openAiPreference, { input, preferred_output: [answer], non_preferred_output: [] }],
    [schemas.shareGpt, { conversations: [{ from: "user", value: "q" }], system: "s" }],
  ];
  for (const [schema, line] of wrong) expect(ajv.compile(schema)(line)).toBe(false);
});

test("user and assistant alternate, beginning with the user; the agent's words are the assistant's and the bot's are nobody's", async () => {
  const { train } = await shop.export({ format: "llama-factory", consent: "contract" });
  const chats = train.map((line) => line.conversations as Array<{ from: string; value: string }>);
  for (const chat of chats) {
    expect(chat.map(({ from }) => from)).toEqual(chat.map((_, index) => (index % 2 === 0 ? "human" : "gpt")));
    expect(chat.length % 2).toBe(0);
  }
  expect(chats.find((chat) => chat.length > 2)).toEqual([
    { from: "human", value: "Can the kettle boil milk?\nno, milk" },
    { from: "gpt", value: "The kettle is for water only, milk burns on the plate." },
    { from: "human", value: "And soup?" },
    { from: "gpt", value: "Soup burns as well, water only." },
  ]);
});

test("LLaMA-Factory's registry names the files and columns that are there, and the LoRA configuration names the registry's sets", async () => {
  for (const [kind, format] of [
    ["lora", "llama-factory"],
    ["lora", "openai"],
    ["dpo", "llama-factory"],
  ] as const) {
    const made = await shop.export({ kind, format, consent: "contract", testShare: 0.4 });
    const info = JSON.parse(await made.text("dataset_info.json")) as Record<
      string,
      { file_name: string; columns: Record<string, string> }
    >;
    expectValid(schemas.datasetInfo, [info as unknown as Line]);
    for (const { file_name, columns } of Object.values(info)) {
      const [line = {}] = file_name === "train.jsonl" ? made.train : made.test;
      expect(Object.keys(line)).toEqual(expect.arrayContaining(Object.values(columns)));
    }
    const trained = made.report.files.filter(({ name }) => name.startsWith("lora-"));
    expect(trained.length).toBe(kind === "lora" ? 2 : 0);
    for (const { name } of trained) {
      const yaml = parse(await made.text(name)) as Record<string, unknown>;
      expect(yaml).toMatchObject({ stage: "sft", finetuning_type: "lora", lora_rank: 8, dataset_dir: "." });
      expect(Object.keys(info)).toEqual([yaml.dataset, yaml.eval_dataset]);
    }
  }
});

test("the card counts what is there, says how it was made, and its checksums are the files'", async () => {
  const made = await shop.export({ consent: "contract", testShare: 0.4, seed: 7 });
  const card = await made.text("card.md");
  const front = parse(card.split("---\n")[1] ?? "") as Record<string, unknown>;
  expect(front).toMatchObject({ license: "other", license_name: "test licence", size_categories: ["n<1K"] });
  expect((front.language as string[]).sort()).toEqual(["en", "zh"]);
  expect(card).toContain("npm run export -- sft");
  expect(card).toContain(`${made.train.length} to train on, ${made.test.length} to test with`);
  expect(card).toContain("| entry: entries that a person accepted | 4 |");
  expect(card).toContain("| return | 1 |");
  expect(card).toContain("seed 7");
  for (const { name, sha256 } of made.report.files.filter((file) => file.name !== "card.md")) {
    expect(sha256).toBe(
      createHash("sha256")
        .update(await made.text(name))
        .digest("hex"),
    );
    expect(card).toContain(`| ${name} | `);
    expect(card).toContain(sha256);
  }
});
