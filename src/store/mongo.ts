import type { Collection, Db } from "mongodb";
import { MongoClient } from "mongodb";
import type { Customer, Product } from "../commerce/types.ts";
import type {
  FeedbackDoc,
  KnowledgeEntryDoc,
  KnowledgeGapDoc,
  KnowledgeHeadDoc,
  KnowledgeMarkDoc,
  KnowledgeVectorDoc,
  KnowledgeVersionDoc,
  LogConversationDoc,
  LogImportDoc,
} from "../knowledge/types.ts";
import type {
  ArchiveEntryDoc,
  ArchiveFileDoc,
  AuditDoc,
  AuditHeadDoc,
  KeyDoc,
  OrderDoc,
  RevocationDoc,
  SessionDoc,
  TombstoneDoc,
  VaultDoc,
  WarmDoc,
  WebhookDeliveryDoc,
  WebhookEndpointDoc,
} from "./docs.ts";
import type { ModelCallDoc } from "./model-calls.ts";
import type { SealedHandoffDoc, SealedMessageDoc } from "./sealed.ts";

export type * from "./docs.ts";

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
  logImports: Collection<LogImportDoc>;
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
    logImports: db.collection("logImports"),
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
    store.logConversations.createIndex({ tenant: 1, conversation: 1 }),
    store.feedback.createIndex({ tenant: 1, at: 1 }),
    store.feedback.createIndex({ sessionId: 1 }),
  ]);
  return store;
}

const DUPLICATE_KEY = 11_000;
export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === DUPLICATE_KEY;
