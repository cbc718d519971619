/**
 * Every route of the OpenAPI document with every kind of caller: who may, may; nobody else gets in, sees or changes anything. A new
 * route fails here until it says who may call it.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Claims } from "../../src/api/auth.ts";
import { createKnowledgeStore } from "../../src/knowledge/store.ts";
import { createEncryptionCodec } from "../../src/safety/codec/codec.ts";
import type { Chat } from "../support/chat.ts";
import { eventually } from "../support/eventually.ts";
import { pair } from "../support/knowledge.ts";
import { putGap, queue } from "../support/knowledge-entries.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";

const CALLERS = [
  "nobody",
  "owner",
  "owner's session",
  "another customer",
  "another session",
  "agent",
  "reviewer",
  "engineer",
  "admin",
] as const;
type Caller = (typeof CALLERS)[number];

interface Route {
  may: readonly Caller[];
  body?: () => unknown;
  /** What stands in the address instead of the conversation's id. */
  ids?: () => Record<string, string>;
}
const EVERYBODY = CALLERS;
const READERS = ["owner", "owner's session", "agent", "reviewer", "engineer", "admin"] as const;
const DESK = ["agent", "reviewer", "admin"] as const;
const REVIEWERS = ["reviewer", "admin"] as const;
const ENGINEERS = ["engineer", "admin"] as const;
const SELF = ["owner", "admin"] as const;
let payload: object;
/** A placeholder in the conversation, and where it is. */
let hidden: { seq: number; placeholder: string };
/** The answer in the conversation that may be judged. */
let answer = 0;
/** An entry that nobody has reviewed, and a gap. */
const ENTRY = "zh/mined/invoice";
let gap: string;
const seen = async () => ({ version: (await createKnowledgeStore(system.store).get(system.tenant, ENTRY))?.version });
const message = () => ({ messageId: `m-${Math.random()}`, text: "你好" });

/** In the order they are tried: what ends or erases comes last. */
const ROUTES: Record<string, Route> = {
  "GET /healthz": { may: EVERYBODY },
  "GET /readyz": { may: EVERYBODY },
  "GET /.well-known/jwks.json": { may: EVERYBODY },
  "GET /v1/login/provider": { may: EVERYBODY },
  "POST /v1/sessions": { may: EVERYBODY, body: () => ({}) },
  "GET /v1/sessions/{id}": { may: READERS },
  "GET /v1/sessions/{id}/messages": { may: READERS },
  "GET /v1/sessions/{id}/events": { may: READERS },
  "POST /v1/sessions/{id}/messages": { may: ["owner", "owner's session"], body: message },
  "GET /v1/handoffs": { may: DESK },
  "POST /v1/handoffs/{id}/claim": { may: DESK },
  "POST /v1/handoffs/{id}/reveal": { may: DESK, body: () => ({ ...hidden, reason: "call back" }) },
  "POST /v1/handoffs/{id}/messages": { may: DESK, body: message },
  "POST /v1/handoffs/{id}/release": { may: DESK },
  "POST /v1/handoffs/{id}/return": { may: DESK, body: () => ({ summary: "" }) },
  "POST /v1/sessions/{id}/messages/{seq}/feedback": {
    may: ["owner", "owner's session"],
    ids: () => ({ id: chat.sessionId, seq: String(answer) }),
    body: () => ({ helpful: true }),
  },
  "GET /v1/knowledge/entries/{id}": { may: CALLERS.slice(1), ids: () => ({ id: OWN_ENTRY }) },
  "GET /v1/knowledge/entries": { may: DESK },
  "GET /v1/knowledge/entries/{id}/versions": { may: DESK, ids: () => ({ id: ENTRY }) },
  "POST /v1/knowledge/entries": {
    may: REVIEWERS,
    body: () => ({ locale: "zh", question: `问题 ${Math.random()}`, answer: "答案" }),
  },
  "POST /v1/knowledge/entries/{id}/accept": { may: REVIEWERS, ids: () => ({ id: ENTRY }), body: seen },
  "POST /v1/knowledge/entries/{id}/reject": { may: REVIEWERS, ids: () => ({ id: ENTRY }), body: seen },
  "POST /v1/knowledge/entries/{id}/restore": {
    may: REVIEWERS,
    ids: () => ({ id: ENTRY }),
    body: async () => ({ ...(await seen()), to: 1 }),
  },
  "GET /v1/knowledge/gaps": { may: DESK },
  "GET /v1/knowledge/gaps/{id}": { may: DESK, ids: () => ({ id: gap }) },
  "POST /v1/knowledge/gaps/{id}/dismiss": { may: REVIEWERS, ids: () => ({ id: gap }) },
  "POST /v1/knowledge/gaps/{id}/reopen": { may: REVIEWERS, ids: () => ({ id: gap }) },
  "POST /v1/knowledge/gaps/{id}/add": {
    may: REVIEWERS,
    ids: () => ({ id: gap }),
    body: () => ({ question: "可以参观仓库吗？", answer: "不可以" }),
  },
  "POST /v1/knowledge/gaps/collect": { may: DESK },
  "POST /v1/handoffs/{id}/resolve": { may: DESK, body: () => ({ summary: "" }) },
  "POST /v1/tokens/revoke": { may: CALLERS.slice(1) },
  "POST /codec/sign-in": { may: ENGINEERS },
  "POST /codec/decode": { may: ENGINEERS, body: () => ({ payloads: [payload] }) },
  "POST /codec/encode": { may: ENGINEERS, body: () => ({ payloads: [payload] }) },
  "GET /v1/customers/{id}/export": { may: SELF },
  "POST /v1/sessions/{id}/end": { may: READERS },
  "DELETE /v1/customers/{id}": { may: SELF },
};

const SECRET = "我要投诉这盏台灯";
const OWN_ENTRY = "en/qa/own";
let system: TestSystem;
let chat: Chat;
let documented: string[];

beforeAll(async () => {
  system = await startSystem();
  const { body } = await system.chats.call<{ paths: Record<string, object> }>("GET", "/openapi.json");
  documented = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  await createKnowledgeStore(system.store).put(system.tenant, pair(OWN_ENTRY, "Whose is it?", SECRET), "ann");
  chat = await system.chats.open("c-lin");
  await chat.say("我想退掉护眼台灯");
  await chat.say("谁出退货运费？");
  answer = (await chat.messages()).find(({ helpful }) => helpful !== undefined)?.seq ?? 0;
  await createKnowledgeStore(system.store).putMany(system.tenant, queue(), "import");
  gap = await putGap(system, { asked: [{ text: "可以参观仓库吗？" }] });
  await chat.say("我的手机号是13812345678");
  await chat.say(`转人工，${SECRET}`);
  const kept = await system.store.vault.findOne({ sessionId: chat.sessionId });
  const { sessionId, messageId = "" } = kept ?? { sessionId: chat.sessionId };
  const masked = await system.store.messages.findOne({ sessionId, messageId });
  hidden = { seq: masked?.seq ?? 0, placeholder: "[mobile]" };
  await eventually("the task at the desk", () => system.store.handoffs.findOne({ sessionId: chat.sessionId }));
  const plain = { metadata: { encoding: Buffer.from("json/plain") }, data: Buffer.from(SECRET) };
  const context = { type: "workflow", namespace: "default", workflowId: chat.sessionId } as const;
  const [sealed] = await createEncryptionCodec(system.keyring).encode([plain], context);
  payload = {
    metadata: { encoding: Buffer.from(sealed?.metadata?.encoding ?? []).toString("base64") },
    data: Buffer.from(sealed?.data ?? []).toString("base64"),
  };
});
afterAll(() => system?.close());

const CLAIMS: Record<Exclude<Caller, "nobody">, () => Partial<Claims>> = {
  owner: () => ({ sub: "c-lin" }),
  "owner's session": () => ({ sub: "c-lin", sid: chat.sessionId }),
  "another customer": () => ({ sub: "c-wang" }),
  "another session": () => ({ sub: "c-lin", sid: "22222222-2222-4222-8222-222222222222" }),
  agent: () => ({ role: "agent", sub: "c-lin" }),
  reviewer: () => ({ role: "agent", sub: "c-lin", reviews: true }),
  engineer: () => ({ role: "engineer", sub: "c-lin" }),
  admin: () => ({ role: "admin", sub: "c-lin" }),
};

async function tryAs(caller: Caller, route: string, tenant = system.tenant): Promise<{ status: number; text: string }> {
  const [method = "", template = ""] = route.split(" ");
  const id = template.includes("handoffs")
    ? `handoff-${chat.sessionId}-1`
    : template.includes("customers")
      ? "c-lin"
      : chat.sessionId;
  const ids = ROUTES[route]?.ids?.() ?? { id };
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? ""));
  const token = caller === "nobody" ? null : await system.chats.token({ ...CLAIMS[caller](), tenant });
  const body = await ROUTES[route]?.body?.();
  const aborted = new AbortController();
  const response = await fetch(system.api.url + path, {
    method,
    signal: aborted.signal,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { status } = response;
  // A stream never ends: that it began is the answer.
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
    aborted.abort();
    return { status, text: "" };
  }
  return { status, text: await response.text() };
}

/** What a stranger must not have changed. */
const standing = async () => ({
  messages: await system.store.messages.countDocuments({ tenant: system.tenant }),
  sessions: await system.store.sessions.countDocuments({ tenant: system.tenant, customerId: "c-lin" }),
  handoffs: (await system.store.handoffs.find({ tenant: system.tenant }).toArray()).map(({ status, agent }) => [
    status,
    agent,
  ]),
  keys: await system.store.keys.countDocuments({ tenant: system.tenant }),
  entries: await system.store.knowledgeVersions.countDocuments({ tenant: system.tenant }),
  gaps: (await system.store.knowledgeGaps.find({ tenant: system.tenant }).toArray()).map(({ status }) => status),
  feedback: await system.store.feedback.countDocuments({ tenant: system.tenant }),
  workflow: (await system.client.workflow.getHandle(chat.sessionId).describe()).status.name,
});

test("every documented route says here who may call it, and no other does", () => {
  expect(documented.sort()).toEqual(Object.keys(ROUTES).sort());
});

describe("nobody gets anything of another tenant", () => {
  test.each(CALLERS.filter((caller) => caller !== "nobody"))("%s", async (caller) => {
    const before = await standing();
    for (const route of Object.keys(ROUTES)) {
      const { status, text } = await tryAs(caller, route, "another-tenant");
      const seen = [
        route,
        status,
        /林晓雨|GL-\d{6}|台灯|13812345678/.test(text) || text.includes(Buffer.from(SECRET).toString("base64")),
      ];
      expect(seen).toEqual([route, status, false]);
      if (/\/v1\/(sessions|handoffs)\/\{id\}/.test(route))
        expect([route, [403, 404].includes(status)]).toEqual([route, true]);
    }
    expect(await standing()).toEqual(before);
  });
});

describe("in the same tenant", () => {
  test.each(CALLERS)("%s is kept out of what isn't theirs, and changes nothing", async (caller) => {
    const before = await standing();
    const expected = caller === "nobody" ? [401] : [403, 404];
    for (const route of Object.keys(ROUTES).filter((name) => !ROUTES[name]?.may.includes(caller))) {
      const { status, text } = await tryAs(caller, route);
      expect([route, status, expected.includes(status)]).toEqual([route, status, true]);
      expect(JSON.parse(text)).toMatchObject({ status });
      expect(text).not.toContain(SECRET);
    }
    expect(await standing()).toEqual(before);
  });

  test.each(Object.keys(ROUTES))("%s lets in who may", async (route) => {
    for (const caller of ROUTES[route]?.may ?? []) {
      const { status } = await tryAs(caller, route);
      expect([caller, status, [401, 403, 404].includes(status) || status >= 500]).toEqual([caller, status, false]);
    }
  });
});
