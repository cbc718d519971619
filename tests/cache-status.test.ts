/** M4: the words of a status question may be remembered, the status never is. On a real worker. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { OrderStatus } from "../src/commerce/types.ts";
import type { Prediction } from "../src/models/types.ts";
import type { TestSystem } from "./support/system.ts";
import { startSystem } from "./support/system.ts";
import type { VendorServer } from "./support/vendor-server.ts";
import { startVendorServer } from "./support/vendor-server.ts";

/** Patterns and examples make nothing of it, so that a model is asked. */
const UNSETTLED = "qwxz vbrt GL-504202";
const NOT_YET = /not shipped yet/;
const ON_ITS_WAY = /on its way/;

const statusQuestion: Prediction = {
  steps: "They ask where the order is.",
  acts: [{ intent: "order_status", product: null, order_id: "GL-504202", reason: null, wanted: null }],
  answer: null,
  confidence: 0.95,
};

let vendor: VendorServer;
let system: TestSystem;
beforeAll(async () => {
  vendor = await startVendorServer([{ kind: "json", value: statusQuestion }]);
  system = await startSystem({ env: { LOCAL_LLM_BASE_URL: vendor.openaiBaseURL } });
});
afterAll(async () => {
  await system?.close();
  await vendor?.close();
});

test("a status that changed between two identical questions is the new one, though everything is remembered", async () => {
  const setStatus = (status: OrderStatus) =>
    system.store.orders.updateOne({ tenant: system.tenant, id: "GL-504202" }, { $set: { status } });
  const [chat, another] = [await system.chats.open("c-lin", "en"), await system.chats.open("c-lin", "en")];

  const before = await chat.say(UNSETTLED);
  expect(before).toContain("GL-504202");
  expect(before).toMatch(NOT_YET);

  expect((await setStatus("shipped")).modifiedCount).toBe(1);
  expect(await chat.say(UNSETTLED)).toMatch(ON_ITS_WAY);
  expect(await another.say(UNSETTLED)).toMatch(ON_ITS_WAY);

  expect((await setStatus("delivered")).modifiedCount).toBe(1);
  expect(await chat.say(UNSETTLED)).toMatch(/\*\*delivered\*\*/);
  // One call for four questions: the other three were hits.
  expect(vendor.calls).toHaveLength(1);
});
