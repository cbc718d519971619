import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { LogConversationDoc } from "../../src/knowledge/types.ts";
import type { Ran } from "../support/command.ts";
import { runCommandLine, startCommand } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";
import type { Cell } from "../support/xlsx.ts";
import { xlsx } from "../support/xlsx.ts";

let corner: Corner;
let folder: string;

beforeAll(async () => {
  corner = await openCorner();
  folder = await mkdtemp(join(tmpdir(), "colloquy-logs-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await corner.close();
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** Every test has a tenant of its own. */
const run = (tenant: string, ...args: string[]): Promise<Ran> =>
  runCommandLine("src/cli/knowledge.ts", ["import", ...args, "--no-mine", "--tenant", tenant], corner.env);
const stored = (tenant: string): Promise<LogConversationDoc[]> =>
  corner.store.logConversations.find({ tenant }).sort({ _id: 1 }).toArray();

const HEADER = "conversation_id,message_id,sent_at,sender,text";
const CSV = `${HEADER}
c1,m1,2026-03-01T09:00:00Z,customer,"你好，""退货""运费
谁出？"
c1,m2,2026-03-01T09:01:00Z,agent,"不喜欢退货的话，运费您承担"
c2,m3,2026-03-01T10:00:00Z,customer,How long is the warranty?
c2,m4,2026-03-01T10:00:30Z,bot,I am a bot
c2,m5,2026-03-01T10:01:00Z,agent,"One year, from delivery"
`;
const said = (docs: LogConversationDoc[]) =>
  docs.map(({ conversation, locale, messages }) => [
    conversation,
    locale,
    messages.map(({ role, text, at }) => [role, text, at === null ? null : new Date(at).toISOString()]),
  ]);
const EXPECTED = [
  [
    "c1",
    "zh",
    [
      ["customer", '你好，"退货"运费\n谁出？', "2026-03-01T09:00:00.000Z"],
      ["agent", "不喜欢退货的话，运费您承担", "2026-03-01T09:01:00.000Z"],
    ],
  ],
  [
    "c2",
    "en",
    [
      ["customer", "How long is the warranty?", "2026-03-01T10:00:00.000Z"],
      ["bot", "I am a bot", "2026-03-01T10:00:30.000Z"],
      ["agent", "One year, from delivery", "2026-03-01T10:01:00.000Z"],
    ],
  ],
];

describe("P4: formats", () => {
  test("generic CSV, with quotes, line breaks and a mark at its beginning", async () => {
    const ran = await run("csv", await file("a.csv", `\ufeff${CSV}`));
    expect(ran.stderr).not.toMatch(/rror/);
    expect(ran.stdout).toContain("5 new messages, 2 new conversations");
    expect(said(await stored("csv"))).toEqual(EXPECTED);
  });

  test("generic JSON lines", async () => {
    const rows = EXPECTED.flatMap(([conversation, , messages]) =>
      (messages as string[][]).map(([sender, text, sent_at], at) =>
        JSON.stringify({ conversation_id: conversation, message_id: at, sent_at, sender, text }),
      ),
    );
    await run("jsonl", await file("a.jsonl", rows.join("\n")));
    expect(said(await stored("jsonl"))).toEqual(EXPECTED);
  });

  test("XLSX with strings of all kinds and dates as numbers", async () => {
    const day = (iso: string): number => (Date.parse(iso) - Date.UTC(1899, 11, 30)) / 86_400_000;
    const rows: Cell[][] = [
      HEADER.split(","),
      ["c1", "m1", day("2026-03-01T09:00:00Z"), "customer", '你好，"退货"运费\n谁出？'],
      ["c1", "m2", "2026-03-01 09:01", "agent", { rich: ["不喜欢退货的话，", "运费您承担"] }],
      [],
      ["c2", null, "2026/3/1 10:00:00", "customer", { inline: "How long is the warranty?" }],
      ["c2", null, "2026-03-01T10:00:30Z", "bot", "I am a bot"],
      ["c2", null, Date.parse("2026-03-01T10:01:00Z") / 1_000, "agent", "One year, from delivery"],
    ];
    const ran = await run("xlsx", await file("a.xlsx", xlsx(rows)));
    expect(ran.stdout).toContain("5 new messages");
    expect(said(await stored("xlsx"))).toEqual(EXPECTED);
  });

  test("Chatwoot: roles by number, notes and empty messages left out, the contact's name masked", async () => {
    const at = (iso: string): number => Date.parse(iso) / 1_000;
    const conversation = {
      id: 7,
      meta: { sender: { name: "王小丽", phone_number: "+8613912345678" } },
      messages: [
        { id: 1, content: "我是王小丽，运费谁出？", message_type: 0, created_at: at("2026-03-01T09:00:00Z") },
        { id: 2, content: "VIP, be nice", message_type: 1, private: true, created_at: 1772355600 },
        { id: 3, content: null, message_type: 0, created_at: 1772355600 },
        { id: 4, content: "Assigned to Li", message_type: 2, created_at: at("2026-03-01T09:00:10Z") },
        {
          id: 5,
          content: "我是机器人",
          message_type: 1,
          sender_type: "AgentBot",
          created_at: at("2026-03-01T09:00:20Z"),
        },
        { id: 6, content: "运费我们出", message_type: 1, sender_type: "User", created_at: at("2026-03-01T09:01:00Z") },
      ],
    };
    const path = await file("a.json", JSON.stringify({ data: { meta: {}, payload: [conversation] } }));
    const ran = await run("chatwoot", path, "--format", "chatwoot");
    expect(ran.stdout).toContain("4 new messages, 1 new conversations, 0 messages known already, 2 without text");
    expect(said(await stored("chatwoot"))[0]?.[2]).toEqual([
      ["customer", "我是[name]，运费谁出？", "2026-03-01T09:00:00.000Z"],
      ["system", "Assigned to Li", "2026-03-01T09:00:10.000Z"],
      ["bot", "我是机器人", "2026-03-01T09:00:20.000Z"],
      ["agent", "运费我们出", "2026-03-01T09:01:00.000Z"],
    ]);
  });

  test("own columns by a map, in GB 18030, with a zone", async () => {
    const map = {
      conversation: "会话",
      time: "时间",
      sender: "谁",
      text: "内容",
      names: ["姓名"],
      senders: { customer: ["买家"], system: ["系统"] },
      otherSenders: "agent",
      utcOffset: "+08:00",
    };
    const gb = Buffer.from(
      // 会话;时间;谁;内容;姓名 / A1;2026-03-01 17:00:00;买家;张三丰问运费;张三丰 / A1;2026-03-01 17:01:00;小美;包邮;
      "bbe1bbb03bcab1bce43bcbad3bc4dac8dd3bd0d5c3fb0a41313b323032362d30332d30312031373a30303a30303bc2f2bcd23bd5c5c8fdb7e1cecad4cbb7d13bd5c5c8fdb7e10a41313b323032362d30332d30312031373a30313a30303bd0a1c3c03bb0fcd3ca3b0a",
      "hex",
    );
    const columns = await file("map.json", JSON.stringify(map));
    await run("columns", await file("gb.csv", gb), "--columns", columns);
    expect(said(await stored("columns"))).toEqual([
      [
        "A1",
        "zh",
        [
          ["customer", "[name]问运费", "2026-03-01T09:00:00.000Z"],
          ["agent", "包邮", "2026-03-01T09:01:00.000Z"],
        ],
      ],
    ]);
  });

  test("a map that is wrong names its fields", async () => {
    const columns = await file("bad-map.json", JSON.stringify({ conversation: "a", text: 5, sendrs: {} }));
    const ran = await run("bad-map", await file("b.csv", CSV), "--columns", columns);
    expect(ran.code).toBe(1);
    for (const name of ["bad-map.json", "sender", "text", "sendrs"]) expect(ran.stderr).toContain(name);
  });
});

describe("bad rows", () => {
  const good = Array.from({ length: 60 }, (_, at) => `c${at},m${at},2026-03-01T09:00:00Z,customer,question ${at}?`);

  test("are reported with their lines and don't stop the others", async () => {
    const rows = [...good];
    rows.splice(10, 0, "c,x,yesterday,customer,no time", "c,y,2026-03-01T09:00:00Z,martian,nobody 13812345678");
    const path = await file(
      "bad.csv",
      `${[HEADER, ...rows, 'c,z,2026-03-01T09:00:00Z,agent,a "quote" inside', ...good].join("\n")}\n`,
    );
    const ran = await run("bad", path);
    expect(ran.stdout).toContain("60 new messages");
    expect(ran.stdout).toContain("3 bad rows");
    for (const words of ["line 12: sent_at", 'line 13: sender is "martian"', "line 64: not CSV"])
      expect(ran.stderr).toContain(words);
    const report = (await readFile(`${path}.rejected`, "utf8")).trim().split("\n");
    expect(report.map((line) => (JSON.parse(line) as { where: string }).where)).toEqual([
      "line 12",
      "line 13",
      "line 64",
    ]);
    expect(report.join()).toContain("[mobile]");
    expect(report.join()).not.toContain("13812345678");
  });

  test("a stray quote costs its own row, not the good ones behind it", async () => {
    const path = await file(
      "stray.csv",
      [
        HEADER,
        ...good.slice(0, 30),
        'c,z,2026-03-01T09:00:00Z,agent,"stray" quote',
        ...good.slice(30),
        'c99,z,2026-03-01T09:00:00Z,agent,"a proper one"',
        "c98,y,2026-03-01T09:00:00Z,agent,fine",
      ].join("\n"),
    );
    const ran = await run("stray", path);
    expect(ran.stdout).toContain("61 new messages");
    expect(ran.stderr).toContain("line 32: not CSV: something stands between a closing quote");
    expect(ran.stderr).toContain("line 63: not CSV: the quote of line 32 ends in it");
  });

  test("too many of them and nothing is imported; the share can be set", async () => {
    const path = await file("worse.csv", [HEADER, ...good.slice(0, 40), "a,b", "a,b", "a,b", "a,b"].join("\n"));
    const ran = await run("worse", path);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/4 of 44 rows are bad.*--max-bad-percent.*\n.*line 42: 2 fields instead of 5/);
    expect(await stored("worse")).toEqual([]);
    expect((await run("worse", path, "--max-bad-percent", "10")).stdout).toContain("40 new messages");
  });

  test("a quote that is never closed is one bad row, not the rest of the file swallowed in silence", async () => {
    const path = await file(
      "open.csv",
      [HEADER, ...good, 'c,z,2026-03-01T09:00:00Z,agent,"never closed', "c1,m,,"].join("\n"),
    );
    const ran = await run("open", path);
    expect(ran.stdout).toContain("60 new messages");
    expect(ran.stderr).toContain("line 62: not CSV: a quote is never closed");
    expect(ran.stderr).toContain("line 63: 4 fields instead of 5");
  });

  test.each([
    ["text that is XLSX by name", "fake.xlsx", CSV, "is no XLSX file"],
    ["XLSX that is CSV by name", "fake.csv", xlsx([["a"]]), "is a zip archive"],
    ["bytes", "bytes.csv", new Uint8Array([1, 0, 2, 0, 0, 200]), "no text file"],
    [
      "other columns",
      "other.csv",
      "id,name\n1,Ann\n",
      "no column conversation_id, sender, text, message_id, sent_at. It has: id, name",
    ],
    ["nothing", "empty.csv", "", "is empty"],
    [
      "JSON that breaks off",
      "cut.json",
      '[{"id":1,"messages":[{"id":1,"content":"a","message_type":0}]},{"id":2,',
      "breaks off",
    ],
    ["another ending", "log.pdf", "%PDF", "files end in"],
  ])("a foreign file: %s", async (what, name, content, words) => {
    const tenant = `foreign-${name}`;
    const format = name.endsWith(".json") ? ["--format", "chatwoot"] : [];
    const ran = await run(tenant, await file(name, content), ...format);
    expect([what, ran.code]).toEqual([what, 1]);
    expect(ran.stderr).toContain(words);
    expect(ran.stderr).toContain(name);
    expect(await stored(tenant)).toEqual([]);
  });

  test("an XLSX file that was cut short changes nothing", async () => {
    const path = await file("cut.xlsx", xlsx([HEADER.split(","), ...good.map((row) => row.split(","))]));
    await truncate(path, 900);
    const ran = await run("cut", path);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("cut.xlsx is no XLSX file");
    expect(await stored("cut")).toEqual([]);
  });
});

describe("again and again", () => {
  test("the same file, an overlapping export and one without ids change nothing", async () => {
    const [, ...rows] = CSV.trim().split(/\n(?=c\d)/);
    const path = await file("once.csv", CSV);
    await run("again", path);
    const before = await stored("again");
    expect((await run("again", path)).stdout).toContain("imported already");
    expect((await run("again", path, "--again")).stdout).toContain(
      "0 new messages, 0 new conversations, 5 messages known",
    );
    expect(await stored("again")).toEqual(before);
    const more = await file(
      "more.csv",
      `${[HEADER, ...rows.slice(2), "c2,m9,2026-03-01T10:02:00Z,customer,thanks"].join("\n")}\n`,
    );
    expect((await run("again", more)).stdout).toContain("1 new messages, 0 new conversations, 3 messages known");
    const after = await stored("again");
    expect(after[0]).toEqual(before[0]);
    expect(after[1]?.messages.map(({ id }) => id)).toEqual(["m3", "m4", "m5", "m9"]);
  });

  test("a dry run stores nothing and says what it found", async () => {
    const ran = await run("dry", await file("dry.csv", `${CSV}c9,m9,never,agent,bad\n`), "--dry-run");
    expect(ran.stdout).toContain("5 messages can be imported, 0 without text or private, 1 bad rows");
    expect(await stored("dry")).toEqual([]);
    expect(await corner.store.logImports.countDocuments({ tenant: "dry" })).toBe(0);
  });

  test("killed again and again, the same command goes on, and nothing is lost or doubled", async () => {
    const rows = Array.from({ length: 30_000 }, (_, at) => {
      const sender = at % 2 === 0 ? "customer" : "agent";
      return `c${Math.floor(at / 40) * 7 + (at % 7)},m${at},2026-03-01T09:00:00Z,${at % 9_000 === 8_999 ? "martian" : sender},text ${at}`;
    });
    const path = await file("long.csv", `${[HEADER, ...rows].join("\n")}\n`);
    const args = ["import", path, "--no-mine", "--tenant", "killed"];
    for (const rowsDone of [0, 5_000, 15_000]) {
      const { child, ended } = startCommand("src/cli/knowledge.ts", args, corner.env);
      await eventually(`${rowsDone} rows`, async () => {
        const state = await corner.store.logImports.findOne({ tenant: "killed" });
        return state !== null && state.done >= rowsDone;
      });
      child.kill("SIGKILL");
      expect((await ended).code).toBeNull();
    }
    const ran = await runCommandLine("src/cli/knowledge.ts", args, corner.env);
    expect(ran.stdout).toMatch(/went on behind row (?:1[5-9]|2\d),\d{3}/);
    const docs = await stored("killed");
    const ids = docs.flatMap(({ messages }) => messages.map(({ id }) => id));
    expect(ids.length).toBe(29_997);
    expect(new Set(ids).size).toBe(29_997);
    expect((await readFile(`${path}.rejected`, "utf8")).trim().split("\n").length).toBe(3);
    expect((await corner.store.logImports.findOne({ tenant: "killed" }))?.counts.bad).toBe(3);
  });
});

test("P3: what is personal never reaches the database, whatever it stands in", async () => {
  const personal = [
    "11010519491231002X",
    "13912345678",
    "6222021234567890128",
    "lili.wang@example.com",
    "建国路88号院3号楼502室",
  ];
  const sentences = personal.flatMap((value) => [`我的是${value}，麻烦登记`, `it is ${value} thanks`, value]);
  const rows = sentences.map(
    (text, at) => `1381234${5600 + at},m1391234${5600 + at},2026-03-01T09:00:00Z,customer,${text}`,
  );
  const broken = `c,m,never,customer,打我电话${personal[1] ?? ""}`;
  const path = await file(
    "personal.csv",
    `${[HEADER, ...rows, ...rows.map((row) => row.replace("Z,c", "Z,nobody,c"))].join("\n")}\n${broken}\n`,
  );
  const ran = await run("personal", path, "--max-bad-percent", "60");
  expect(ran.stdout).toContain("15 new messages");
  expect(ran.stdout).toContain("16 bad rows");
  const collections = await corner.store.db.collections();
  const everything = JSON.stringify(await Promise.all(collections.map((collection) => collection.find().toArray())));
  const printed = `${ran.stdout}${ran.stderr}${await readFile(`${path}.rejected`, "utf8")}`;
  for (const value of [...personal, ...rows.flatMap((row) => row.split(",").slice(0, 2))]) {
    expect(everything).not.toContain(value);
    if (personal.includes(value)) expect(printed).not.toContain(value);
  }
  expect(everything).toContain("[national-id]");
});

test("Ctrl-C ends after the batch that is under way, and the same command goes on", async () => {
  const rows = Array.from({ length: 30_000 }, (_, at) => `c${at >> 3},m${at},2026-03-01T09:00:00Z,customer,text ${at}`);
  const path = await file("stopped.csv", `${[HEADER, ...rows].join("\n")}\n`);
  const args = ["import", path, "--no-mine", "--tenant", "stopped"];
  const { child, ended } = startCommand("src/cli/knowledge.ts", args, corner.env);
  await eventually("the first batch", async () => {
    const state = await corner.store.logImports.findOne({ tenant: "stopped" });
    return state !== null && state.done >= 5_000;
  });
  child.kill("SIGINT");
  const stopped = await ended;
  expect([stopped.code, stopped.stdout]).toEqual([0, expect.stringContaining("The same command goes on from there")]);
  expect((await runCommandLine("src/cli/knowledge.ts", args, corner.env)).stdout).toContain("30,000 new messages");
});
