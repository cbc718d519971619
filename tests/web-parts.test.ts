/** The pure parts of the pages: formatting, the order of the queue, what slots read like, the two languages. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { LABELS } from "../src/safety/pii/types.ts";
import type { Handoff, Message } from "../web/src/api.ts";
import { retryAfterMs } from "../web/src/api.ts";
import { backoffCapMs, backoffMs } from "../web/src/core/backoff.ts";
import { parseRichText } from "../web/src/core/richText.ts";
import { continues, merge, resumeSeq } from "../web/src/core/thread.ts";
import { factText } from "../web/src/desk/facts.ts";
import { groups, lastText, neighbour } from "../web/src/desk/queue.ts";
import { en } from "../web/src/i18n/en.ts";
import { zh } from "../web/src/i18n/zh.ts";

const message = (seq: number, more: Partial<Message> = {}): Message => ({
  seq,
  role: "assistant",
  text: `message ${seq}`,
  at: "2026-01-01T10:00:00Z",
  ...more,
});

describe("rich text", () => {
  test("paragraphs, lists and bold", () => {
    expect(parseRichText("Found **A1**:\n- lamp\n- bulb\n\nReason?")).toEqual([
      {
        kind: "paragraph",
        lines: [
          [
            { text: "Found ", bold: false },
            { text: "A1", bold: true },
            { text: ":", bold: false },
          ],
        ],
      },
      { kind: "list", items: [[{ text: "lamp", bold: false }], [{ text: "bulb", bold: false }]] },
      { kind: "paragraph", lines: [[{ text: "Reason?", bold: false }]] },
    ]);
  });

  test("markup and a lone ** are text", () => {
    const [block] = parseRichText("<img src=x onerror=alert(1)> 2 ** 3");
    expect(block).toEqual({
      kind: "paragraph",
      lines: [[{ text: "<img src=x onerror=alert(1)> 2 ** 3", bold: false }]],
    });
  });

  test("placeholders stand apart and are counted by kind through the message; other brackets are text", () => {
    const blocks = parseRichText("[mobile] or **[mobile]** [email]\n- [mobile] [A1]");
    const spans = blocks.flatMap((block) => (block.kind === "list" ? block.items : block.lines)).flat();
    expect(spans.filter(({ nth }) => nth !== undefined)).toEqual([
      { text: "[mobile]", bold: false, nth: 0 },
      { text: "[mobile]", bold: true, nth: 1 },
      { text: "[email]", bold: false, nth: 0 },
      { text: "[mobile]", bold: false, nth: 2 },
    ]);
    expect(spans.map(({ text }) => text).join("")).toBe("[mobile] or [mobile] [email][mobile] [A1]");
  });

  test("every kind of personal data has a name on the desk", () => {
    for (const label of LABELS) expect([en[`pii.${label}`], zh[`pii.${label}`]]).not.toContain(undefined);
  });

  test("while the text grows, an open ** is bold already", () => {
    expect(parseRichText("order **A1", true)).toEqual([
      {
        kind: "paragraph",
        lines: [
          [
            { text: "order ", bold: false },
            { text: "A1", bold: true },
          ],
        ],
      },
    ]);
  });

  test("no text is lost or invented, whatever comes", () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (text, partial) => {
        const spans = parseRichText(text, partial)
          .flatMap((block) => (block.kind === "list" ? block.items : block.lines))
          .flat();
        const bare = (part: string) => part.replace(/[\s*•-]/g, "");
        expect(bare(spans.map((span) => span.text).join(""))).toBe(bare(text));
      }),
    );
  });
});

describe("thread", () => {
  test("any arrival order and repetition gives each seq once, in order", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: 1, max: 30 }))), (arrivals) => {
        const merged = arrivals.reduce(
          (all, seqs) =>
            merge(
              all,
              seqs.map((seq) => message(seq)),
            ),
          [] as Message[],
        );
        expect(merged.map(({ seq }) => seq)).toEqual([...new Set(arrivals.flat())].sort((a, b) => a - b));
      }),
    );
  });

  test("a gap is asked for from where it begins", () => {
    const seqs = (...numbers: number[]) => numbers.map((seq) => message(seq));
    expect(resumeSeq([])).toBe(0);
    expect(resumeSeq(seqs(1, 2, 4))).toBe(2);
    expect(resumeSeq(seqs(3))).toBe(0);
    expect(resumeSeq(seqs(1, 2, 3))).toBe(3);
  });

  test("an old gap is final: only the latest messages are looked through", () => {
    const many = Array.from({ length: 60 }, (_, index) => message(index + 10));
    expect(resumeSeq([message(1), ...many])).toBe(69);
  });

  test("messages are grouped by writer, within minutes", () => {
    const [lin, sam] = [
      { id: "a", name: "Lin" },
      { id: "b", name: "Sam" },
    ];
    expect(continues(message(1), message(2, { at: "2026-01-01T10:01:00Z" }))).toBe(true);
    expect(continues(message(1), message(2, { at: "2026-01-01T10:09:00Z" }))).toBe(false);
    expect(continues(message(1), message(2, { role: "customer" }))).toBe(false);
    expect(continues(message(1, { role: "agent", agent: lin }), message(2, { role: "agent", agent: sam }))).toBe(false);
  });
});

test("Retry-After is read as seconds or as a date", () => {
  expect(retryAfterMs("2", 0)).toBe(2_000);
  expect(retryAfterMs("Thu, 01 Jan 1970 00:00:05 GMT", 1_000)).toBe(4_000);
  expect(retryAfterMs(null, 0)).toBeUndefined();
  expect(retryAfterMs("soon", 0)).toBeUndefined();
});

test("waits grow, are spread out and have a limit", () => {
  expect(backoffMs(0, () => 1)).toBeLessThan(backoffMs(2, () => 1));
  expect(backoffMs(50, () => 1)).toBe(backoffCapMs);
  expect(backoffMs(3, () => 0)).toBe(backoffMs(3, () => 1) / 2);
});

describe("queue", () => {
  const handoff = (id: string, more: Partial<Handoff> = {}): Handoff => ({
    id,
    sessionId: `s-${id}`,
    status: "waiting",
    reason: "asked",
    customer: null,
    createdAt: `2026-01-01T10:0${id}:00Z`,
    ...more,
  });
  const me = { id: "me", name: "Me" };
  const all = [
    handoff("5"),
    handoff("4", { status: "active", agent: me }),
    handoff("3", { status: "active", agent: { id: "you", name: "You" } }),
    handoff("2", { status: "callback" }),
    handoff("1"),
  ];

  test("who waits longest stands first, then mine, those to be answered later, and others'", () => {
    expect(groups(all, "me").map((group) => [group.name, group.handoffs.map(({ id }) => id)])).toEqual([
      ["waiting", ["1", "5"]],
      ["mine", ["4"]],
      ["callback", ["2"]],
      ["others", ["3"]],
    ]);
  });

  test("j and k walk through it and stop at the ends", () => {
    const shown = groups(all, "me").flatMap((group) => group.handoffs);
    expect(neighbour(shown, null, 1)?.id).toBe("1");
    expect(neighbour(shown, "1", 1)?.id).toBe("5");
    expect(neighbour(shown, "3", 1)?.id).toBe("3");
    expect(neighbour(shown, "1", -1)?.id).toBe("1");
    expect(neighbour([], null, 1)).toBeUndefined();
  });

  test("the last message is shown in either shape, else the summary", () => {
    expect(lastText(handoff("1", { lastMessage: "hi" }))).toBe("hi");
    expect(lastText(handoff("1", { lastMessage: { text: "hi" } }))).toBe("hi");
    expect(lastText(handoff("1", { summary: "wants a refund" }))).toBe("wants a refund");
  });
});

test("slots read as a person would say them", () => {
  const orders = [
    {
      id: "A1",
      status: "delivered",
      placedAt: "",
      items: [{ name: "台灯", names: { en: "Lamp" }, quantity: 2, price: 1 }],
    },
  ];
  const words = { locale: "en" as const, orders };
  expect(
    factText(
      [
        { order_id: "A1", line: 0 },
        { order_id: "B2", line: 0 },
      ],
      words,
    ),
  ).toBe("Lamp ×2 (A1), B2");
  expect(factText([{ color: "red", size: "M" }, null], words)).toBe("red · M");
  expect(factText([], words)).toBe("");
  expect(factText("flickers", words)).toBe("flickers");
});

test("both languages have the same texts, with the same gaps to fill", () => {
  const gaps = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  for (const [key, text] of Object.entries(zh)) {
    expect([key, gaps(en[key as keyof typeof en])]).toEqual([key, gaps(text)]);
    expect([key, text.trim()]).not.toEqual([key, ""]);
  }
});
