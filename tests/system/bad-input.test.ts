/** "What bad input gets": every row of the table in the design that the API and the machine answer for. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { SignJWT } from "jose";
import type { Problem } from "../../src/api/problems.ts";
import type { Answer, Chat } from "../support/chat.ts";
import { createChats } from "../support/chat.ts";
import { eventually } from "../support/eventually.ts";
import { startGate } from "../support/gate.ts";
import { openCorner } from "../support/servers.ts";
import type { TestSystem } from "../support/system.ts";
import { startApi, startSystem } from "../support/system.ts";

const BUCKET_CAPACITY = 5;

let system: TestSystem;
let chat: Chat;

beforeAll(async () => {
  system = await startSystem();
  chat = await system.chats.open("c-lin");
});
afterAll(() => system?.close());

function expectProblem(answer: Answer<unknown>, status: number): Problem {
  const problem = answer.body as Problem;
  expect({ status: answer.status, type: answer.headers.get("content-type") }).toEqual({
    status,
    type: expect.stringContaining("application/problem+json"),
  });
  expect(problem).toMatchObject({ status, type: "about:blank", title: expect.any(String), detail: expect.any(String) });
  // Nothing of the inside.
  expect(JSON.stringify(problem)).not.toMatch(/\bat \S+ \(|node_modules|\.ts:\d|grpc|mongo/i);
  return problem;
}

const postRaw = (body: unknown, { sessionId = chat.sessionId, token = chat.token }: Partial<Chat> = {}) =>
  system.chats.call("POST", `/v1/sessions/${encodeURIComponent(sessionId)}/messages`, { token, body });
const message = (more: object = {}) => ({ messageId: randomUUID(), text: "你好", ...more });

describe("400 names the field, and nothing is started", () => {
  afterAll(async () => {
    expect(await chat.messages()).toEqual([]);
    await expect(system.client.workflow.getHandle(chat.sessionId).describe()).rejects.toThrow(/not found/i);
  });

  test.each<[string, unknown, string]>([
    ["an unknown field", { messageId: "m", text: "你好", admin: true }, "admin"],
    ["an empty text", { messageId: "m", text: "" }, "text"],
    ["a text of white space", { messageId: "m", text: " \n\t　" }, "text"],
    ["a text over 4,000 characters", { messageId: "m", text: "退".repeat(4_001) }, "text"],
    ["a text that is a number", { messageId: "m", text: 7 }, "text"],
    ["no text", { messageId: "m" }, "text"],
    ["no message id", { text: "你好" }, "messageId"],
    ["an empty message id", { messageId: "", text: "你好" }, "messageId"],
    ["a message id with spaces", { messageId: "a b", text: "你好" }, "messageId"],
    ["a message id of 129 characters", { messageId: "m".repeat(129), text: "你好" }, "messageId"],
    ["a message id that is a query", { messageId: { $gt: "" }, text: "你好" }, "messageId"],
    ["null", null, "body"],
    ["a list", [message()], "body"],
  ])("%s", async (_what, body, field) => {
    const problem = expectProblem(await postRaw(body === null ? "null" : body), 400);
    expect(problem.errors?.map((error) => error.field) ?? [problem.detail]).toContainEqual(
      expect.stringContaining(field),
    );
  });

  test("malformed JSON", async () => {
    expectProblem(await postRaw('{"messageId": "m", "text": "你好"'), 400);
    expectProblem(await postRaw("not json"), 400);
    expectProblem(await postRaw('{"__proto__": {"role": "admin"}, "messageId": "m", "text": "你好"}'), 400);
  });

  test("a body of another kind, and one that is too large", async () => {
    const path = `/v1/sessions/${chat.sessionId}/messages`;
    const { token } = chat;
    const form = { "content-type": "application/x-www-form-urlencoded" };
    expectProblem(await system.chats.call("POST", path, { token, body: "text=hi", headers: form }), 415);
    expectProblem(await postRaw(message({ text: "x".repeat(70_000) })), 413);
  });

  test("bad ids and bad numbers in the address", async () => {
    const { token } = chat;
    for (const id of ["a b", "../../etc/passwd", "x".repeat(129), '{"$gt":""}']) {
      const answer = await postRaw(message(), { sessionId: id, token });
      expectProblem(answer, 400);
    }
    expectProblem(await postRaw(message(), { sessionId: "x".repeat(2_000), token }), 400);
    expectProblem(await system.chats.call("GET", "/v1/sessions/%zz", { token }), 400);
    const at = `/v1/sessions/${chat.sessionId}`;
    for (const path of ["/messages?after=-1", "/messages?after=x", "/messages?before=1", "/events?after=-1"]) {
      expectProblem(await system.chats.call("GET", at + path, { token }), 400);
    }
    for (const query of ["waitMs=-1", "waitMs=soon", "waitMs=999999999"]) {
      expectProblem(await system.chats.call("POST", `${at}/messages?${query}`, { token, body: message() }), 400);
    }
  });

  test("a session in a language or over a channel that isn't one", async () => {
    const problem = expectProblem(await system.chats.call("POST", "/v1/sessions", { body: { locale: "xx" } }), 400);
    expect(problem.errors).toEqual([expect.objectContaining({ field: "locale" })]);
    expectProblem(await system.chats.call("POST", "/v1/sessions", { body: { channel: "A channel!" } }), 400);
    expectProblem(await system.chats.call("POST", "/v1/sessions", { body: { customerId: "c-wang" } }), 400);
    const agent = await system.chats.token({ role: "agent", sub: "a-1" });
    expectProblem(await system.chats.call("GET", "/v1/handoffs?status=lost", { token: agent }), 400);
  });

  test("no such route", async () => {
    expectProblem(await system.chats.call("GET", "/v1/orders", { token: chat.token }), 404);
  });
});

describe("401, 403, 404: who is asking", () => {
  const path = () => `/v1/sessions/${chat.sessionId}`;

  test("no token, a broken one, one of another key, another issuer, without a signature, or an expired one", async () => {
    const sign = (key: string, issuer: string) =>
      new SignJWT({ role: "customer", tenant: system.tenant })
        .setProtectedHeader({ alg: "HS256" })
        .setSubject("c-lin")
        .setIssuer(issuer)
        .setExpirationTime("1h")
        .sign(new TextEncoder().encode(key));
    const secret = system.config.JWT_SECRET ?? "";
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const bare = `${part({ alg: "none" })}.${part({ role: "customer", sub: "c-lin", tenant: system.tenant, iss: "colloquy" })}.`;
    const tokens = [
      undefined,
      "rubbish",
      bare,
      await sign("another secret of more than 32 characters", "colloquy"),
      await sign(secret, "somebody"),
      await system.chats.token({ sub: "c-lin" }, -60),
    ];
    for (const token of tokens) expectProblem(await system.chats.call("GET", path(), { token }), 401);
    const basic = { authorization: "Basic Yzpw" };
    expectProblem(await system.chats.call("GET", path(), { headers: basic }), 401);
  });

  test("somebody else's session doesn't exist: another customer, another visitor, another tenant", async () => {
    const visitor = await system.chats.open(null);
    const agent = await system.chats.token({ role: "agent", sub: "a-1", tenant: "another-shop" });
    const strangers = [
      agent,
      await system.chats.token({ sub: "c-wang" }),
      visitor.token,
      await system.chats.token({ sub: "c-lin", tenant: "another-shop" }),
    ];
    const real = path();
    const missing = `/v1/sessions/${randomUUID()}`;
    for (const token of strangers) {
      for (const part of ["", "/messages", "/events"]) {
        const answer = await system.chats.call("GET", real + part, { token });
        // The same words as for one that was never there.
        expect(answer.body).toEqual((await system.chats.call("GET", missing + part, { token })).body);
        expectProblem(answer, 404);
      }
      // An agent can't speak as a customer anywhere: that says nothing of this session.
      const posted = await system.chats.call("POST", `${real}/messages`, { token, body: message() });
      expectProblem(posted, token === agent ? 403 : 404);
      expectProblem(await system.chats.call("POST", `${real}/end`, { token }), 404);
    }
    // A visitor's session isn't everybody's who is not signed in.
    expectProblem(await system.chats.call("GET", `/v1/sessions/${visitor.sessionId}`, { token: chat.token }), 404);
    expect(await chat.messages()).toEqual([]);
  });

  test("the desk is for agents", async () => {
    expectProblem(await system.chats.call("GET", "/v1/handoffs", {}), 401);
    for (const role of ["customer", "engineer"] as const) {
      const token = await system.chats.token({ role, sub: "c-lin" });
      expectProblem(await system.chats.call("GET", "/v1/handoffs", { token }), 403);
      expectProblem(await system.chats.call("POST", "/v1/handoffs/handoff-x-1/claim", { token }), 403);
    }
    const agent = await system.chats.token({ role: "agent", sub: "a-1" });
    expectProblem(await system.chats.call("POST", "/v1/handoffs/handoff-x-1/claim", { token: agent }), 404);
  });
});

test("a flood by one user is 429 with Retry-After; others are not affected, and it passes", async () => {
  const flooded = await startSystem({ env: { BUCKET_CAPACITY: String(BUCKET_CAPACITY), BUCKET_LEAK_PER_S: "0.5" } });
  try {
    const [loud, calm] = [await flooded.chats.open("c-wang"), await flooded.chats.open("c-chen")];
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => loud.post(`第${index}条`)));
    const refused = answers.filter(({ status }) => status === 429);
    const accepted = answers.filter(({ status }) => status === 202).map(({ body }) => body.messageId);
    expect(refused.length + accepted.length).toBe(30);
    expect(refused.length).toBeGreaterThanOrEqual(20);
    const first = refused[0] as Answer<unknown>;
    expectProblem(first, 429);
    expect(Number(first.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    // A second session doesn't help the same user.
    const second = await flooded.chats.open("c-wang");
    expect((await second.post("还在吗")).status).toBe(429);
    expect(await calm.say("谁出退货运费？")).toMatch(/运费/);

    const late = await eventually("there is room again", async () => {
      const { status, body } = await loud.post("现在呢");
      return status === 202 ? body.messageId : null;
    });
    accepted.push(late);
    const stored = await loud.until("all that was accepted", (messages) => {
      const ids = new Set(messages.map(({ messageId }) => messageId));
      return accepted.every((id) => ids.has(id));
    });
    // What was refused is nowhere.
    expect(stored.filter(({ role }) => role === "customer").length).toBe(accepted.length);
  } finally {
    await flooded.close();
  }
});

test("what personal numbers a message holds is masked before it is stored", async () => {
  const masked = await system.chats.open("c-lin");
  await masked.say("我的手机号是13812345678，身份证11010519491231002X，我的快递到哪了");
  const [own] = await masked.messages();
  expect(own?.text).not.toMatch(/13812345678|11010519491231002X/);
  expect(own?.text).toMatch(/^我的手机号是.+，身份证.+，我的快递到哪了$/);
});

describe("Temporal can't be reached", () => {
  test("503 with Retry-After, nothing stored; once it is back the same message is taken, once", async () => {
    const gate = await startGate(null);
    const corner = { ...system, config: { ...system.config, TEMPORAL_ADDRESS: gate.address } };
    const api = await startApi(corner);
    try {
      const chats = createChats({ url: api.url, tokens: system.api.tokens, tenant: system.tenant });
      const cut = await chats.open("c-zhao");
      const messageId = randomUUID();
      const [refused, ended, ready, healthy] = await Promise.all([
        cut.post("我的快递到哪了", { messageId }),
        chats.call("POST", `/v1/sessions/${cut.sessionId}/end`, { token: cut.token }),
        chats.call("GET", "/readyz"),
        chats.call("GET", "/healthz"),
      ]);
      for (const answer of [refused, ended]) {
        expectProblem(answer, 503);
        expect(Number(answer.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      }
      expect(ready).toMatchObject({ status: 503, body: { ready: false, temporal: false, mongodb: true } });
      expect(healthy.status).toBe(200);
      // What needs no workflow still works.
      expect(await cut.messages()).toEqual([]);

      gate.lead(system.config.TEMPORAL_ADDRESS ?? null);
      const taken = await eventually("it is taken", async () => {
        const answer = await cut.post("我的快递到哪了", { messageId, waitMs: 20_000 });
        return answer.status === 202 ? answer : null;
      });
      expect(taken.body).toMatchObject({ duplicate: false, replies: [{ role: "assistant" }] });
      expect((await cut.messages()).map(({ seq }) => seq)).toEqual([1, 2]);
    } finally {
      await api.close();
      await gate.close();
    }
  });

  test("a session that is never written to starts no workflow", async () => {
    const corner = await openCorner();
    const api = await startApi(corner);
    try {
      const chats = createChats({ url: api.url, tokens: api.tokens, tenant: corner.tenant });
      const silent = await chats.open(null);
      await expect(api.client.workflow.getHandle(silent.sessionId).describe()).rejects.toThrow(/not found/i);
    } finally {
      await api.close();
      await corner.close();
    }
  });
});
