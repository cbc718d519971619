/** What other systems hear of, from the conversation to a receiver that checks the signature, fails, hangs and goes away. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createWebhooks } from "../../src/api/webhooks.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { createDeliverWebhook } from "../../src/webhooks/deliver.ts";
import { loadEndpoints } from "../../src/webhooks/endpoints.ts";
import type { Outbox } from "../../src/webhooks/publish.ts";
import { createOutbox, eventIdOf } from "../../src/webhooks/publish.ts";
import { retryDeliveries } from "../../src/webhooks/retry.ts";
import type { WebhookEvent } from "../../src/webhooks/types.ts";
import { eventually } from "../support/eventually.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";
import type { WebhookReceiver } from "../support/webhook-receiver.ts";
import { startWebhookReceiver } from "../support/webhook-receiver.ts";

const cli = fileURLToPath(new URL("../../src/cli/webhooks.ts", import.meta.url));
const secret = `whsec_${randomBytes(32).toString("base64")}`;
/** Paths of endpoints that belong to a tenant of the same name: what is published for it goes there. */
const APART = ["fails", "hangs", "moved", "gone", "twice", "away"] as const;
let receiver: WebhookReceiver;
let system: TestSystem;
let outbox: Outbox;

beforeAll(async () => {
  receiver = await startWebhookReceiver(secret);
  const apart = APART.map((tenant) => ({ url: `${receiver.url}/${tenant}`, secret, tenant }));
  const everything = { url: `${receiver.url}/all`, secret };
  const handoffs = { url: `${receiver.url}/handoffs`, secret, events: ["handoff.created"] };
  system = await startSystem({
    env: {
      DEMO: "true",
      WEBHOOKS: JSON.stringify([everything, handoffs, ...apart]),
      WEBHOOK_RETRIES_S: "0.1,0.1",
      WEBHOOK_TIMEOUT_MS: "500",
    },
  });
  const { config, store, client } = system;
  outbox = await createWebhooks({ config, store, client, log: createLogger("silent", "test") });
});
afterAll(async () => {
  await outbox?.settled();
  await system?.close();
  await receiver?.close();
});

const event = (tenant: string, fact: string): WebhookEvent => ({
  tenant,
  type: "session.ended",
  fact,
  at: new Date(),
  data: { sessionId: fact, customerId: null, turns: 1 },
});
const deliveryOf = (tenant: string, fact: string) =>
  system.store.webhookDeliveries.findOne({ eventId: eventIdOf(event(tenant, fact)) });
const settled = (tenant: string, fact: string) =>
  eventually(`the end of ${fact}`, async () => {
    const delivery = await deliveryOf(tenant, fact);
    return delivery && delivery.state !== "pending" ? delivery : undefined;
  });
const typesAt = (path: string): Array<string | undefined> => receiver.at(path).map((each) => each.event?.type);

describe("a conversation", () => {
  test("is heard of from the action to the erasure: signed, once, without a word of it", async () => {
    const chat = await system.chats.open("c-lin");
    await chat.say("台灯一直闪，我的电话是13812345678，退掉");
    await chat.say("对，退吧");
    await chat.say("转人工");
    const doc = await eventually("the task", () => system.store.handoffs.findOne({ sessionId: chat.sessionId }));
    const mei = await system.chats.token({ role: "agent", sub: "a-mei", name: "小梅" });
    for (const [verb, body] of [
      ["claim", {}],
      ["resolve", { summary: "已处理台灯" }],
    ] as const)
      await system.chats.call("POST", `/v1/handoffs/${doc._id}/${verb}`, { token: mei, body });
    await eventually("the end of the handoff", async () => typesAt("/all").includes("handoff.resolved"));
    await chat.end();
    await eventually("the end of the session", async () => typesAt("/all").includes("session.ended"));
    const admin = await system.chats.token({ role: "admin", sub: "boss" });
    await system.chats.call("DELETE", "/v1/customers/c-lin", { token: admin });
    await eventually("the erasure", async () => typesAt("/all").includes("customer.erased"));

    expect(typesAt("/all").sort()).toEqual([
      "action.executed",
      "customer.erased",
      "handoff.claimed",
      "handoff.created",
      "handoff.resolved",
      "session.ended",
    ]);
    expect(typesAt("/handoffs")).toEqual(["handoff.created"]);
    const byType = new Map(receiver.at("/all").map((each) => [each.event?.type, each.event?.data]));
    const { sessionId } = chat;
    const whose = { tenant: system.tenant, sessionId, customerId: "c-lin" };
    expect(byType.get("action.executed")).toMatchObject({ ...whose, kind: "return", orderId: "GL-491891" });
    expect(byType.get("handoff.claimed")).toMatchObject({ ...whose, status: "active", agentId: "a-mei" });
    expect(byType.get("session.ended")).toMatchObject(whose);
    expect(byType.get("customer.erased")).toMatchObject({ customerId: "c-lin", tenant: system.tenant });
    expect(receiver.received.map(({ body }) => body).join()).not.toMatch(/台灯|小梅|13812345678|闪|mobile/);
  });
});

describe("delivery", () => {
  test("goes on after failures, under the same id, signed anew each time", async () => {
    receiver.react("/fails", [{ status: 500 }, "cut off"]);
    await outbox.publish(event("fails", "f-1"));
    expect(await settled("fails", "f-1")).toMatchObject({ state: "delivered", attempts: 3, lastStatus: 204 });
    const tries = receiver.at("/fails");
    expect(tries.map(({ id }) => id)).toEqual(Array(3).fill(eventIdOf(event("fails", "f-1"))));
    expect(tries.every((each) => each.event?.data.sessionId === "f-1")).toBe(true);
    expect(new Set(tries.map(({ body }) => body)).size).toBe(1);
    expect(tries[2]?.at).toBeGreaterThanOrEqual(tries[0]?.at ?? Number.POSITIVE_INFINITY);
  });

  test("doesn't wait for a receiver that hangs", async () => {
    receiver.react("/hangs", ["hang"]);
    await outbox.publish(event("hangs", "h-1"));
    const first = await eventually("the first try", async () => {
      const delivery = await deliveryOf("hangs", "h-1");
      return delivery?.lastError ? delivery : undefined;
    });
    expect(first.lastError).toMatch(/no answer within 500 ms/);
    expect(await settled("hangs", "h-1")).toMatchObject({ state: "delivered", attempts: 2 });
  });

  test("follows no redirect; after the last try it is given up, kept, and can be tried again", async () => {
    const away = { status: 302, headers: { location: `${receiver.url}/elsewhere` } };
    receiver.react("/moved", [away, away, away]);
    await outbox.publish(event("moved", "m-1"));
    const given = await settled("moved", "m-1");
    expect(given).toMatchObject({ state: "dead", attempts: 3, lastStatus: 302, lastError: "HTTP 302" });
    expect(receiver.at("/elsewhere")).toEqual([]);
    expect(await retryDeliveries(system.store, [given._id])).toEqual({ deliveries: 1, endpoints: 0 });
    expect(await settled("moved", "m-1")).toMatchObject({ state: "delivered", attempts: 1 });
    expect(await retryDeliveries(system.store, [given._id])).toEqual({ deliveries: 0, endpoints: 0 });
  });

  test("ends for an endpoint that says 410, until somebody wants it back; what was held is delivered then", async () => {
    receiver.react("/gone", [{ status: 410 }]);
    await outbox.publish(event("gone", "g-1"));
    expect(await settled("gone", "g-1")).toMatchObject({ state: "disabled", attempts: 1, lastStatus: 410 });
    await outbox.publish(event("gone", "g-2"));
    expect(await deliveryOf("gone", "g-2")).toMatchObject({ state: "disabled", attempts: 0 });
    expect(receiver.at("/gone")).toHaveLength(1);
    const back = await retryDeliveries(system.store, [], `${receiver.url}/gone`);
    expect(back).toEqual({ deliveries: 2, endpoints: 1 });
    for (const fact of ["g-1", "g-2"]) expect(await settled("gone", fact)).toMatchObject({ state: "delivered" });
  });

  test("the same fact told again is no other event, and what was delivered isn't sent again", async () => {
    await Promise.all([1, 2, 3].map(() => outbox.publish(event("twice", "t-1"))));
    const { _id } = await settled("twice", "t-1");
    await outbox.publish(event("twice", "t-1"));
    const { config, store } = system;
    const endpoints = await loadEndpoints(config);
    const onDead = (): never => {
      throw new Error("given up");
    };
    const deliver = createDeliverWebhook({ store, endpoints, retriesS: [], timeoutMs: 500, onDead });
    expect(await deliver({ deliveryId: _id })).toBe("delivered");
    await outbox.settled();
    expect(receiver.at("/twice")).toHaveLength(1);
    await outbox.publish(event("twice", "t-2"));
    await settled("twice", "t-2");
    expect(new Set(receiver.at("/twice").map(({ id }) => id)).size).toBe(2);
  });

  test("what was written down while Temporal was away is started by a worker later", async () => {
    const { config, store } = system;
    const errors: unknown[] = [];
    const cutOff = createOutbox({
      store,
      endpoints: await loadEndpoints(config),
      start: () => Promise.reject(new Error("Temporal is away")),
      onError: (error) => errors.push(error),
      now: () => new Date(Date.now() - 60_000),
    });
    await cutOff.publish(event("away", "a-1"));
    await cutOff.settled();
    expect(errors).toHaveLength(1);
    expect(await settled("away", "a-1")).toMatchObject({ state: "delivered", attempts: 1 });
    expect(receiver.at("/away")).toHaveLength(1);
  });

  test("is listed and taken up again from the command line", async () => {
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, [cli, ...args], { env: { ...process.env, ...system.env } });
    receiver.react("/moved", Array(3).fill({ status: 500 }));
    await outbox.publish(event("moved", "m-2"));
    const { _id } = await settled("moved", "m-2");
    const listed = (await run("list", "--state", "dead")).stdout;
    expect(listed).toContain(_id);
    expect(listed).toMatch(/session\.ended {2}http:\/\/127\.0\.0\.1:\d+\/moved {2}3 tries {2}\(HTTP 500\)/);
    expect((await run("retry", _id)).stdout).toMatch(/^1 deliveries are tried again/);
    expect(await settled("moved", "m-2")).toMatchObject({ state: "delivered" });
    await expect(run("retry", _id)).rejects.toThrow(/None of these was given up/);
    await expect(run("retry")).rejects.toThrow(/Usage/);
    expect((await run("secret")).stdout).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/m);
  });

  test("an endpoint that was taken out of the settings is given up by name", async () => {
    const { store } = system;
    await store.webhookDeliveries.updateOne(
      { eventId: eventIdOf(event("twice", "t-1")) },
      { $set: { state: "pending", attempts: 0 } },
    );
    const dead: string[] = [];
    const onDead = (_delivery: unknown, why: string): void => void dead.push(why);
    const deliver = createDeliverWebhook({ store, endpoints: [], retriesS: [], timeoutMs: 500, onDead });
    const { _id } = (await deliveryOf("twice", "t-1")) ?? { _id: "" };
    expect(await deliver({ deliveryId: _id })).toBe("dead");
    expect(dead).toEqual(["the endpoint is no longer configured"]);
  });
});
