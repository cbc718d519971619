import type { ItemRef, Options, Order } from "../commerce/types.ts";
import { newDialogue } from "../dialogue/transition.ts";
import type { Dialogue } from "../dialogue/types.ts";
import type { SituationLabel } from "./types.ts";

/** `ORDER/product*N`; the order's number may hold slashes itself. */
export function parseRef(ref: string): { orderId: string; productId: string; quantity: number | null } {
  const [, orderId = "", productId = "", quantity] = /^(.+)\/([\w-]+?)(?:\*(\d+))?$/.exec(ref) ?? [];
  if (!productId) throw new Error(`${ref} is no item reference: ORDER/product or ORDER/product*N`);
  return { orderId, productId, quantity: quantity === undefined ? null : Number(quantity) };
}

/** The line of an order that a label points at. @throws Error when there is none */
export function lineOf(ref: string, orders: Order[]): ItemRef {
  const { orderId, productId, quantity } = parseRef(ref);
  const line = orders.find(({ id }) => id === orderId)?.items.findIndex((item) => item.productId === productId) ?? -1;
  if (line < 0) throw new Error(`${ref}: no such line in the shop`);
  return { orderId, line, ...(quantity === null ? {} : { quantity }) };
}

/** The dialogue as it would stand before the message: one open request, asked for something or proposed. */
export function dialogueFor(situation: SituationLabel | undefined, orders: Order[]): Dialogue {
  const fresh = newDialogue();
  if (!situation) return fresh;
  const items = situation.items.map((ref) => lineOf(ref, orders));
  const asks = situation.asked.length > 0;
  const settled = (["variant", "reason"] as const).filter((slot) => !situation.asked.includes(slot));
  const exchangeFor: Array<Options | null> =
    situation.kind === "exchange" && settled.includes("variant") ? items.map(() => null) : [];
  return {
    ...fresh,
    state: asks ? "COLLECT" : "CONFIRM",
    open: [
      {
        id: 1,
        kind: situation.kind,
        items,
        candidates: [],
        reason: null,
        exchangeFor,
        wantedText: null,
        asked: situation.asked,
        settled,
      },
    ],
    proposal: asks ? null : { id: 1 },
    nextRequest: 2,
    nextProposal: asks ? 1 : 2,
    focus: items,
  };
}
