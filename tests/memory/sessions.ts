/** Session records to put away and find again. */
import { randomUUID } from "node:crypto";
import type { SessionRecord } from "../../src/memory/record.ts";

export const DAY_MS = 86_400_000;
/** A Tuesday, long over. */
export const THEN = Date.parse("2026-05-05T10:20:00Z");

/** A session in which a lamp went back; `at` is its last word, ms since the epoch. */
export function session(more: Partial<SessionRecord> = {}): SessionRecord {
  const sessionId = more.sessionId ?? `s-${randomUUID().slice(0, 12)}`;
  const lastAt = more.lastAt ?? THEN;
  return {
    tenant: "t",
    sessionId,
    customerId: "c-lin",
    locale: "zh",
    channel: "web",
    startedAt: lastAt - 60_000,
    lastAt,
    turn: 2,
    state: "INIT",
    intent: "return",
    outcome: "done",
    summary: "2: 退货已提交：护眼台灯（订单 GL-1）。快递员会在 24 小时内联系您取件。",
    slots: { items: [{ order_id: "GL-1", line: 0 }], order_id: "GL-1", reason: "一直闪", wanted: [] },
    focus: [{ orderId: "GL-1", line: 0 }],
    window: [{ role: "customer", text: "是的" }],
    said: [
      { turn: 1, role: "customer", text: `护眼台灯一直闪，能退吗？${sessionId}`, at: lastAt - 60_000 },
      { turn: 1, role: "assistant", text: "为您办理退货：护眼台灯。确认吗？", at: lastAt - 59_000 },
      { turn: 2, role: "customer", text: "是的", at: lastAt - 1_000 },
      {
        turn: 2,
        role: "assistant",
        text: "退货已提交：护眼台灯（订单 GL-1）。快递员会在 24 小时内联系您取件。",
        at: lastAt,
      },
    ],
    vectors: Uint8Array.from({ length: 96 }, (_, i) => (i * 37 + sessionId.charCodeAt(3)) % 256),
    ...more,
  };
}
