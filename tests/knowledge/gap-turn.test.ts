/** One gathering of gaps at a time, whatever dies. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { inTurn, UnderWayError } from "../../src/knowledge/gaps/turn.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";

let corner: Corner;
beforeAll(async () => {
  corner = await openCorner();
});
afterAll(() => corner?.close());

test("of several at once one works, the others are told; afterwards it is free again", async () => {
  const { store, tenant } = corner;
  let working = 0;
  let most = 0;
  const all = await Promise.allSettled(
    Array.from({ length: 8 }, () =>
      inTurn(store, tenant, async (alive) => {
        most = Math.max(most, ++working);
        for (let step = 0; step < 20; step++)
          await Promise.all([alive(), store.knowledgeMarks.findOne({ _id: tenant })]);
        working--;
      }),
    ),
  );
  expect(most).toBe(1);
  const refused = all.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.every((reason) => reason instanceof UnderWayError)).toBe(true);
  await inTurn(store, tenant, async () => undefined);
});

test("a failed one frees it, a dead one frees it in time, and what was noted stays", async () => {
  const { store, tenant } = corner;
  const at = new Date("2026-05-01T00:00:00Z");
  await store.knowledgeMarks.updateOne({ _id: tenant }, { $set: { at } });
  await expect(inTurn(store, tenant, () => Promise.reject(new Error("killed")))).rejects.toThrow("killed");
  const dead = { holder: "dead", heldUntil: new Date(Date.now() + 60_000) };
  await store.knowledgeMarks.updateOne({ _id: tenant }, { $set: dead });
  await expect(inTurn(store, tenant, async () => undefined)).rejects.toThrow(UnderWayError);
  await store.knowledgeMarks.updateOne({ _id: tenant }, { $set: { heldUntil: new Date(Date.now() - 1) } });
  await inTurn(store, tenant, async () => undefined);
  expect(await store.knowledgeMarks.findOne({ _id: tenant })).toEqual({ _id: tenant, at });
});
