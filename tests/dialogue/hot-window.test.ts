import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { WindowEntry } from "../../src/dialogue/hot-window.ts";
import { HOT_WINDOW_MAX_BYTES, remember, SUMMARY_MAX_BYTES, utf8Bytes } from "../../src/dialogue/hot-window.ts";

const customer = (text: string): WindowEntry => ({ role: "customer", text });
const bytesOf = (window: WindowEntry[]): number => Buffer.byteLength(JSON.stringify(window));

describe("the hot window (T1)", () => {
  test("is at most 1 KB", () => {
    expect(HOT_WINDOW_MAX_BYTES).toBe(1_024);
  });

  test.each(["", "return the lamp", "我要退台灯", "é", "👩‍👩‍👧‍👦", "\ud83d\ude00"])(
    "counts the bytes of %j as UTF-8 has them",
    (text) => {
      expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
    },
  );

  test("keeps short turns as they are, in their order", () => {
    const first: WindowEntry[] = [customer("我要退台灯"), { role: "assistant", text: "方便说一下原因吗？" }];
    expect(remember(first, [customer("一直闪")])).toEqual([...first, customer("一直闪")]);
  });

  test("drops the oldest first", () => {
    let window: WindowEntry[] = [];
    for (let turn = 1; turn <= 100; turn++) window = remember(window, [customer(`turn ${turn}`)]);
    const turns = window.map(({ text }) => Number(text.slice("turn ".length)));
    expect(turns.at(-1)).toBe(100);
    expect(turns).toEqual(turns.map((_, index) => 101 - turns.length + index));
    expect(bytesOf(window)).toBeLessThanOrEqual(HOT_WINDOW_MAX_BYTES);
    expect(bytesOf(window)).toBeGreaterThan(HOT_WINDOW_MAX_BYTES * 0.9);
  });

  test("cuts a long text between characters", () => {
    const [entry] = remember([], [customer("😀".repeat(200))]);
    expect(entry?.text).toBe("😀".repeat(120));
  });

  test("leaves the window it was given alone", () => {
    const window = [customer("x")];
    remember(window, [customer("y")]);
    expect(window).toEqual([customer("x")]);
  });
});

describe("after any sequence of turns", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 400 }),
    fc.string({ unit: "grapheme", maxLength: 400 }),
    fc.constantFrom(
      "台灯".repeat(300),
      "👩‍👩‍👧‍👦".repeat(80),
      "\u0000".repeat(400),
      '"\\'.repeat(300),
      "\ud800".repeat(400),
    ),
  );
  const entry: fc.Arbitrary<WindowEntry> = fc.record({
    role: fc.constantFrom("customer", "assistant", "agent"),
    text,
  });

  test("never grows over 1,024 bytes and always ends with what was said last", () => {
    fc.assert(
      fc.property(fc.array(fc.array(entry, { minLength: 1, maxLength: 4 }), { maxLength: 20 }), (turns) => {
        let window: WindowEntry[] = [];
        for (const entries of turns) {
          window = remember(window, entries);
          expect(Buffer.byteLength(JSON.stringify(window))).toBeLessThanOrEqual(HOT_WINDOW_MAX_BYTES);
          expect(entries.at(-1)?.text.startsWith(window.at(-1)?.text ?? "nothing was kept")).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("the running summary", () => {
  const notes = (summary: WindowEntry | undefined): string[] =>
    summary?.role === "summary" ? summary.text.split("\n") : [];

  test("what falls out of the window leaves its notes, a newer note about the same replaces the older", () => {
    let window = remember([], [customer("我要退台灯")], ["return no. 1: GL-1/0"]);
    window = remember(window, [customer("一直闪")], ["return no. 1: GL-1/0, because 一直闪"]);
    expect(window.map(({ role }) => role)).toEqual(["customer", "customer"]);
    for (let turn = 0; turn < 20; turn++) window = remember(window, [customer(`问题${turn}${"。".repeat(60)}`)]);
    expect(window[0]).toEqual({ role: "summary", text: "return no. 1: GL-1/0, because 一直闪" });
  });

  test("notes without words, as of a customer who comes back, start the summary", () => {
    expect(remember([], [], ["2026-05-05 退货已提交"])).toEqual([{ role: "summary", text: "2026-05-05 退货已提交" }]);
  });

  test("never over 1 KB, never more than half of it, and no note is ever cut", () => {
    const note = fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 });
    const turn = fc.record({
      text: fc.string({ unit: "grapheme", maxLength: 300 }),
      notes: fc.array(note, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 30 }), (turns) => {
        const given = new Set<string>();
        let window: WindowEntry[] = [];
        for (const { text, notes: made } of turns) {
          for (const line of made) given.add(line.replace(/\s+/g, " ").trim());
          window = remember(window, [customer(text)], made);
          expect(bytesOf(window)).toBeLessThanOrEqual(HOT_WINDOW_MAX_BYTES);
          const kept = [...notes(window[0]), ...window.flatMap((entry) => entry.notes ?? [])];
          for (const line of kept) expect(given).toContain(line);
          expect(Buffer.byteLength(notes(window[0]).join("\n"))).toBeLessThanOrEqual(SUMMARY_MAX_BYTES);
          expect(window.filter(({ role }) => role === "summary").length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("the newest slots stay whole however much is said after them", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }), fc.nat(40), (reason, later) => {
        const slot = `return no. 1: GL-1/0, because ${reason}`.replace(/\s+/g, " ").trim();
        let window = remember([], [customer("我要退台灯")], [slot]);
        for (let turn = 0; turn < later; turn++) window = remember(window, [customer("请问".repeat(50))]);
        expect([...notes(window[0]), ...window.flatMap((entry) => entry.notes ?? [])]).toContain(slot);
      }),
    );
  });
});
