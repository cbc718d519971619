/** What a shop must offer Colloquy. Adapters: the demo shop (MongoDB); a real shop implements the same interface. */

export type OrderStatus = "pending" | "shipped" | "delivered" | "cancelled";
export type RequestKind = "return" | "exchange" | "cancel";
export const isRequestKind = (intent: string): intent is RequestKind =>
  intent === "return" || intent === "exchange" || intent === "cancel";
export type Options = Record<string, string>;

export interface Customer {
  id: string;
  name: string;
  locale?: string;
}

export interface Product {
  id: string;
  name: string;
  /** Names in other languages by language code, e.g. `{ en: "Desk lamp" }`. */
  names?: Record<string, string>;
  /** Everyday words for it: "锅", "charger". */
  aliases?: string[];
  category?: string;
  /** Option names and values in other languages: `{ en: { "颜色": "Color", "白色": "White" } }`. */
  optionNames?: Record<string, Record<string, string>>;
  price?: number;
  currency?: string;
  /** Every combination that can be ordered; `stock` 0 means out of stock, absent means in stock. */
  variants?: Array<{ options: Options; stock?: number; price?: number }>;
}

export interface OrderItem {
  productId: string;
  name: string;
  quantity: number;
  price: number;
  options?: Options;
}

/** A request that was executed on an order. `items[].line` is the index into `order.items`. */
export interface OrderRequest {
  kind: RequestKind;
  items: Array<{
    line: number;
    productId: string;
    name: string;
    quantity: number;
    options?: Options;
    exchangeFor?: Options;
  }>;
  reason: string | null;
  idempotencyKey: string;
  at: string;
}

export interface Order {
  id: string;
  customerId: string;
  status: OrderStatus;
  /** ISO 8601 */
  placedAt: string;
  deliveredAt?: string;
  shippedAt?: string;
  currency?: string;
  carrier?: string;
  trackingNumber?: string;
  items: OrderItem[];
  requests: OrderRequest[];
}

/** One line of one order, with how many of its pieces: all when `quantity` is absent. */
export interface ItemRef {
  orderId: string;
  line: number;
  quantity?: number;
}

export interface ActionRequest {
  kind: RequestKind;
  customerId: string;
  orderId: string;
  items: Array<{ line: number; quantity?: number; exchangeFor?: Options }>;
  reason: string | null;
  /** session + action number: the same key never changes the order twice. */
  idempotencyKey: string;
}

export type ActionOutcome =
  | { ok: true; request: OrderRequest; repeated: boolean }
  | { ok: false; why: "not-found" | "wrong-status" | "already-requested" | "out-of-stock" };

/** Every call is scoped to one tenant and, where a customer is named, to that customer's own orders. */
export interface CommerceBackend {
  customer(tenant: string, customerId: string): Promise<Customer | null>;
  /** Newest first, at most 200. */
  orders(tenant: string, customerId: string): Promise<Order[]>;
  /** Products by id; unknown ids are left out. */
  products(tenant: string, productIds: string[]): Promise<Product[]>;
  /** How this shop's order numbers look, learnt from its data: each letter run as `a+`, each digit run as `9{n}`. */
  orderShapes(tenant: string): Promise<string[]>;
  /** Executes at most once per idempotency key (beyond-list 4). Throws only when the backend can't be reached. */
  execute(tenant: string, action: ActionRequest): Promise<ActionOutcome>;
}
