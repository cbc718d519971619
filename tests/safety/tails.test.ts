import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Redis } from "ioredis";
import { createRedisTails } from "../../src/safety/tails.ts";
import { findRedisServer, NO_REDIS, startRedisServer } from "../support/redis-server.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";

let corner: Corner;
const sessionId = randomUUID();
const customer = { sessionId, by: "customer" };
beforeAll(async () => {
  corner = await openCorner();
  const fixed = { locale: "zh", channel: "test", createdAt: new Date(), ownerEpoch: 0 } as const;
  await corner.store.sessions.insertOne({ _id: sessionId, tenant: corner.tenant, customerId: "c-lin", ...fixed });
});
afterAll(() => corner.close());

const tail = { messageId: "m-1", before: "", after: "我的电话 1381234" };

(findRedisServer() === undefined ? test.skip : test)(
  `tails in Redis: shared, sealed, for a minute, and gone with the key (or skipped: ${NO_REDIS})`,
  async () => {
    const server = await startRedisServer();
    const errors: Error[] = [];
    const tails = [1, 2].map(() => createRedisTails(server.url, corner.keyring, (error) => errors.push(error)));
    const [writer, reader] = tails;
    const client = new Redis(server.url);
    try {
      await client.ping();
      // Connects by itself; until then nothing is kept, and nothing fails.
      while ((await reader?.get(customer)) === null) await writer?.set(customer, tail);
      expect(await reader?.get(customer)).toEqual(tail);
      expect(await reader?.get({ sessionId, by: "a-mei" })).toBeNull();
      const [name = ""] = await client.keys("*");
      const kept = Buffer.from((await client.get(name)) ?? "", "base64url");
      expect(kept.length).toBeGreaterThan(0);
      expect(kept.includes("1381234")).toBe(false);
      const ttlS = await client.ttl(name);
      expect(ttlS).toBeGreaterThan(0);
      expect(ttlS).toBeLessThanOrEqual(60);
      const { kid } = await corner.keyring.keyOfSession(sessionId);
      await corner.store.keys.deleteOne({ _id: kid });
      corner.keyring.refuse([kid]);
      expect(await reader?.get(customer)).toBeNull();
      await server.stop();
      const seen = errors.length;
      expect(await reader?.get(customer)).toBeNull();
      expect(errors.length).toBeGreaterThan(seen);
    } finally {
      client.disconnect();
      await Promise.all(tails.map((each) => each.close()));
      await server.stop();
    }
  },
);
