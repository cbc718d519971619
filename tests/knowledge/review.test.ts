/** P4: what reviewers do to entries, over HTTP, on the real database. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { z } from "zod";
import type { counts, Entry } from "../../src/api/knowledge-schemas.ts";
import type { KnowledgeStore } from "../../src/knowledge/store.ts";
import { createKnowledgeStore } from "../../src/knowledge/store.ts";
import { verifyAudit } from "../../src/safety/audit.ts";
import type { Chats } from "../support/chat.ts";
import { createChats } from "../support/chat.ts";
import { entry, queue } from "../support/knowledge-entries.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";
import type { TestApi } from "../support/system.ts";
import { startApi } from "../support/system.ts";

type Page = { entries: Entry[]; counts: z.infer<typeof counts>; last: string | null };
interface Refusal {
  status: number;
  detail: string;
  errors?: Array<{ field: string; message: string }>;
}

let corner: Corner;
let api: TestApi;
let chats: Chats;
let knowledge: KnowledgeStore;
let token: string;
let tenant: string;
let tenants = 0;

beforeAll(async () => {
  corner = await openCorner();
  api = await startApi(corner);
  knowledge = createKnowledgeStore(corner.store);
});
afterAll(async () => {
  await api?.close();
  await corner?.close();
});
beforeEach(async () => {
  tenant = `${corner.tenant}-${tenants++}`;
  chats = createChats({ url: api.url, tokens: api.tokens, tenant });
  token = await chats.token({ role: "agent", sub: "a-mei", reviews: true });
});

const call = <T = Entry>(method: string, path: string, body?: unknown) =>
  chats.call<T>(method, `/v1/knowledge/entries${path}`, { token, ...(body === undefined ? {} : { body }) });
const list = async (query = ""): Promise<Page> => (await call<Page>("GET", query)).body;
const at = (id: string, action: string): string => `/${encodeURIComponent(id)}/${action}`;
const ids = ({ entries }: Page): string[] => entries.map(({ id }) => id.split("/").at(-1) ?? "");

describe("the queue", () => {
  test("what waits, asked most first, by topic, by word, page by page, with how much there is", async () => {
    await knowledge.putMany(tenant, queue(), "import");
    await knowledge.put(tenant, entry("zh/mined/done", { reviewed: true, asked: 500 }), "a-mei");
    const all = await list("?waiting=true");
    expect(ids(all)).toEqual(["free-shipping", "invoice", "gift-wrap", "dosage", "rare"]);
    expect(all.counts).toEqual({ live: 4, draft: 2, retired: 0, waiting: 5, reviewed: 1 });
    expect(all.entries[0]).toMatchObject({
      asked: 142,
      conversations: 118,
      origin: "mined",
      stakes: "money",
      version: 1,
    });
    expect(ids(await list("?waiting=true&flag=stale"))).toEqual(["free-shipping", "gift-wrap"]);
    expect(ids(await list("?waiting=true&stakes=medicine"))).toEqual(["dosage"]);
    expect(ids(await list("?status=draft&locale=zh"))).toEqual(["free-shipping", "dosage"]);
    expect(ids(await list(`?text=${encodeURIComponent("专票")}`))).toEqual(["invoice"]);
    const first = await list("?waiting=true&limit=2");
    expect([ids(first), first.last]).toEqual([["free-shipping", "invoice"], "zh/mined/invoice"]);
    const next = await list(`?waiting=true&limit=3&after=${encodeURIComponent(first.last ?? "")}`);
    expect(ids(next)).toEqual(["gift-wrap", "dosage", "rare"]);
    expect(ids(await list(`?waiting=true&limit=3&after=${encodeURIComponent(next.last ?? "")}`))).toEqual([]);
  });

  test("another tenant's isn't there", async () => {
    await knowledge.putMany(`${tenant}-other`, queue(), "import");
    expect((await list()).entries).toEqual([]);
    const id = at("zh/mined/invoice", "accept");
    expect((await call("POST", id, { version: 1 })).status).toBe(404);
  });
});

describe("a decision", () => {
  const id = "zh/mined/free-shipping";
  beforeEach(() => knowledge.putMany(tenant, queue(), "import").then(() => undefined));

  test("accepted as it stands: live, its flags settled, out of the queue", async () => {
    const { status, body } = await call("POST", at(id, "accept"), { version: 1 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "live", reviewed: true, flags: [], version: 2, updatedBy: "a-mei" });
    const page = await list("?waiting=true");
    expect(ids(page)).not.toContain("free-shipping");
    expect(page.counts).toMatchObject({ waiting: 4, reviewed: 1 });
  });

  test("edited, rejected and restored, each a version", async () => {
    const edited = await call("POST", at(id, "accept"), { version: 1, answer: "满 89 元包邮。", stakes: null });
    expect(edited.body).toMatchObject({ answer: "满 89 元包邮。", stakes: null, question: "满多少包邮？", version: 2 });
    expect((await call("POST", at(id, "reject"), { version: 2 })).body).toMatchObject({
      status: "retired",
      version: 3,
    });
    const back = await call("POST", at(id, "restore"), { version: 3, to: 1 });
    expect(back.body).toMatchObject({ status: "draft", reviewed: false, stakes: "money", version: 4 });
    expect(back.body.flags).toHaveLength(2);
    const { body } = await call<{ versions: Entry[] }>("GET", at(id, "versions"));
    expect(body.versions.map(({ version, status, updatedBy }) => [version, status, updatedBy])).toEqual([
      [4, "draft", "a-mei"],
      [3, "retired", "a-mei"],
      [2, "live", "a-mei"],
      [1, "draft", "import"],
    ]);
    const rows = await corner.store.audit.find({ tenant, kind: "knowledge" }).sort({ n: 1 }).toArray();
    expect(rows.map(({ who, what, refs }) => [who, what, refs.entry, refs.version])).toEqual([
      ["a-mei", "edited", id, "2"],
      ["a-mei", "rejected", id, "3"],
      ["a-mei", "restored", id, "4"],
    ]);
    expect(await verifyAudit(corner.store, corner.env.AUDIT_KEY ?? "", tenant)).toMatchObject({ faults: [] });
  });

  test("on a version that isn't the newest is refused, and of two at once one is", async () => {
    await call("POST", at(id, "accept"), { version: 1 });
    const late = await call<Refusal>("POST", at(id, "reject"), { version: 1 });
    expect([late.status, late.body.detail]).toEqual([409, expect.stringContaining("its version is 2")]);
    const both = await Promise.all(
      [1, 2].map((n) => call("POST", at(id, "accept"), { version: 2, answer: `满 ${n} 元。` })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test.each([
    ["an empty answer", { answer: "  " }, "answer"],
    ["a placeholder where a customer's data stood", { answer: "请打 [mobile] 联系" }, "answer"],
    ["an identity number", { question: "我的身份证11010519491231002X能改吗" }, "question"],
    ["an unknown field", { colour: "red" }, "colour"],
  ])("%s is refused and changes nothing", async (_what, edited, field) => {
    const { status, body } = await call<Refusal>("POST", at(id, "accept"), { version: 1, ...edited });
    expect([status, body.errors?.[0]?.field]).toEqual([400, field]);
    expect(await knowledge.get(tenant, id)).toMatchObject({ version: 1 });
  });

  test("an agent who doesn't review looks, and changes nothing", async () => {
    token = await chats.token({ role: "agent", sub: "a-tom" });
    expect((await list()).entries).toHaveLength(5);
    expect((await call("POST", at(id, "accept"), { version: 1 })).status).toBe(403);
    expect(await knowledge.get(tenant, id)).toMatchObject({ version: 1 });
  });
});

test("a written entry is live at once", async () => {
  const { status, body } = await call("POST", "", {
    ...{ locale: "en", question: "Do you have a shop in Leeds?", answer: "No, we only sell online.", stakes: null },
    alternatives: ["is there a store"],
  });
  expect([status, body.id.startsWith("en/written/")]).toEqual([201, true]);
  expect(body).toMatchObject({ status: "live", reviewed: true, origin: "written", version: 1 });
  expect(await knowledge.get(tenant, body.id)).toMatchObject({ alternatives: ["is there a store"] });
});
