import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { Redis } from "ioredis";
import { createRedisTails } from "../../src/safety/tails.ts";
import { findRedisServer, NO_REDIS, startRedisServer } from "../support/redis-server.ts";

const key = randomBytes(32).toString("hex");
const tail = { messageId: "m-1", before: "", after: "我的电话 1381234" };

(findRedisServer() === undefined ? test.skip : test)(
  `tails in Redis: shared, sealed, for a minute (or skipped: ${NO_REDIS})`,
  async () => {
    const server = await startRedisServer();
    const errors: Error[] = [];
    const tails = [1, 2].map(() => createRedisTails(server.url, key, (error) => errors.push(error)));
    const [writer, reader] = tails;
    const client = new Redis(server.url);
    try {
      await client.ping();
      // Connects by itself; until then nothing is kept, and nothing fails.
      while ((await reader?.get("s")) === null) await writer?.set("s", tail);
      expect(await reader?.get("s")).toEqual(tail);
      expect(await reader?.get("another")).toBeNull();
      const [name = ""] = await client.keys("*");
      expect(await client.get(name)).not.toContain("1381234");
      const ttlS = await client.ttl(name);
      expect(ttlS).toBeGreaterThan(0);
      expect(ttlS).toBeLessThanOrEqual(60);
      await server.stop();
      const seen = errors.length;
      expect(await reader?.get("s")).toBeNull();
      expect(errors.length).toBeGreaterThan(seen);
    } finally {
      client.disconnect();
      await Promise.all(tails.map((each) => each.close()));
      await server.stop();
    }
  },
);
