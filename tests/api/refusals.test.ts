/** P2: a flood is turned away before it costs anything, and whoever waits as told gets through. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createRefusals } from "../../src/api/refusals.ts";
import type { Chat } from "../support/chat.ts";
import { createChats } from "../support/chat.ts";
import { eventually } from "../support/eventually.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";
import type { TestApi } from "../support/system.ts";
import { startApi } from "../support/system.ts";

describe("over HTTP", () => {
  let corner: Corner;
  let api: TestApi;
  let flooder: Chat;
  let other: Chat;
  beforeAll(async () => {
    corner = await openCorner({ BUCKET_CAPACITY: "5", BUCKET_LEAK_PER_S: "1" });
    api = await startApi(corner);
    const chats = createChats({ url: api.url, tokens: api.tokens, tenant: corner.tenant });
    [flooder, other] = [await chats.open("c-lin"), await chats.open("c-wang")];
  });
  afterAll(async () => {
    await api?.close();
    await corner?.close();
  });

  test("of a flood the bucket's worth is taken in; others write on; who waited gets through", async () => {
    const statuses = (await Promise.all(Array.from({ length: 200 }, () => flooder.post("hello")))).map(
      ({ status }) => status,
    );
    const taken = statuses.filter((status) => status === 202).length;
    expect(taken).toBeGreaterThanOrEqual(5);
    expect(taken).toBeLessThanOrEqual(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(200 - taken);
    const refused = await flooder.post("hello");
    expect([refused.status, Number(refused.headers.get("retry-after"))]).toEqual([429, expect.any(Number)]);
    expect((await other.post("hello")).status).toBe(202);
    await eventually("room again", async () => (await flooder.post("hello")).status === 202);
    const { historyLength } = await api.client.workflow.getHandle(flooder.sessionId).describe();
    expect(historyLength).toBeLessThan(30);
  });
});

test("asking again while refused doesn't make the wait longer", async () => {
  let clockMs = 0;
  const refusals = createRefusals("too fast", () => clockMs);
  const request = { headers: { authorization: "Bearer a" } } as never;
  const refuse = () =>
    refusals.refuse(request, {} as never).then(
      () => 0,
      (error: { retryAfterS: number }) => error.retryAfterS,
    );
  refusals.remember(request, 3);
  expect(await refuse()).toBe(3);
  clockMs = 1_500;
  refusals.remember(request, 3);
  expect(await refuse()).toBe(2);
  clockMs = 3_000;
  expect(await refuse()).toBe(0);
  expect(await refusals.refuse({ headers: {} } as never, {} as never)).toBeUndefined();
});
