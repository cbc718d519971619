import type { Binary, Collection, Db } from "mongodb";
import { MongoClient } from "mongodb";
import type { Customer, Order, OrderRequest, Product } from "../commerce/types.ts";
import type { AgentRef, Citation, HandoffStatus, TurnTrace } from "../dialogue/session.ts";
import type { SessionView } from "../dialogue/view.ts";
import type { Choice } from "../intents/wording.ts";
import type {
  FeedbackDoc,
  KnowledgeEntryDoc,
  KnowledgeGapDoc,
  KnowledgeHeadDoc,
  KnowledgeMarkDoc,
  KnowledgeVectorDoc,
  KnowledgeVersionDoc,
  LogConversationDoc,
} from "../knowledge/types.ts";
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
  /** The knowledge entries that the text rests on, in the order of its answers. */
  citations?: Citation[];
  turn: number;
  /** The conversation as it stood after this message; on the last message of each write. */
  view?: SessionView;
  carry?: { nextAction: number; epoch: number };
  trace?: TurnTrace;
  /** Ids of the knowledge entries that it answers with. */
  answers?: string[];
  /** A question of this turn has no answer in the knowledge. */
  unanswered?: true;
  /** The bot didn't understand, wasn't sure to, or can't help with that: a question in vain, should a person be asked for next. */
  baffled?: true;
}

export interface HandoffDoc {
  _id: string;
  tenant: string;
  sessionId: string;
  customerId: string | null;
  status: HandoffStatus;
  reason: string;
  /** The turn that led to it. */
  turn?: number;
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

/** The warm tier (T2): one session, compressed. */
export interface WarmDoc {
  /** The session's id. */
  _id: string;
  tenant: string;
  customerId: string | null;
  /** The last word. */
  lastAt: Date;
  /** When the archive takes it. */
  dueAt: Date;
  /** Of the record: names this version. */
  digest: string;
  /** The record, see src/memory/record.ts. */
  body: Binary;
}

/** A Parquet file of the archive (T3). */
export interface ArchiveFileDoc {
  /** Its key in the bucket. */
  _id: string;
  tenant: string;
  level: "hour" | "day" | "month";
  /** What it is about, UTC: 2026-11-27T04, 2026-11-27 or 2026-11. */
  period: string;
  /** Only ready ones were read back; leaving ones are being deleted. */
  state: "writing" | "ready" | "leaving";
  /** Files whose sessions are in this one, and which go once it is ready. */
  replaces: string[];
  rows: number;
  bytes: number;
  createdAt: Date;
}

/** Where one customer's sessions are in one row group of one file. */
export interface ArchiveEntryDoc {
  tenant: string;
  /** `c:` and the customer's id; `s:` and the session's id of an anonymous visitor. */
  who: string;
  file: string;
  /** The group's first byte, the bytes of its columns, its rows. */
  place: { start: number; sizes: number[]; rows: number };
  /** The first of `sessions` in the group. */
  row: number;
  sessions: Array<{ id: string; at: Date; digest: string }>;
  /** The last word of the newest of them. */
  lastAt: Date;
}

/** What a message's placeholders stand for, sealed under its session's key (src/safety/vault.ts). `_id` is session and message id. */
export interface VaultDoc {
  _id: string;
  tenant: string;
  sessionId: string;
  messageId: string;
  sealed: Binary;
  at: Date;
}

/** One link of a tenant's audit chain (src/safety/audit.ts). Unique by (tenant, n) and by (tenant, once). */
export interface AuditDoc {
  tenant: string;
  /** 1, 2, 3 … without gaps. */
  n: number;
  at: Date;
  kind: string;
  who: string;
  what: string;
  refs: Record<string, string>;
  /** What must be appended once only, however often it is tried. */
  once?: string;
  prevHash: string;
  hash: string;
}

/** How far a tenant's chain reaches, signed: a tail that was cut off is missed. */
export interface AuditHeadDoc {
  _id: string;
  n: number;
  hash: string;
  signature: string;
}
/** A data key, wrapped by the master key; its absence is what erasure is. Unique by owner. */
export interface KeyDoc {
  /** Key id, 16 random characters. */
  _id: string;
  /** `c:tenant:customer`, `s:session` of a visitor, `service`, `caches` or `receipts`. */
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

/** An event on its way to an endpoint (src/webhooks): what is told, and how far it got. `_id` is event and endpoint. */
export interface WebhookDeliveryDoc {
  _id: string;
  /** `webhook-id`. */
  eventId: string;
  endpoint: string;
  /** Without its query. */
  url: string;
  tenant: string;
  type: string;
  /** As it is sent and signed. */
  body: string;
  state: "pending" | "delivered" | "dead" | "disabled";
  attempts: number;
  lastStatus: number | null;
  lastError: string | null;
  queuedAt: Date;
  /** Null: its workflow isn't known to run. */
  startedAt: Date | null;
  settledAt: Date | null;
}

/** An endpoint that said 410 Gone: it gets nothing until somebody says otherwise. */
export interface WebhookEndpointDoc {
  _id: string;
  url: string;
  tenant: string | null;
  disabledAt: Date;
}

type Owned<T extends { id: string }> = T & { tenant: string };

export interface Store {
  client: MongoClient;
  db: Db;
  sessions: Collection<SessionDoc>;
  messages: Collection<SealedMessageDoc>;
  handoffs: Collection<SealedHandoffDoc>;
  warm: Collection<WarmDoc>;
  modelCalls: Collection<ModelCallDoc>;
  archiveFiles: Collection<ArchiveFileDoc>;
  archiveEntries: Collection<ArchiveEntryDoc>;
  vault: Collection<VaultDoc>;
  audit: Collection<AuditDoc>;
  auditHeads: Collection<AuditHeadDoc>;
  customers: Collection<Owned<Customer>>;
  products: Collection<Owned<Product>>;
  orders: Collection<Owned<OrderDoc>>;
  keys: Collection<KeyDoc>;
  tombstones: Collection<TombstoneDoc>;
  revocations: Collection<RevocationDoc>;
  webhookDeliveries: Collection<WebhookDeliveryDoc>;
  webhookEndpoints: Collection<WebhookEndpointDoc>;
  knowledgeEntries: Collection<KnowledgeEntryDoc>;
  knowledgeVersions: Collection<KnowledgeVersionDoc>;
  knowledgeHeads: Collection<KnowledgeHeadDoc>;
  knowledgeVectors: Collection<KnowledgeVectorDoc>;
  knowledgeGaps: Collection<KnowledgeGapDoc>;
  knowledgeMarks: Collection<KnowledgeMarkDoc>;
  logConversations: Collection<LogConversationDoc>;
  feedback: Collection<FeedbackDoc>;
  close(): Promise<void>;
}

const DEFAULT_DATABASE = "colloquy";
const MODEL_CALLS_KEPT_S = 90 * 24 * 60 * 60;
const WEBHOOKS_KEPT_S = 30 * 24 * 60 * 60;
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
    archiveFiles: db.collection("archiveFiles"),
    archiveEntries: db.collection("archiveEntries"),
    vault: db.collection("vault"),
    audit: db.collection("audit"),
    auditHeads: db.collection("auditHeads"),
    customers: db.collection("customers"),
    products: db.collection("products"),
    orders: db.collection("orders"),
    keys: db.collection("keys"),
    tombstones: db.collection("tombstones"),
    revocations: db.collection("revocations"),
    webhookDeliveries: db.collection("webhookDeliveries"),
    webhookEndpoints: db.collection("webhookEndpoints"),
    knowledgeEntries: db.collection("knowledgeEntries"),
    knowledgeVersions: db.collection("knowledgeVersions"),
    knowledgeHeads: db.collection("knowledgeHeads"),
    knowledgeVectors: db.collection("knowledgeVectors"),
    knowledgeGaps: db.collection("knowledgeGaps"),
    knowledgeMarks: db.collection("knowledgeMarks"),
    logConversations: db.collection("logConversations"),
    feedback: db.collection("feedback"),
    close: () => client.close(),
  };
  await Promise.all([
    store.messages.createIndex({ sessionId: 1, seq: 1 }, { unique: true }),
    store.messages.createIndex(
      { sessionId: 1, messageId: 1 },
      { unique: true, partialFilterExpression: { messageId: { $exists: true } } },
    ),
    store.messages.createIndex(
      { tenant: 1, unanswered: 1, at: 1 },
      { partialFilterExpression: { unanswered: { $exists: true } } },
    ),
    store.messages.createIndex(
      { tenant: 1, answers: 1, at: 1 },
      { partialFilterExpression: { answers: { $exists: true } } },
    ),
    store.handoffs.createIndex({ tenant: 1, status: 1, createdAt: 1 }),
    store.handoffs.createIndex({ tenant: 1, updatedAt: 1 }),
    store.handoffs.createIndex({ sessionId: 1 }),
    store.modelCalls.createIndex({ sessionId: 1, turn: 1 }),
    store.modelCalls.createIndex({ at: 1 }, { expireAfterSeconds: MODEL_CALLS_KEPT_S }),
    store.sessions.createIndex({ tenant: 1, customerId: 1 }),
    store.keys.createIndex({ owner: 1 }, { unique: true }),
    store.revocations.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 }),
    store.webhookDeliveries.createIndex({ state: 1, queuedAt: 1 }),
    store.webhookDeliveries.createIndex(
      { settledAt: 1 },
      { expireAfterSeconds: WEBHOOKS_KEPT_S, partialFilterExpression: { state: "delivered" } },
    ),
    store.warm.createIndex({ tenant: 1, customerId: 1, lastAt: -1 }),
    store.warm.createIndex({ tenant: 1, dueAt: 1 }),
    store.archiveFiles.createIndex({ tenant: 1, level: 1, period: 1 }),
    store.archiveEntries.createIndex({ tenant: 1, who: 1, lastAt: -1 }),
    store.archiveEntries.createIndex({ file: 1 }),
    store.vault.createIndex({ sessionId: 1 }),
    store.audit.createIndex({ tenant: 1, n: 1 }, { unique: true }),
    store.audit.createIndex(
      { tenant: 1, once: 1 },
      { unique: true, partialFilterExpression: { once: { $exists: true } } },
    ),
    store.customers.createIndex({ tenant: 1, id: 1 }, { unique: true }),
    store.products.createIndex({ tenant: 1, id: 1 }, { unique: true }),
    store.orders.createIndex({ tenant: 1, id: 1 }, { unique: true }),
    store.orders.createIndex({ tenant: 1, customerId: 1, placedAt: -1 }),
    store.knowledgeEntries.createIndex({ tenant: 1, status: 1, asked: -1 }),
    store.knowledgeVersions.createIndex({ tenant: 1, id: 1, version: 1 }, { unique: true }),
    store.knowledgeVersions.createIndex({ tenant: 1, revision: 1 }, { unique: true }),
    store.knowledgeGaps.createIndex({ tenant: 1, status: 1, volume: -1 }),
    store.knowledgeGaps.createIndex({ tenant: 1, "cases.sessionId": 1 }),
    store.logConversations.createIndex({ tenant: 1, touchedAt: 1 }),
    store.feedback.createIndex({ tenant: 1, at: 1 }),
    store.feedback.createIndex({ sessionId: 1 }),
  ]);
  return store;
}

const DUPLICATE_KEY = 11_000;
export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === DUPLICATE_KEY;
