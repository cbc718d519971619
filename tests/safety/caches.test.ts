/** Caches hold many customers' words together: an erasure empties them in Redis and in every process' memory (beyond-list 9). */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Redis } from "ioredis";
import { createDemoShop } from "../../src/commerce/demo-shop.ts";
import { rememberOrders } from "../../src/commerce/recent-orders.ts";
import { journalPath } from "../../src/config.ts";
import type { PredictRequest } from "../../src/models/types.ts";
import { watchErasures } from "../../src/safety/erasure/caches.ts";
import { enforceTombstones, erase } from "../../src/safety/erasure/erase.ts";
import { openJournal } from "../../src/safety/erasure/journal.ts";
import type { Keyring } from "../../src/safety/keys/keyring.ts";
import { CACHES, createKeyring } from "../../src/safety/keys/keyring.ts";
import { createMasterKeys } from "../../src/safety/keys/master.ts";
import { sealedCache } from "../../src/safety/keys/sealed-cache.ts";
import { createMemoryTails } from "../../src/safety/tails.ts";
import { createRedisCache } from "../../src/store/cache.ts";
import { createPredictionCache } from "../../src/understanding/prediction-cache.ts";
import { createChats } from "../support/chat.ts";
import { eventually } from "../support/eventually.ts";
import { findRedisServer, NO_REDIS, startRedisServer } from "../support/redis-server.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";
import { startApi, startTestWorker } from "../support/system.ts";

let corner: Corner;
beforeAll(async () => {
  corner = await openCorner();
});
afterAll(() => corner.close());

const anotherKeyring = (): Keyring =>
  createKeyring({ store: corner.store, wrapper: createMasterKeys(corner.config.MASTER_KEY) });
const eraseSomebody = async (keyring: Keyring): Promise<void> => {
  const erasing = { store: corner.store, keyring, journal: openJournal(journalPath(corner.config)) };
  const somebody = { tenant: corner.tenant, customerId: "c-lin" };
  await erase(erasing, somebody, async () => undefined, new Date());
};
const unexpected = (error: unknown): never => {
  throw error;
};

const request: PredictRequest = {
  locale: "zh",
  text: "我家那台灯的包裹走到哪了",
  window: [],
  situation: "INIT",
  orderedProducts: [],
} as unknown as PredictRequest;
const prediction = {
  steps: "顾客问台灯的包裹。",
  acts: [{ intent: "order_status", product: "台灯", order_id: null, reason: null, wanted: null }],
  answer: null,
  confidence: 0.95,
};

(findRedisServer() === undefined ? test.skip : test)(
  `what workers share: noise in Redis at once, gone from each worker's memory at its next look (or skipped: ${NO_REDIS})`,
  async () => {
    const redis = await startRedisServer();
    const raw = new Redis(redis.url);
    const processes = [anotherKeyring(), anotherKeyring()].map((keyring) => {
      const shared = sealedCache(
        createRedisCache(redis.url, () => undefined),
        keyring,
      );
      return { keyring, shared, predictions: createPredictionCache({ shared }) };
    });
    const [eraser, other] = processes;
    if (!eraser || !other) throw new Error("two processes");
    const { store } = corner;
    const watch = await watchErasures({ store, ...other, forget: other.predictions.forget, onError: unexpected });
    try {
      const kept = async (): Promise<string | undefined> => {
        await eraser.predictions.keep(request, "small", prediction as never);
        const [name = ""] = await raw.keys("colloquy:cache:*");
        return (await raw.get(name)) ?? undefined;
      };
      const sealed = await eventually("the entry in Redis", kept);
      expect(Buffer.from(sealed, "base64").includes("台灯")).toBe(false);
      expect((await other.predictions.find(request, 0))?.value.acts[0]?.product).toBe("台灯");
      expect(await watch.look()).toBe(false);

      await eraseSomebody(eraser.keyring);
      const [name = ""] = await raw.keys("colloquy:cache:*");
      expect(await raw.get(name)).toBe(sealed);
      // Whoever has Redis, the database and the master key reads nothing of it.
      for (const keyring of [eraser.keyring, anotherKeyring()]) {
        const stolen = { get: async () => sealed, set: async () => undefined, close: () => undefined };
        expect(await sealedCache(stolen, keyring).get("any")).toBeNull();
      }
      expect(await watch.look()).toBe(true);
      expect(await other.predictions.find(request, 0)).toBeNull();
      expect(await watch.look()).toBe(false);
      // And they go on, under another key.
      eraser.predictions.forget();
      await eraser.predictions.keep(request, "small", prediction as never);
      expect(await other.predictions.find(request, 0)).not.toBeNull();
    } finally {
      watch.close();
      for (const { shared } of processes) shared.close();
      raw.disconnect();
      await redis.stop();
    }
  },
);

test("a backup's key for caches is destroyed at the next start, and they go on under another", async () => {
  const keyring = anotherKeyring();
  await keyring.cachesKey();
  const backup = await corner.store.keys.findOne({ owner: CACHES });
  if (!backup) throw new Error("no key");
  await eraseSomebody(keyring);
  await corner.store.keys.deleteOne({ owner: CACHES });
  await corner.store.keys.insertOne(backup);
  const started = anotherKeyring();
  const journal = openJournal(journalPath(corner.config));
  expect(await enforceTombstones({ store: corner.store, keyring: started, journal })).toBe(0);
  expect((await started.cachesKey()).kid).not.toBe(backup._id);
});

test("orders with reasons and half-said numbers are forgotten as well", async () => {
  let reads = 0;
  const shop = createDemoShop(corner.store, corner.keyring);
  const orders: typeof shop.orders = (...args) => {
    reads += 1;
    return shop.orders(...args);
  };
  const recent = rememberOrders({ ...shop, orders });
  await recent.recentOrders(corner.tenant, "c-lin");
  await recent.recentOrders(corner.tenant, "c-lin");
  expect(reads).toBe(1);
  recent.forget();
  await recent.recentOrders(corner.tenant, "c-lin");
  expect(reads).toBe(2);
  const tails = createMemoryTails();
  const writer = { sessionId: "s", by: "customer" };
  await tails.set(writer, { messageId: "m", before: "", after: "1381234" });
  tails.forget();
  expect(await tails.get(writer)).toBeNull();
});

test("a running worker forgets the texts it has embedded once somebody is erased through the API", async () => {
  const api = await startApi(corner);
  const worker = await startTestWorker(corner);
  try {
    const chats = createChats({ url: api.url, tokens: api.tokens, tenant: corner.tenant });
    const misses = async (): Promise<number> => {
      const line = /colloquy_cache_lookups_total\{cache="embedding",result="miss"\} (\d+)/;
      return Number(line.exec(await worker.metrics.metrics())?.[1]);
    };
    const words = "你们家的保修期一般是多长时间呀";
    const ask = async (customerId: string): Promise<number> => {
      const before = await misses();
      await (await chats.open(customerId)).say(words);
      return (await misses()) - before;
    };
    expect(await ask("c-wang")).toBeGreaterThan(0);
    expect(await ask("c-chen")).toBe(0);
    const admin = await chats.token({ role: "admin", sub: "boss" });
    expect((await chats.call("DELETE", "/v1/customers/c-wang", { token: admin })).status).toBe(200);
    await eventually("the worker has looked", async () => (await ask("c-chen")) > 0);
  } finally {
    await worker.stop();
    await api.close();
  }
});
