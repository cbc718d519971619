/** From the bot to a person and back (D7, beyond-list 1, 6, 7). */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { z } from "zod";
import type { handoff, Message } from "../../src/api/schemas.ts";
import type { Chat } from "../support/chat.ts";
import { eventually } from "../support/eventually.ts";
import { expectNumbered, roles } from "../support/messages.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";

type Handoff = z.infer<typeof handoff>;

let system: TestSystem;
let mei: Desk;
let tom: Desk;

/** An agent at the desk. */
interface Desk {
  list(status?: string): Promise<Handoff[]>;
  find(sessionId: string, status: string): Promise<Handoff>;
  post<T = Handoff>(id: string, action: string, body?: unknown): Promise<{ status: number; body: T }>;
  write(id: string, text: string, messageId?: string): Promise<number>;
}

async function desk(sub: string, name: string): Promise<Desk> {
  const token = await system.chats.token({ role: "agent", sub, name });
  const list: Desk["list"] = async (status) => {
    const query = status === undefined ? "" : `?status=${status}`;
    const path = `/v1/handoffs${query}`;
    const { body } = await system.chats.call<{ handoffs: Handoff[] }>("GET", path, { token });
    return body.handoffs;
  };
  const post: Desk["post"] = (id, action, body) =>
    system.chats.call("POST", `/v1/handoffs/${id}/${action}`, { token, ...(body === undefined ? {} : { body }) });
  return {
    list,
    post,
    find: (sessionId, status) =>
      eventually(`a ${status} handoff of ${sessionId}`, async () =>
        (await list(status)).find((entry) => entry.sessionId === sessionId),
      ),
    write: async (id, text, messageId = randomUUID()) => (await post(id, "messages", { messageId, text })).status,
  };
}

beforeAll(async () => {
  system = await startSystem();
  [mei, tom] = await Promise.all([desk("a-mei", "小梅"), desk("a-tom", "Tom")]);
});
afterAll(() => system?.close());

async function asksForPerson(customerId: string): Promise<{ chat: Chat; waiting: Handoff }> {
  const chat = await system.chats.open(customerId);
  expect(await chat.say("转人工")).toMatch(/人工客服/);
  return { chat, waiting: await mei.find(chat.sessionId, "waiting") };
}

const lastIs = (role: string, text: RegExp) => (messages: Message[]) => {
  const last = messages.at(-1);
  return last?.role === role && text.test(last.text);
};

describe("a person takes over", () => {
  test("holding message, exactly one claim, both ways, silent bot, back with a summary", async () => {
    const chat = await system.chats.open("c-lin");
    await chat.say("我想退掉护眼台灯");
    expect(await chat.say("转人工")).toMatch(/人工客服/);
    expect(await chat.view()).toMatchObject({ state: "HANDOFF", handoff: { status: "waiting" } });
    const waiting = await mei.find(chat.sessionId, "waiting");
    expect(waiting).toMatchObject({
      reason: "asked",
      agent: null,
      state: "HANDOFF",
      customer: { id: "c-lin", name: "林晓雨" },
      intent: "return",
      slots: { order_id: "GL-491891" },
      lastMessage: { role: "assistant" },
    });
    expect(waiting.summary).toContain("台灯");

    const claims = await Promise.all([mei.post(waiting.id, "claim"), tom.post(waiting.id, "claim")]);
    expect(claims.map(({ status }) => status).sort()).toEqual([200, 409]);
    const [winner, loser] = claims[0]?.status === 200 ? [mei, tom] : [tom, mei];
    // Claiming twice is the same claim.
    expect((await winner.post(waiting.id, "claim")).status).toBe(200);
    expect(await loser.write(waiting.id, "我来吧")).toBe(409);
    for (const action of ["release", "return", "resolve"]) {
      expect((await loser.post(waiting.id, action, action === "release" ? undefined : {})).status).toBe(409);
    }
    await chat.until("an agent has joined", lastIs("system", /已接入/));

    const messageId = randomUUID();
    expect(await winner.write(waiting.id, "您好，台灯是什么问题？", messageId)).toBe(202);
    expect(await winner.write(waiting.id, "您好，台灯是什么问题？", messageId)).toBe(202);
    await chat.until("the agent's words", lastIs("agent", /什么问题/));
    const silent = await chat.post("一直闪，我要退货", { waitMs: 20_000 });
    expect(silent.body.replies).toEqual([]);
    await chat.post("确认");
    expect(await winner.write(waiting.id, "好的，我帮您登记")).toBe(202);
    const during = await chat.until("the second answer", lastIs("agent", /登记/));
    // The bot said nothing, and what was said twice is there once.
    expect(roles(during).slice(-5)).toEqual(["system", "agent", "customer", "customer", "agent"]);
    expect((await system.store.orders.findOne({ tenant: system.tenant, id: "GL-491891" }))?.requests).toEqual([]);

    const returned = await winner.post(waiting.id, "return", { summary: "已登记换新" });
    expect(returned).toMatchObject({ status: 200, body: { status: "returned", resolution: "已登记换新" } });
    await chat.until("the bot is back", lastIs("assistant", /已登记换新/));
    expect((await chat.view()).state).toBe("INIT");
    expect(await chat.say("谁出退货运费？")).toMatch(/运费/);
    // It is over: no word of the agent reaches the customer any more.
    expect(await winner.write(waiting.id, "还在吗？")).toBe(409);
    expect((await winner.post(waiting.id, "claim")).status).toBe(409);
    expect(roles(await chat.messages()).slice(-2)).toEqual(["customer", "assistant"]);
  });

  test("released, it waits again for another agent, who resolves it; the customer can go on", async () => {
    const { chat, waiting } = await asksForPerson("c-wang");
    expect((await mei.post(waiting.id, "claim")).status).toBe(200);
    expect(await mei.post(waiting.id, "release")).toMatchObject({
      status: 200,
      body: { status: "waiting", agent: null },
    });
    await chat.until("the agent has left", lastIs("system", /离开/));
    expect(await mei.write(waiting.id, "我又来了")).toBe(409);
    expect((await tom.post(waiting.id, "claim")).status).toBe(200);
    expect(await tom.find(chat.sessionId, "active")).toMatchObject({ agent: { id: "a-tom", name: "Tom" } });
    await tom.write(waiting.id, "已为您处理");
    expect(await tom.post(waiting.id, "resolve", { summary: "发了补寄" })).toMatchObject({
      status: 200,
      body: { status: "resolved", resolution: "发了补寄" },
    });
    await chat.until("it is resolved", lastIs("system", /解决/));
    expect((await chat.view()).state).toBe("END");
    expect((await mei.list("resolved")).map(({ id }) => id)).toContain(waiting.id);
    expect(await chat.say("谁出退货运费？")).toMatch(/运费/);

    // A second handoff of the same conversation is another task.
    await chat.say("转人工");
    const second = await mei.find(chat.sessionId, "waiting");
    expect(second.id).not.toBe(waiting.id);
    expect((await mei.post(second.id, "claim")).status).toBe(200);
    expectNumbered(await chat.messages());
  });

  test.each(["return", "resolve"])("what an agent said last is not lost when they %s at once", async (action) => {
    const { chat, waiting } = await asksForPerson("c-liu");
    await mei.post(waiting.id, "claim");
    const said = ["一", "二", "三", "四", "五"];
    for (const text of said) expect(await mei.write(waiting.id, text)).toBe(202);
    expect((await mei.post(waiting.id, action, { summary: "好了" })).status).toBe(200);
    const over = action === "return" ? lastIs("assistant", /好了/) : lastIs("system", /解决/);
    const all = await chat.until("it is over", over);
    expect(all.filter(({ role }) => role === "agent").map(({ text }) => text)).toEqual(said);
    expectNumbered(all);
  });

  test("the customer ends the conversation: the task is closed for everybody", async () => {
    const { chat, waiting } = await asksForPerson("c-chen");
    expect(await chat.end()).toBe(202);
    expect(await mei.find(chat.sessionId, "resolved")).toMatchObject({ id: waiting.id, agent: null });
    expect((await mei.list("waiting")).map(({ id }) => id)).not.toContain(waiting.id);
    expect((await mei.post(waiting.id, "claim")).status).toBe(409);
    await chat.until("the good-bye", lastIs("assistant", /结束/));
  });

  test("an event stream tells the customer's page who has the conversation", async () => {
    const { chat, waiting } = await asksForPerson("c-zhang");
    const stream = await chat.events(0);
    await mei.post(waiting.id, "claim");
    await eventually("the claim is streamed", () =>
      stream.events.some(({ event, data }) => event === "handoff" && (data as Handoff).agent?.id === "a-mei"),
    );
    await mei.write(waiting.id, "您好");
    await eventually("the agent's words are streamed", () =>
      stream.events.some(({ data }) => (data as Message).role === "agent"),
    );
    stream.close();
  });
});

describe("nobody understands", () => {
  test("three turns without sense: a person is offered, then fetched, never silence", async () => {
    const chat = await system.chats.open("c-huang");
    expect(await chat.say("12345")).toMatch(/没太明白|didn't quite get/);
    expect(await chat.say("12345")).toMatch(/转人工|person/);
    expect((await chat.view()).state).toBe("INIT");
    expect(await chat.say("12345")).toMatch(/人工客服|connecting you/);
    expect((await chat.view()).state).toBe("HANDOFF");
    expect(await mei.find(chat.sessionId, "waiting")).toMatchObject({ reason: "not-understood" });
  });
});
