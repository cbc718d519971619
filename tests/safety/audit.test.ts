import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createAudit, verifyAudit } from "../../src/safety/audit.ts";
import type { AuditDoc } from "../../src/store/mongo.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";

const ROWS = 6;
let corner: Corner;
let tenant: string;
let key: string;

beforeAll(async () => {
  corner = await openCorner();
  key = corner.env.AUDIT_KEY ?? "";
});
afterAll(() => corner.close());

beforeEach(async () => {
  tenant = `audit-${randomBytes(4).toString("hex")}`;
  const audit = createAudit(corner.store, key);
  for (let row = 1; row <= ROWS; row++)
    await audit.append({ tenant, kind: "action", who: `c-${row}`, what: "return", refs: { orderId: `O-${row}` } });
});

const faults = async (expected?: string) => (await verifyAudit(corner.store, key, tenant, expected)).faults;
const rows = (): Promise<AuditDoc[]> => corner.store.audit.find({ tenant }).sort({ n: 1 }).toArray();

test("a chain that nobody touched is intact", async () => {
  expect(await verifyAudit(corner.store, key, tenant)).toMatchObject({ rows: ROWS, faults: [] });
});

describe("whatever is changed is found", () => {
  const changes: Record<string, Partial<Record<keyof AuditDoc, unknown>>> = {
    at: { at: new Date(0) },
    "at as text": { at: "2026-01-01" },
    kind: { kind: "reveal" },
    who: { who: "somebody" },
    what: { what: "exchange" },
    refs: { refs: {} },
    "refs renamed": { refs: { order: "O-1" } },
    once: { once: "x" },
    prevHash: { prevHash: "f".repeat(64) },
    hash: { hash: "f".repeat(64) },
    n: { n: 1_000 },
    tenant: { tenant: "elsewhere" },
  };
  test.each(Object.keys(changes))("%s, in every row", async (name) => {
    for (const row of await rows()) {
      await corner.store.audit.updateOne({ tenant, n: row.n }, { $set: changes[name] as Partial<AuditDoc> });
      expect([row.n, await faults()]).not.toEqual([row.n, []]);
      await corner.store.audit.deleteMany({ hash: row.hash });
      await corner.store.audit.deleteMany({ tenant, n: { $in: [row.n, 1_000] } });
      await corner.store.audit.insertOne({ ...row });
      expect([row.n, await faults()]).toEqual([row.n, []]);
    }
  });

  test("every row dropped, the last one and all of a tail too", async () => {
    const all = await rows();
    for (const row of all) {
      await corner.store.audit.deleteOne({ tenant, n: row.n });
      expect([row.n, await faults()]).not.toEqual([row.n, []]);
      await corner.store.audit.insertOne({ ...row });
    }
    for (let from = 1; from <= ROWS; from++) {
      await corner.store.audit.deleteMany({ tenant, n: { $gte: from } });
      expect([from, await faults()]).not.toEqual([from, []]);
      await corner.store.audit.insertMany(all.slice(from - 1).map((row) => ({ ...row })));
    }
    expect(await faults()).toEqual([]);
  });

  test("every two rows swapped", async () => {
    const all = await rows();
    for (const a of all)
      for (const b of all.slice(a.n)) {
        await corner.store.audit.deleteMany({ tenant, n: { $in: [a.n, b.n] } });
        await corner.store.audit.insertMany([
          { ...a, n: b.n },
          { ...b, n: a.n },
        ]);
        expect([a.n, b.n, await faults()]).not.toEqual([a.n, b.n, []]);
        await corner.store.audit.deleteMany({ tenant, n: { $in: [a.n, b.n] } });
        await corner.store.audit.insertMany([{ ...a }, { ...b }]);
      }
    expect(await faults()).toEqual([]);
  });

  test("a chain made anew without the key, and a head that was moved back", async () => {
    const [first, ...rest] = await rows();
    const forged = createAudit(corner.store, randomBytes(32).toString("hex"));
    await corner.store.audit.deleteMany({ tenant, n: { $gt: 1 } });
    for (const { kind, who, what, refs } of rest)
      await forged.append({ tenant, kind: kind as "action", who, what, refs });
    expect(await faults()).not.toEqual([]);
    await corner.store.audit.deleteMany({ tenant, n: { $gt: 1 } });
    await corner.store.auditHeads.updateOne({ _id: tenant }, { $set: { n: 1, hash: first?.hash ?? "" } });
    expect(await faults()).not.toEqual([]);
  });

  test("an older copy of everything, by a head that was kept elsewhere", async () => {
    const { head } = await verifyAudit(corner.store, key, tenant);
    expect(await faults(`${ROWS}:${head}`)).toEqual([]);
    await corner.store.audit.deleteMany({ tenant });
    await corner.store.auditHeads.deleteOne({ _id: tenant });
    expect(await faults()).toEqual([]);
    expect(await faults(`${ROWS}:${head}`)).not.toEqual([]);
  });
});

test("writers that know nothing of each other never fork a chain", async () => {
  const writers = Array.from({ length: 4 }, () => createAudit(corner.store, key));
  await Promise.all(
    writers.flatMap((audit, writer) =>
      Array.from({ length: 10 }, (_, row) =>
        audit.append({ tenant, kind: "login", who: `w-${writer}`, what: "token", refs: { row: String(row) } }),
      ),
    ),
  );
  expect(await verifyAudit(corner.store, key, tenant)).toMatchObject({ rows: ROWS + 40, faults: [] });
});

test("what is named once is appended once, by however many", async () => {
  const writers = Array.from({ length: 4 }, () => createAudit(corner.store, key));
  const entry = { tenant, kind: "action", who: "c", what: "return", refs: {}, once: "action:s:1" } as const;
  await Promise.all(writers.flatMap((audit) => [audit.append(entry), audit.append(entry)]));
  expect(await verifyAudit(corner.store, key, tenant)).toMatchObject({ rows: ROWS + 1, faults: [] });
});

describe("npm run audit", () => {
  const run = (...args: string[]): Promise<{ code: number | null; output: string }> =>
    new Promise((resolve) => {
      const script = join(import.meta.dirname, "..", "..", "src", "cli", "audit.ts");
      const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, ...corner.env } });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += String(data)));
      child.once("exit", (code) => resolve({ code, output }));
    });

  test("verify tells an intact chain from one that isn't; show prints its rows", async () => {
    expect(await run("verify", "--tenant", tenant)).toMatchObject({
      code: 0,
      output: expect.stringContaining("intact"),
    });
    const shown = await run("show", "--tenant", tenant, "--last", "2");
    expect(shown.output.trim().split("\n")).toHaveLength(2);
    expect(shown.output).toContain("O-6");
    await corner.store.audit.updateOne({ tenant, n: 3 }, { $set: { who: "somebody" } });
    const verified = await run("verify", "--tenant", tenant);
    expect(verified.code).toBe(1);
    expect(verified.output).toContain("row 3 was altered");
    expect((await run("verify", "--expect", "nonsense")).code).toBe(1);
  });
});
