import { missingSlots } from "./slots.ts";
import type { Dialogue, DialogueState, Slot } from "./types.ts";

/** Where the conversation stands, as the API and the desk show it (D1). Travels with every message of the projection. */
export interface SessionView {
  state: DialogueState;
  intent: string | null;
  slots: {
    items: Array<{ order_id: string; line: number; quantity?: number }>;
    order_id: string | null;
    reason: string | null;
    wanted: Array<Record<string, string> | null>;
  };
  missing: Slot[];
  /** Every open request with its own slots, when there are several. */
  requests: Array<{
    kind: string;
    items: Array<{ order_id: string; line: number; quantity?: number }>;
    reason: string | null;
    missing: Slot[];
  }>;
  turn: number;
  why: string;
  handoff?: { id: string; status: string; agent?: { id: string; name: string } };
}

const item = (ref: { orderId: string; line: number; quantity?: number }): SessionView["slots"]["items"][number] => ({
  order_id: ref.orderId,
  line: ref.line,
  ...(ref.quantity === undefined ? {} : { quantity: ref.quantity }),
});

export function toView(dialogue: Dialogue, turn: number, why: string, lastIntent: string | null): SessionView {
  const current = dialogue.open.find((request) => missingSlots(request).length > 0) ?? dialogue.open[0];
  const items = (current?.items ?? []).map(item);
  const orders = [...new Set(items.map((entry) => entry.order_id))];
  return {
    state: dialogue.state,
    intent: current?.kind ?? lastIntent,
    slots: {
      items,
      order_id: orders.length === 1 ? (orders[0] ?? null) : null,
      reason: current?.reason ?? null,
      wanted: current?.exchangeFor ?? [],
    },
    missing: [...new Set(dialogue.open.flatMap(missingSlots))],
    requests: dialogue.open.map((request) => ({
      kind: request.kind,
      items: request.items.map(item),
      reason: request.reason,
      missing: missingSlots(request),
    })),
    turn,
    why,
  };
}
