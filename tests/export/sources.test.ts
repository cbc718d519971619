/** M8: what gets into training data, and what never does. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { journalPath } from "../../src/config.ts";
import { ExportError } from "../../src/export/types.ts";
import type { EntryOrigin } from "../../src/knowledge/types.ts";
import { enforceTombstones, erase } from "../../src/safety/erasure/erase.ts";
import { openJournal } from "../../src/safety/erasure/journal.ts";
import { createCleanUp } from "../support/cleanup.ts";
import { conversation } from "../support/logs.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";
import type { Exported, Shop } from "./shop.ts";
import { AGENT, openShop, pair } from "./shop.ts";

const cleanUp = createCleanUp();
let corner: Corner;
beforeAll(async () => {
  corner = await openCorner();
});
afterAll(() => corner.close());
const newShop = (): Shop => openShop(corner, cleanUp);

const sourcesOf = ({ records }: Exported): string[] => records.map(({ source }) => String(source)).sort();
const lastUser = (line: unknown): string => {
  const { messages } = line as { messages: Array<{ role: string; content: string }> };
  return messages.filter(({ role }) => role === "user").at(-1)?.content ?? "";
};

test("only what a person accepted and what answers now", async () => {
  const shop = newShop();
  await shop.review(pair("en/a", "Accepted?", "Yes, this one."));
  await shop.review(pair("en/b", "Mined?", "Nobody looked at this.", { reviewed: false }));
  await shop.review(pair("en/c", "Drafted?", "Somebody will.", { status: "draft" }));
  await shop.review(pair("en/d", "Rejected?", "Not this.", { status: "retired" }));
  const made = await shop.export();
  expect(made.train.map(lastUser)).toEqual(["Accepted?"]);
  expect(made.records).toMatchObject([{ source: "entry", consent: "shop", intent: "question", locale: "en" }]);
  expect(made.all).not.toContain(AGENT.id);
});

test("nothing reviewed yet is an error that says what to do, and leaves nothing behind", async () => {
  const shop = newShop();
  await shop.review(pair("en/b", "Mined?", "Nobody looked at this.", { reviewed: false }));
  await expect(shop.export()).rejects.toThrow(/nothing reviewed to export.*npm run knowledge -- import.*\/knowledge/);
  await expect(shop.export({ kind: "dpo" })).rejects.toThrow(/whose answer somebody edited/);
  await shop.talk("c-1", ["C hello there?", "A We open at nine in the morning."]);
  await expect(shop.export()).rejects.toThrow(/TRAINING_CONSENT[\s\S]*1: words of customers without a basis/);
});

describe("on what basis", () => {
  async function consented(): Promise<Shop> {
    const shop = newShop();
    await shop.customer("c-yes", "Ann Larsen", { trainingConsent: true });
    await shop.customer("c-no", "Ben Carter", { trainingConsent: false, other: true });
    await shop.talk("c-yes", ["C Is the yes-pan fit for gas stoves?", "A Gas works with that pan."]);
    await shop.talk("c-no", ["C Does the no-lamp dim at all?", "A Three steps by touching its foot."]);
    await shop.talk(null, ["C Can a visitor-bike be sent abroad?", "A Bikes stay within the country."]);
    await shop.review(pair("en/w", "Written by the shop?", "Every word.", { alternatives: ["the shop wrote it"] }));
    const mined = { by: "mined", import: "test", conversations: ["l-1"] } satisfies EntryOrigin;
    const teapot = pair(
      "en/mined/1",
      "Is the teapot dishwasher safe?",
      "The teapot is dishwasher safe up to 60 degrees.",
    );
    await shop.review({ ...teapot, alternatives: ["typed-by-customer teapot in the machine??"], origin: mined });
    await shop.corner.store.logConversations.insertOne(
      conversation(shop.tenant, "l-1", 1, [
        "C can i put my teapot in the dishwasher?",
        "A The teapot is dishwasher safe up to 60 degrees.",
      ]),
    );
    return shop;
  }

  test("none: the shop's own words only", async () => {
    const made = await (await consented()).export({ consent: "none" });
    expect(made.train.map(lastUser).sort()).toEqual([
      "Is the teapot dishwasher safe?",
      "Written by the shop?",
      "the shop wrote it",
    ]);
    expect(made.report.leftOut).toEqual({ consent: 3 + 1 + 1 });
  });

  test("contract: all of them", async () => {
    const made = await (await consented()).export({ consent: "contract" });
    expect(sourcesOf(made)).toEqual(["entry", "entry", "entry", "entry", "handoff", "handoff", "handoff", "log"]);
    expect(made.records.filter(({ consent }) => consent === "contract")).toHaveLength(5);
  });

  test("opt-in: of who said yes, by the field that is named; nobody could ask people of the logs", async () => {
    const shop = await consented();
    const made = await shop.export({ consent: "opt-in" });
    expect(sourcesOf(made)).toEqual(["entry", "entry", "entry", "handoff"]);
    expect(made.all).toContain("yes-pan");
    for (const word of ["no-lamp", "visitor-bike", "typed-by-customer"]) expect(made.all).not.toContain(word);
    expect((await shop.export({ consent: "opt-in", consentField: "other" })).all).toContain("no-lamp");
  });
});

test("a log's answer is taken only where it says what was accepted", async () => {
  const shop = newShop();
  const origin = { by: "mined", import: "test", conversations: ["right", "wrong"] } satisfies EntryOrigin;
  await shop.review(
    pair("en/mined/2", "How many days does a refund take?", "A refund takes 5 days to reach your card.", { origin }),
  );
  await corner.store.logConversations.insertMany([
    conversation(shop.tenant, "right", 1, [
      "C how many days do refunds take?",
      "A It takes 5 days for a refund to reach your card.",
    ]),
    conversation(shop.tenant, "wrong", 2, [
      "C when do i see my refund, how many days?",
      "A A refund takes 12 days to reach your card.",
    ]),
  ]);
  const made = await shop.export({ consent: "contract" });
  expect(sourcesOf(made)).toEqual(["entry", "log"]);
  expect(made.all).not.toContain("12 days");
  expect(made.report.leftOut).toEqual({ "not-said": 1 });
});

test("who was erased is in nothing, also when a backup brings them back", async () => {
  const shop = newShop();
  const { store, keyring, config } = corner;
  await shop.customer("c-gone", "Gone Person");
  await shop.review(pair("en/a", "Stays?", "This stays."));
  const sessionId = await shop.talk("c-gone", ["C Does the erased-canary float?", "A It floats on water."]);
  const kept = {
    sessions: await store.sessions.find({ _id: sessionId }).toArray(),
    messages: await store.messages.find({ sessionId }).toArray(),
    handoffs: await store.handoffs.find({ sessionId }).toArray(),
    keys: await store.keys.find({ customerId: "c-gone" }).toArray(),
  };
  expect((await shop.export({ consent: "contract" })).all).toContain("erased-canary");
  const journal = openJournal(journalPath(config));
  await erase(
    { store, keyring, journal },
    { tenant: shop.tenant, customerId: "c-gone" },
    async () => undefined,
    new Date(),
  );
  expect((await shop.export({ consent: "contract" })).all).not.toContain("erased-canary");

  // From a backup: their words, and even their key.
  await store.sessions.insertMany(kept.sessions);
  await store.messages.insertMany(kept.messages);
  await store.handoffs.insertMany(kept.handoffs);
  const made = await shop.export({ consent: "contract" });
  expect(made.all).not.toContain("erased-canary");
  expect(made.report.leftOut).toEqual({ erased: 1 });
  await store.keys.insertMany(kept.keys);
  const again = await shop.export({ consent: "contract" });
  expect(again.all).not.toContain("erased-canary");
  await enforceTombstones({ store, keyring, journal });
});

describe("personal data", () => {
  const CANARIES = ["13812345678", "6222021234567890128", "11010519491231002X", "anna.canary@example.com"];

  test("no canary is in any file, and its kind stays in its place", async () => {
    const shop = newShop();
    await shop.customer("c-1", "林晓 Lindqvist");
    await shop.review(
      pair("en/a", "Whom do I call?", `Call Mr Li at ${CANARIES[0]} or write to ${CANARIES[3]}.`, {
        alternatives: [`my card ${CANARIES[1]} was charged, whom do I call`],
      }),
    );
    const spaced = "My ID is 110105 19491231 002X, phone 138 1234 5678";
    await shop.talk("c-1", [
      ...[`C ${spaced}`, "C and my number again: 1381234", "C 5678, order ORD-7F3K2"],
      ...["A Dear Lindqvist, a colleague will call [mobile] about order ORD-7F3K2, says Mei."],
    ]);
    const made = await shop.export({ consent: "contract" });
    for (const canary of [...CANARIES, "1234 5678", "1381234\n5678", "7F3K2", "Lindqvist", "says Mei"])
      expect(made.all).not.toContain(canary);
    for (const label of ["[mobile]", "[email]", "[bank-card]", "[national-id]", "[order]", "[name]"])
      expect(made.all).toContain(label);
    expect(await made.text("card.md")).toMatch(/\| \[mobile\] \| \d \|/);
  });

  test("what masking missed stops the export, and the error doesn't tell it", async () => {
    const shop = newShop();
    await shop.review(pair("en/a", "Whom do I call?", `Call ${CANARIES[0]}.`));
    const failed = shop.export({}, { deps: { scrub: (text) => text } });
    await expect(failed).rejects.toThrow(ExportError);
    await expect(failed).rejects.toThrow(/entry.*\[mobile\] after masking\. Nothing was exported/);
    await expect(failed).rejects.not.toThrow(CANARIES[0] as string);
  });

  test("what the shop's own articles publish stays", async () => {
    const shop = newShop();
    await shop.review(
      pair("en/a", "Where do I write to?", "To service@greenleaf.example, not to service@elsewhere.example."),
    );
    const made = await shop.export();
    expect(made.all).toContain("To service@greenleaf.example, not to [email].");
    expect(sourcesOf(made)).toEqual(["entry"]);
    const withFiles = await shop.export({ files: "data/knowledge" });
    expect(sourcesOf(withFiles)).toContain("file");
  });
});

describe("pairs of a better and a worse answer", () => {
  const preferences = ({ train }: Exported) =>
    train.map((line) => {
      const { input, preferred_output, non_preferred_output } = line as unknown as {
        input: { messages: Array<{ role: string; content: string }> };
        preferred_output: [{ content: string }];
        non_preferred_output: [{ content: string }];
      };
      const asked = input.messages.filter(({ role }) => role !== "system").map(({ content }) => content);
      return { asked, better: preferred_output[0].content, worse: non_preferred_output[0].content };
    });

  test("from what reviewers edited and rejected; not from commas, and not from another question", async () => {
    const shop = newShop();
    const { knowledge, tenant } = shop;
    const sofa = pair("en/sofa", "Can the sofa be returned?", "No.", { reviewed: false });
    await knowledge.put(tenant, { ...sofa, answer: "Never, says the first run." }, "import");
    await knowledge.put(tenant, sofa, "import");
    await knowledge.put(tenant, { ...sofa, answer: "Within 14 days", reviewed: true }, "ann");
    await knowledge.put(tenant, { ...sofa, answer: "Within 14 days.", reviewed: true }, "ann");
    const bed = pair("en/bed", "Is the bed wood?", "It is pine.");
    await knowledge.put(tenant, { ...bed, question: "Who carries the bed?", answer: "Two carriers." }, "ann");
    await knowledge.put(tenant, bed, "ann");
    await knowledge.put(tenant, pair("en/mined/9", "is the bed wood", "Steel.", { status: "retired" }), "ben");
    const rug = pair("en/rug", "Is the rug wool?", "No idea", { status: "retired" });
    await knowledge.put(tenant, rug, "ben");
    // The question as a rejected entry has it is found in the accepted one whatever its case.
    const made = await shop.export({ kind: "dpo" });
    expect(preferences(made)).toEqual(
      [
        { asked: ["Is the bed wood?"], better: "It is pine.", worse: "Steel." },
        { asked: ["Can the sofa be returned?"], better: "Within 14 days.", worse: "No." },
      ].sort((a, b) => (a.better > b.better ? -1 : 1)),
    );
    expect(made.report.leftOut).toEqual({ unchanged: 1, "other-question": 1, "no-better": 1 });
  });

  test("from what customers judged unhelpful and an agent answered after it, with a basis only", async () => {
    const shop = newShop();
    const lines = [
      ...["C hi", "B Hello, how can I help?", "C can I wash the down jacket in the machine?"],
      ...["B Jackets are delivered in 3 days.", "C no!! a human please", "A Hello, this is Mei."],
      ...["A Wash it at 30 degrees on a gentle cycle.", "C thanks"],
    ];
    const talked = await shop.talk("c-1", lines);
    await shop.judge(talked, 4, false);
    await shop.judge(talked, 2, true);
    const alone = await shop.talk("c-1", ["C does the tent have a floor?", "B Tents are in stock."], {
      resolved: false,
    });
    await shop.judge(alone, 2, false);
    const made = await shop.export({ kind: "dpo", consent: "contract" });
    expect(preferences(made)).toEqual([
      {
        asked: ["hi", "Hello, how can I help?", "can I wash the down jacket in the machine?"],
        better: "Wash it at 30 degrees on a gentle cycle.",
        worse: "Jackets are delivered in 3 days.",
      },
    ]);
    expect(made.report.leftOut).toEqual({ "no-better": 1 });
    await expect(shop.export({ kind: "dpo" })).rejects.toThrow("2: words of customers without a basis");
  });
});

test("since and until count when it was reviewed or resolved", async () => {
  const shop = newShop();
  await shop.review(pair("en/a", "Now?", "Reviewed today."));
  await shop.talk("c-1", ["C is may-talk from may?", "A It certainly was written in May."]);
  const may = { since: new Date("2026-05-01"), until: new Date("2026-06-01") };
  expect(sourcesOf(await shop.export({ consent: "contract", ...may }))).toEqual(["handoff"]);
  const since = new Date("2026-06-01");
  expect(sourcesOf(await shop.export({ consent: "contract", since }))).toEqual(["entry"]);
});
