/** Personal data from the customer's message to the agent's eyes, and what is kept of it on the way (P3). */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { decryptExecutions } from "../../src/replay/decrypt.ts";
import { fetchExecutions } from "../../src/replay/fetch.ts";
import { verifyAudit } from "../../src/safety/audit.ts";
import { createEncryptionCodec } from "../../src/safety/codec/codec.ts";
import type { Chat } from "../support/chat.ts";
import { eventually } from "../support/eventually.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";

const MOBILE = "13812345678";
const OTHER_MOBILE = "13987654321";
let system: TestSystem;
let chat: Chat;
let handoffId: string;
let seq: number;
let mei: string;
let tom: string;

const post = (token: string, action: string, body: object) =>
  system.chats.call<{ original?: string }>("POST", `/v1/handoffs/${handoffId}/${action}`, { token, body });
const ask = (more: object = {}) => ({ seq, placeholder: "[mobile]", reason: "快递员要联系顾客", ...more });

beforeAll(async () => {
  system = await startSystem();
  mei = await system.chats.token({ role: "agent", sub: "a-mei", name: "小梅" });
  tom = await system.chats.token({ role: "agent", sub: "a-tom", name: "Tom" });
  chat = await system.chats.open("c-lin");
  await chat.say(`我的电话是${MOBILE}，备用${OTHER_MOBILE}，转人工`);
  const doc = await eventually("the handoff", () => system.store.handoffs.findOne({ sessionId: chat.sessionId }));
  handoffId = doc._id;
  const messages = await chat.messages();
  seq = messages.find((message) => message.role === "customer")?.seq ?? 0;
});
afterAll(() => system?.close());

test("what is stored and shown holds placeholders", async () => {
  const [message] = await chat.messages();
  expect(message?.text).toBe("我的电话是[mobile]，备用[mobile]，转人工");
});

describe("a placeholder is revealed", () => {
  test("to nobody before the conversation is theirs", async () => {
    expect((await post(mei, "reveal", ask())).status).toBe(409);
    expect((await post(chat.token, "reveal", ask())).status).toBe(403);
  });

  test("to the agent who has it, with a reason", async () => {
    expect((await post(mei, "claim", {})).status).toBe(200);
    expect(await post(mei, "reveal", ask())).toMatchObject({ status: 200, body: { original: MOBILE } });
    expect(await post(mei, "reveal", ask({ nth: 1 }))).toMatchObject({ status: 200, body: { original: OTHER_MOBILE } });
    expect((await post(tom, "reveal", ask())).status).toBe(409);
    expect((await post(mei, "reveal", ask({ reason: "  " }))).status).toBe(400);
    expect((await post(mei, "reveal", ask({ nth: 2 }))).status).toBe(404);
    expect((await post(mei, "reveal", ask({ placeholder: "[email]" }))).status).toBe(404);
    expect((await post(mei, "reveal", ask({ seq: 999 }))).status).toBe(404);
  });

  test("to an admin of the same tenant only", async () => {
    const admin = await system.chats.token({ role: "admin", sub: "boss" });
    const foreign = await system.chats.token({ role: "admin", sub: "boss", tenant: "other" });
    expect((await post(admin, "reveal", ask())).status).toBe(200);
    expect((await post(foreign, "reveal", ask())).status).toBe(404);
  });

  test("never without a row in the audit log, whose reason is screened as well", async () => {
    await post(mei, "reveal", ask({ reason: `call back on ${OTHER_MOBILE}` }));
    const rows = await system.store.audit.find({ tenant: system.tenant, kind: "reveal" }).sort({ n: 1 }).toArray();
    expect(rows.map(({ who }) => who)).toEqual(["a-mei", "a-mei", "boss", "a-mei"]);
    expect(rows.at(-1)?.refs).toMatchObject({ handoffId, reason: "call back on [mobile]" });
  });
});

test("what an agent writes is screened, and can be revealed too", async () => {
  expect((await post(mei, "messages", { messageId: randomUUID(), text: `请拨打${OTHER_MOBILE}` })).status).toBe(202);
  const messages = await chat.until("the agent's words", (all) => all.some((each) => each.role === "agent"));
  const words = messages.find((each) => each.role === "agent");
  expect(words?.text).toBe("请拨打[mobile]");
  expect((await post(mei, "reveal", ask({ seq: words?.seq }))).body.original).toBe(OTHER_MOBILE);
});

test("handoffs and executed actions are in the audit log, once each, and the chain is intact", async () => {
  await post(mei, "resolve", { summary: `电话${MOBILE}` });
  const listed = await eventually("the end of the handoff", async () => {
    const path = "/v1/handoffs?status=resolved";
    const { body } = await system.chats.call<{ handoffs: Array<{ id: string; resolution?: string }> }>("GET", path, {
      token: mei,
    });
    return body.handoffs.find(({ id }) => id === handoffId);
  });
  expect(listed.resolution).toBe("电话[mobile]");
  const buyer = await system.chats.open("c-lin");
  await buyer.say("台灯一直闪，退掉");
  await buyer.say("对，退吧");
  const rows = await eventually("the action in the log", async () => {
    const found = await system.store.audit.find({ tenant: system.tenant }).toArray();
    return found.some(({ kind }) => kind === "action") && found;
  });
  expect(rows.filter(({ kind }) => kind === "handoff").map(({ what }) => what)).toEqual([
    "waiting",
    "active",
    "resolved",
  ]);
  expect(rows.filter(({ kind }) => kind === "action")).toMatchObject([{ who: "c-lin", what: "return" }]);
  expect(JSON.stringify(rows)).not.toMatch(/13812345678|13987654321/);
  const report = await verifyAudit(system.store, system.env.AUDIT_KEY ?? "", system.tenant);
  expect(report.faults).toEqual([]);
});

const textsIn = (value: unknown): string[] => {
  if (value instanceof Uint8Array) return [Buffer.from(value).toString("utf8")];
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

test("no number is anywhere in the database or in the workflows' histories", async () => {
  for (const { name } of await system.store.db.listCollections().toArray()) {
    const docs = await system.store.db.collection(name).find().toArray();
    expect([name, /13812345678|13987654321/.test(JSON.stringify(docs))]).toEqual([name, false]);
  }
  for (const workflowId of [chat.sessionId, handoffId]) {
    // Opened first: what is sealed holds nothing anyway.
    const codec = createEncryptionCodec(system.keyring);
    const opened = await decryptExecutions(await fetchExecutions(system.client, workflowId), codec);
    const payloads = opened.flatMap(({ events }) => textsIn(events)).join("\n");
    expect(payloads).toContain("[mobile]");
    expect(payloads).not.toMatch(/13812345678|13987654321/);
  }
});
