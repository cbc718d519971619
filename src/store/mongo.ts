import type { Binary, Collection, Db } from "mongodb";
import { MongoClient } from "mongodb";
import type { Customer, Order, OrderRequest, Product } from "../commerce/types.ts";
import type { WindowEntry } from "../dialogue/hot-window.ts";
import type { AgentRef, HandoffStatus, TurnTrace } from "../dialogue/session.ts";
import type { SessionView } from "../dialogue/view.ts";
import type { Choice } from "../intents/wording.ts";
import type { ModelCallDoc } from "./model-calls.ts";
import type { SealedHandoffDoc, SealedMessageDoc } from "./sealed.ts";

/** A session's record, written once by the API; the conversation's truth is the workflow. */
export interface SessionDoc {
  _id: string;
  tenant: string;
  customerId: string | null;
  locale: "zh" | "en";
  channel: string;
  createdAt: Date;
  /** Raised when ownership changes hands (beyond-list 1). */
  ownerEpoch: number;
}

/** One message of the projection. Unique by (sessionId, seq) and by (sessionId, messageId). Stored as `SealedMessageDoc`. */
export interface MessageDoc {
  tenant: string;
  sessionId: string;
  seq: number;
  role: "customer" | "assistant" | "agent" | "system";
  text: string;
  at: Date;
  messageId?: string;
  agent?: AgentRef;
  choices?: Choice[];
  turn: number;
  /** The conversation as it stood after this message; on the last message of each write. */
  view?: SessionView;
  carry?: { nextAction: number; epoch: number };
  trace?: TurnTrace;
}

export interface HandoffDoc {
  _id: string;
  tenant: string;
  sessionId: string;
  customerId: string | null;
  status: HandoffStatus;
  reason: string;
  state: string;
  intent: string | null;
  summary: string;
  resolution?: string;
  agent: AgentRef | null;
  createdAt: Date;
  updatedAt: Date;
  claimedAt?: Date;
  version: number;
}

/** The warm tier (T2), first form. */
export interface WarmDoc {
  _id: string;
  tenant: string;
  customerId: string | null;
  /** `WarmMemory`, sealed. */
  body: Binary;
  turn: number;
  savedAt: Date;
}
export interface WarmMemory {
  window: WindowEntry[];
  focus: Array<{ orderId: string; line: number }>;
}

/** A data key, wrapped by the master key; its absence is what erasure is. Unique by owner. */
export interface KeyDoc {
  /** Key id, 16 random characters. */
  _id: string;
  /** `c:tenant:customer`, `s:session` of a visitor, or `service`. */
  owner: string;
  tenant: string | null;
  customerId: string | null;
  /** Of a visitor's key only. */
  sessionId: string | null;
  wrapped: Binary;
  /** Which master key wrapped it. */
  master: string;
  /** Names the key in a receipt without telling it. */
  fingerprint: string;
  createdAt: Date;
}

/** A token that is good no more, until it would have expired. */
export interface RevocationDoc {
  /** Its `jti`. */
  _id: string;
  expiresAt: Date;
}

/** A destroyed key's id, also in the journal outside the database. */
export interface TombstoneDoc {
  _id: string;
  at: Date;
}

/** As the demo shop keeps them: what customers said as their reason is sealed. */
export type OrderDoc = Omit<Order, "requests"> & { requests: Array<OrderRequest & { sealedReason?: Binary }> };

type Owned<T extends { id: string }> = T & { tenant: string };

export interface Store {
  client: MongoClient;
  db: Db;
  sessions: Collection<SessionDoc>;
  messages: Collection<SealedMessageDoc>;
  handoffs: Collection<SealedHandoffDoc>;
  warm: Collection<WarmDoc>;
  modelCalls: Collection<ModelCallDoc>;
  customers: Collection<Owned<Customer>>;
  products: Collection<Owned<Product>>;
  orders: Collection<Owned<OrderDoc>>;
  keys: Collection<KeyDoc>;
  tombstones: Collection<TombstoneDoc>;
  revocations: Collection<RevocationDoc>;
  close(): Promise<void>;
}

const DEFAULT_DATABASE = "colloquy";
const MODEL_CALLS_KEPT_S = 90 * 24 * 60 * 60;
const SELECTION_TIMEOUT_MS = 3_000;

/** Connects and makes sure of the indexes. @throws MongoServerSelectionError when nothing answers */
export async function openStore(uri: string): Promise<Store> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: SELECTION_TIMEOUT_MS, ignoreUndefined: true });
  await client.connect();
  const path = new URL(uri.replace(/^mongodb(\+srv)?:/, "http:")).pathname.slice(1);
  const db = client.db(path || DEFAULT_DATABASE);
  const store: Store = {
    client,
    db,
    sessions: db.collection("sessions"),
    messages: db.collection("messages"),
    handoffs: db.collection("handoffs"),
    warm: db.collection("warm"),
    modelCalls: db.collection("modelCalls"),
    customers: db.collection("customers"),
    products: db.collection("products"),
    orders: db.collection("orders"),
    keys: db.collection("keys"),
    tombstones: db.collection("tombstones"),
    revocations: db.collection("revocations"),
    close: () => client.close(),
  };
  await Promise.all([
    store.messages.createIndex({ sessionId: 1, seq: 1 }, { unique: true }),
    store.messages.createIndex(
      { sessionId: 1, messageId: 1 },
      { unique: true, partialFilterExpression: { messageId: { $exists: true } } },
    ),
    store.handoffs.createIndex({ tenant: 1, status: 1, createdAt: 1 }),
    store.warm.createIndex({ tenant: 1, customerId: 1, savedAt: -1 }),
    store.modelCalls.createIndex({ sessionId: 1, turn: 1 }),
    store.modelCalls.createIndex({ at: 1 }, { expireAfterSeconds: MODEL_CALLS_KEPT_S }),
    store.sessions.createIndex({ tenant: 1, customerId: 1 }),
    store.keys.createIndex({ owner: 1 }, { unique: true }),
    store.revocations.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 }),
    store.customers.createIndex({ tenant: 1, id: 1 }, { unique: true }),
    store.products.createIndex({ tenant: 1, id: 1 }, { unique: true }),
    store.orders.createIndex({ tenant: 1, id: 1 }, { unique: true }),
    store.orders.createIndex({ tenant: 1, customerId: 1, placedAt: -1 }),
  ]);
  return store;
}

const DUPLICATE_KEY = 11_000;
export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === DUPLICATE_KEY;
