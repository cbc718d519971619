import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { SessionRecord } from "../../src/memory/record.ts";
import { decodeRecord, digestOf, encodeRecord, RecordError } from "../../src/memory/record.ts";
import { session } from "./sessions.ts";

/** The same content, its fields in another order. */
const shuffled = (record: SessionRecord): SessionRecord =>
  Object.fromEntries(Object.entries(record).reverse()) as unknown as SessionRecord;

describe("a session's record", () => {
  test("comes back as it was, whatever was said", () => {
    const said = fc.array(
      fc.record({
        turn: fc.nat(500),
        role: fc.constantFrom("customer" as const, "assistant" as const, "agent" as const, "system" as const),
        text: fc.string({ unit: "binary", maxLength: 300 }),
        at: fc.nat(),
      }),
      { maxLength: 30 },
    );
    const record = fc.record({
      said,
      summary: fc.string({ unit: "grapheme" }),
      customerId: fc.option(fc.string(), { nil: null }),
      intent: fc.option(fc.string(), { nil: null }),
      vectors: fc.uint8Array({ maxLength: 480 }),
    });
    fc.assert(
      fc.property(record, (more) => {
        const original = session(more);
        expect(decodeRecord(encodeRecord(original))).toEqual(original);
      }),
      { numRuns: 50 },
    );
  });

  test("equal content is equal bytes, whoever built it", () => {
    const record = session();
    expect(encodeRecord(shuffled(record)).equals(encodeRecord(record))).toBe(true);
    expect(digestOf(shuffled(record))).toBe(digestOf(record));
  });

  test("any change is another digest", () => {
    const record = session();
    const digest = digestOf(record);
    const vectors = record.vectors.slice();
    vectors[5] = (vectors[5] ?? 0) ^ 1;
    expect(digestOf({ ...record, vectors })).not.toBe(digest);
    expect(digestOf({ ...record, summary: `${record.summary}.` })).not.toBe(digest);
  });

  test.each([
    ["nothing", new Uint8Array(0)],
    ["noise", Uint8Array.from({ length: 200 }, (_, i) => (i * 97) % 256)],
    ["half of it", encodeRecord(session()).subarray(0, 100)],
  ])("%s is a RecordError", (_, bytes) => {
    expect(() => decodeRecord(bytes)).toThrow(RecordError);
  });
});
