import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createDemoShop } from "../../src/commerce/demo-shop.ts";
import { KeyDestroyedError } from "../../src/safety/keys/keyring.ts";
import type { Screen } from "../../src/safety/screen.ts";
import { createScreen } from "../../src/safety/screen.ts";
import { createMemoryTails } from "../../src/safety/tails.ts";
import type { Vault } from "../../src/safety/vault.ts";
import { createVault, VaultError } from "../../src/safety/vault.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";

let corner: Corner;
let vault: Vault;
let screen: Screen;
let clock = 1;

beforeAll(async () => {
  corner = await openCorner();
  vault = createVault(corner.store, corner.keyring);
  const commerce = createDemoShop(corner.store, corner.keyring);
  screen = createScreen({ commerce, vault, tails: createMemoryTails(() => clock) });
});
afterAll(() => corner.close());

/** Says messages one after another in a session of their own. */
async function say(...texts: string[]): Promise<{ masked: string[]; sessionId: string }> {
  const sessionId = await newSession();
  const masked: string[] = [];
  for (const [index, text] of texts.entries())
    masked.push(await screen.message({ ...address(sessionId, index), customerId: "c-lin", by: "customer" }, text));
  return { masked, sessionId };
}
async function newSession(customerId: string | null = "c-lin"): Promise<string> {
  const _id = randomUUID();
  const fixed = { locale: "zh", channel: "test", createdAt: new Date(), ownerEpoch: 0 } as const;
  await corner.store.sessions.insertOne({ _id, tenant: corner.tenant, customerId, ...fixed });
  return _id;
}
const address = (sessionId: string, index: number) => ({ tenant: corner.tenant, sessionId, messageId: `m-${index}` });

describe("digits split over messages", () => {
  test.each([
    [
      ["我的电话是 1381234", "5678"],
      ["我的电话是 1381234", "[mobile]"],
    ],
    [
      ["138", "1234", "5678 谢谢"],
      ["138", "1234", "[mobile] 谢谢"],
    ],
    [
      ["一三八一二三四", "五六七八"],
      ["一三八一二三四", "[mobile]"],
    ],
    [
      ["身份证 110101", "19900307", "4610"],
      ["身份证 110101", "19900307", "[national-id]"],
    ],
    [
      ["4111 1111", "1111 1111"],
      ["4111 1111", "[bank-card]"],
    ],
    [
      ["我要退3", "13812345678"],
      ["我要退3", "[mobile]"],
    ],
    [
      ["退 2", "3 个"],
      ["退 2", "3 个"],
    ],
    [
      ["订单 GL-491", "891"],
      ["订单 GL-491", "891"],
    ],
    [
      ["1381234", "台灯坏了", "5678"],
      ["1381234", "台灯坏了", "5678"],
    ],
  ])("%j", async (texts, masked) => {
    expect((await say(...texts)).masked).toEqual(masked);
  });

  test("a message that is sent again is read the same way", async () => {
    const { sessionId } = await say("1381234");
    const second = { ...address(sessionId, 1), customerId: null, by: "customer" };
    expect(await screen.message(second, "5678")).toBe("[mobile]");
    expect(await screen.message(second, "5678")).toBe("[mobile]");
  });

  test("after a minute they have nothing to do with each other", async () => {
    const { sessionId } = await say("1381234");
    clock += 61_000;
    expect(await screen.message({ ...address(sessionId, 1), customerId: null, by: "customer" }, "5678")).toBe("5678");
  });

  test("nor has what two people write", async () => {
    const { sessionId } = await say("1381234");
    expect(await screen.message({ ...address(sessionId, 1), customerId: null, by: "a-mei" }, "5678")).toBe("5678");
  });

  test("sessions have nothing to do with each other", async () => {
    await say("1381234");
    expect((await say("5678")).masked).toEqual(["5678"]);
  });
});

describe("the vault", () => {
  test("gives originals back by message, placeholder and count, the number in pieces whole", async () => {
    const { sessionId } = await say("13812345678 或 13987654321，a@example.com", "1381234", "5678");
    const reveal = (message: number, label: string, nth = 0) => vault.reveal(address(sessionId, message), label, nth);
    expect(await reveal(0, "[mobile]")).toBe("13812345678");
    expect(await reveal(0, "[mobile]", 1)).toBe("13987654321");
    expect(await reveal(0, "[mobile]", 2)).toBeNull();
    expect(await reveal(0, "[email]")).toBe("a@example.com");
    expect(await reveal(2, "[mobile]")).toBe("13812345678");
    expect(await vault.reveal({ ...address(sessionId, 0), tenant: "other" }, "[mobile]", 0)).toBeNull();
  });

  test("holds nothing readable, not even of what kind, and nothing that opens elsewhere", async () => {
    const { sessionId } = await say("13812345678", "13987654321");
    const docs = await corner.store.vault.find({ sessionId }).toArray();
    expect(docs).toHaveLength(2);
    for (const { sealed } of docs) expect(Buffer.from(sealed.buffer).toString("latin1")).not.toMatch(/138|139|mobile/);
    const first = docs.find(({ messageId }) => messageId === "m-0");
    await corner.store.vault.updateOne({ _id: `${sessionId} m-1` }, { $set: { sealed: first?.sealed as never } });
    await expect(vault.reveal(address(sessionId, 1), "[mobile]", 0)).rejects.toThrow(VaultError);
  });

  test("is sealed under the customer's key, a visitor's under their session's: destroyed, nothing opens it", async () => {
    const [theirs, visitors, others] = [
      await newSession("c-gone"),
      await newSession(null),
      await newSession("c-stays"),
    ];
    for (const sessionId of [theirs, visitors, others])
      await screen.message({ ...address(sessionId, 0), customerId: null, by: "customer" }, "13812345678");
    for (const sessionId of [theirs, visitors]) {
      const { kid } = await corner.keyring.keyOfSession(sessionId);
      await corner.store.keys.deleteOne({ _id: kid });
      corner.keyring.refuse([kid]);
      await expect(vault.reveal(address(sessionId, 0), "[mobile]", 0)).rejects.toThrow(KeyDestroyedError);
    }
    expect(await vault.reveal(address(others, 0), "[mobile]", 0)).toBe("13812345678");
  });
});
