/** What a test dialogue asks for (tests/dialogues/README.md), and whether the orders at its end are as it says. */
import type { Order } from "../commerce/types.ts";
import type { DialogueState, Locale } from "../dialogue/types.ts";

export interface TestDialogue {
  id: string;
  customer: string;
  locale: Locale;
  turns: Array<string | null>;
  simulate: Record<"reason" | "items" | "variant" | "confirm", string | null>;
  expect: {
    requests: Array<{
      order: string;
      kind: string;
      products: string[];
      quantities?: Record<string, number>;
      exchangeFor?: Record<string, string>;
    }>;
    handoff?: true;
    answered?: string;
  };
  tags?: string[];
}

/** How a conversation ended: the shop's orders, and what the customer was told. */
export interface Ending {
  orders: Order[];
  state: DialogueState;
  replies: string;
  /** Something was executed while no proposal was open. */
  unconfirmed: boolean;
}

export interface Judged {
  right: boolean;
  /** An order was changed that should not have been, in another way, or without a yes. */
  wrongAction: boolean;
  outcome: string;
}

export function judgeEnding({ expect: wanted }: TestDialogue, { orders, state, replies, unconfirmed }: Ending): Judged {
  const changed = changesIn(orders);
  const expected = wanted.requests.map((request) => named(request, orders));
  const variantWrong = wanted.requests.some((request) => !hasVariants(request, orders));
  const wrongAction = unconfirmed || variantWrong || changed.some((change) => !expected.includes(change));
  const answered = wanted.answered?.toLowerCase().split("|") ?? [""];
  const right =
    !wrongAction &&
    changed.length === expected.length &&
    (state === "HANDOFF") === (wanted.handoff === true) &&
    answered.some((text) => replies.toLowerCase().includes(text));
  return {
    right,
    wrongAction,
    outcome: `changed ${changed.join("; ") || "nothing"}, expected ${expected.join("; ") || "nothing"}`,
  };
}

type Wanted = TestDialogue["expect"]["requests"][number];

/** Every change to any order, in the words of `named`. */
function changesIn(orders: Order[]): string[] {
  return orders.flatMap(({ id, requests }) =>
    requests.map(({ kind, items }) =>
      change(
        id,
        kind,
        items.map(({ productId, quantity }) => [productId, quantity]),
      ),
    ),
  );
}

function named({ order, kind, products, quantities }: Wanted, orders: Order[]): string {
  const bought = orders.find(({ id }) => id === order)?.items ?? [];
  const pieces = (productId: string): number =>
    quantities?.[productId] ?? bought.find((item) => item.productId === productId)?.quantity ?? 0;
  return change(
    order,
    kind,
    products.map((productId) => [productId, pieces(productId)]),
  );
}

/** Whether an exchange that was made is for what was wanted. */
function hasVariants({ order, kind, exchangeFor }: Wanted, orders: Order[]): boolean {
  const made = orders.find(({ id }) => id === order)?.requests.filter((request) => request.kind === kind) ?? [];
  return made
    .flatMap(({ items }) => items)
    .every((item) => Object.entries(exchangeFor ?? {}).every(([name, value]) => item.exchangeFor?.[name] === value));
}

const change = (order: string, kind: string, items: Array<[productId: string, pieces: number]>): string =>
  `${kind} ${order}: ${items
    .map(([productId, pieces]) => `${pieces} ${productId}`)
    .sort()
    .join(", ")}`;
