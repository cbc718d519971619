/** Sessions as Parquet: read back by us in one range, by DuckDB with plain SQL, and never wrongly. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "@jest/globals";
import {
  ArchiveError,
  byCustomer,
  groupBytes,
  groupsOf,
  readGroup,
  readParquet,
  writeParquet,
} from "../../src/memory/parquet.ts";
import type { Archived } from "../../src/memory/record.ts";
import { decodeRecord } from "../../src/memory/record.ts";
import { createCleanUp } from "../support/cleanup.ts";
import { fixedSealer } from "../support/sealers.ts";
import { session, THEN } from "./sessions.ts";

const cleanUp = createCleanUp();

const sealer = fixedSealer();
const recordsOf = (sessions: Archived[]) => sessions.map(({ record }) => record);
/** Customers with one to many sessions, and visitors nobody knows. */
const many = (count: number): Archived[] =>
  Array.from({ length: count }, (_, i) =>
    sealer.put(
      session({
        sessionId: `s-${String(i).padStart(6, "0")}`,
        customerId: i % 10 === 0 ? null : `c-${i % 7 === 0 ? "busy" : i % 90}`,
        lastAt: THEN + i * 1_000,
        intent: i % 3 === 0 ? null : "return",
      }),
    ),
  ).sort(byCustomer);

const bufferOf = (bytes: Uint8Array): ArrayBuffer =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;

describe("a file of the archive", () => {
  const rows = many(1_000);
  const file = writeParquet(rows);
  const records = rows.map(({ record }) => record);

  test("reads back as what was written", async () => {
    expect(recordsOf(await readParquet(sealer, file.bytes))).toEqual(records);
  });

  test("a group is read from its own range, without the footer, and ends where a customer does", async () => {
    expect(file.groups.length).toBeGreaterThan(5);
    let from = 0;
    for (const place of file.groups) {
      const bytes = file.bytes.subarray(place.start, place.start + groupBytes(place));
      expect(recordsOf(await readGroup(sealer, bytes, place, 3, 7))).toEqual(records.slice(from + 3, from + 7));
      from += place.rows;
      const [before, after] = [records[from - 1]?.customerId, records[from]?.customerId];
      if (before !== "c-busy" && before !== null) expect(before).not.toBe(after);
    }
    expect(from).toBe(rows.length);
  });

  test("the places of its groups can be had from its footer as well", async () => {
    const slice = (start: number, end?: number) => bufferOf(file.bytes.slice(start, end));
    expect(await groupsOf({ byteLength: file.bytes.length, slice })).toEqual(file.groups);
  });

  test("no byte can change without being noticed", async () => {
    const [place] = file.groups;
    if (!place) throw new Error("no group");
    const whole = file.bytes.subarray(place.start, place.start + groupBytes(place));
    for (let at = 0; at < whole.length; at += 487) {
      const damaged = whole.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      // Padding and statistics may change without changing a row.
      const read = await readGroup(sealer, damaged, place).then(recordsOf, (error: unknown) => error);
      if (!(read instanceof ArchiveError)) expect(read).toEqual(records.slice(0, place.rows));
    }
  });

  test("no word stands in it, and rows whose key was destroyed are left out", async () => {
    expect(Buffer.from(file.bytes).includes("台灯")).toBe(false);
    const another = fixedSealer();
    const erased = session({ customerId: "c-zz", sessionId: "s-zz" });
    const mixed = writeParquet([...rows, another.put(erased)]);
    expect(recordsOf(await readParquet(sealer, mixed.bytes))).toEqual(records);
    expect(recordsOf(await readParquet(another, mixed.bytes))).toEqual([erased]);
  });

  test.each([
    ["cut short", file.bytes.subarray(0, 5_000)],
    ["empty", new Uint8Array(0)],
    ["something else", Buffer.from("PAR1 this is no Parquet file PAR1")],
  ])("one that is %s is an ArchiveError", async (_, bytes) => {
    await expect(readParquet(sealer, bytes)).rejects.toThrow(ArchiveError);
  });

  test("DuckDB reads it as plain columns", async () => {
    const folder = await mkdtemp(join(tmpdir(), "colloquy-parquet-"));
    cleanUp(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, "file.parquet"), file.bytes);
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    cleanUp(() => connection.closeSync());
    const ask = async (sql: string) =>
      (
        await connection.runAndReadAll(sql.replace("ARCHIVE", `read_parquet('${folder}/file.parquet')`))
      ).getRowObjectsJson();

    expect(
      await ask("SELECT count(*) AS n, count(customer_id) AS known, count(intent) AS wanted FROM ARCHIVE"),
    ).toEqual([{ n: "1000", known: "900", wanted: "666" }]);
    expect(
      await ask(
        "SELECT customer_id, session_id, turns, outcome, last_at::VARCHAR AS at FROM ARCHIVE WHERE session_id = 's-000002'",
      ),
    ).toEqual([{ customer_id: "c-2", session_id: "s-000002", turns: 2, outcome: "done", at: "2026-05-05 10:20:02" }]);
    const [row] = await ask("SELECT to_base64(sealed) AS sealed FROM ARCHIVE WHERE session_id = 's-000002'");
    const opened = decodeRecord(await sealer.openBytes(Buffer.from(String(row?.sealed), "base64")));
    expect(opened.said[0]?.text).toBe("护眼台灯一直闪，能退吗？s-000002");
    const schema = await ask("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ARCHIVE)");
    expect(Object.fromEntries(schema.map((row) => [row.column_name, row.column_type]))).toMatchObject({
      customer_id: "VARCHAR",
      started_at: expect.stringMatching(/^TIMESTAMP/),
      turns: "INTEGER",
      sealed: "BLOB",
    });
  });
});
