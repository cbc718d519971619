/** What the collections hold. */
import type { Binary } from "mongodb";
import type { Order, OrderRequest } from "../commerce/types.ts";
import type { AgentRef, Citation, HandoffStatus, TurnTrace } from "../dialogue/session.ts";
import type { SessionView } from "../dialogue/view.ts";
import type { Choice } from "../intents/wording.ts";

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
