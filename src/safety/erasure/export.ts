import type { CommerceBackend, Customer, Order } from "../../commerce/types.ts";
import type { ColdParts } from "../../memory/cold.ts";
import { readEntry } from "../../memory/cold.ts";
import type { RecordSealer, SessionRecord } from "../../memory/record.ts";
import { openRecord } from "../../memory/record.ts";
import type { MessageDoc, SessionDoc, Store } from "../../store/mongo.ts";
import type { Sealer } from "../../store/sealed.ts";
import { openHandoff, openMessages } from "../../store/sealed.ts";
import { visitorSession } from "./erase.ts";
import { sessionIdsOf } from "./purge.ts";

/** As JSON has it. */
type Plain = Record<string, unknown>;

/** All that is kept of one customer, readable. */
export interface CustomerExport {
  tenant: string;
  customerId: string;
  exportedAt: string;
  profile: (Customer & Plain) | null;
  orders: Array<Order & Plain>;
  sessions: Array<{
    sessionId: string;
    locale: string;
    channel: string;
    createdAt: string;
    messages: Array<Pick<MessageDoc, "seq" | "role" | "text" | "turn"> & { at: string }>;
    handoffs: Array<{
      id: string;
      status: string;
      reason: string;
      summary: string;
      resolution?: string;
      createdAt: string;
    }>;
    /** What warm memory holds of it: what was decided, what it was about, the hot window as it was. */
    remembered: Plain | null;
  }>;
  /** Sessions as the archive has them, also those that are in nothing else any more. */
  archived: Plain[];
}

interface Parts {
  store: Store;
  keyring: Sealer & RecordSealer;
  /** Null without an archive. */
  cold: ColdParts | null;
  commerce: CommerceBackend;
}

export async function exportCustomer(
  parts: Parts,
  { tenant, customerId }: { tenant: string; customerId: string },
  now: Date,
): Promise<CustomerExport> {
  const { store, commerce } = parts;
  const session = visitorSession(customerId);
  const who = { tenant, customerId: session === null ? customerId : null, sessionId: session };
  const [profile, orders, ids] = await Promise.all([
    session === null ? commerce.customer(tenant, customerId) : null,
    session === null ? commerce.orders(tenant, customerId) : [],
    sessionIdsOf(store, who),
  ]);
  const entries = (await parts.cold?.ledger.entriesOf(tenant, archivedAs(who, ids), 0)) ?? [];
  const archived: Plain[] = [];
  for (const entry of entries)
    if (parts.cold) archived.push(...(await readEntry(parts.cold, entry)).map(({ record }) => plain(record)));
  const docs = await store.sessions.find({ _id: { $in: ids } }, { sort: { createdAt: 1 } }).toArray();
  const sessions: CustomerExport["sessions"] = [];
  // One after the other: as much in memory as one conversation.
  for (const doc of docs) sessions.push(await exportSession(parts, doc));
  return {
    tenant,
    customerId,
    exportedAt: now.toISOString(),
    profile: profile && { ...profile },
    orders: orders.map((order) => ({ ...order })),
    sessions,
    archived,
  };
}

const archivedAs = ({ customerId }: { customerId: string | null }, ids: string[]): string[] =>
  customerId === null ? ids.map((id) => `s:${id}`) : [`c:${customerId}`];

/** Vectors are made of the words and say nothing to a person. */
const plain = ({ vectors: _, ...record }: SessionRecord): Plain => ({ ...record });

async function exportSession({ store, keyring }: Parts, doc: SessionDoc): Promise<CustomerExport["sessions"][number]> {
  const { _id: sessionId, locale, channel, createdAt } = doc;
  const [messages, handoffs, warm] = await Promise.all([
    store.messages.find({ sessionId }, { sort: { seq: 1 } }).toArray(),
    store.handoffs.find({ sessionId }, { sort: { createdAt: 1 } }).toArray(),
    store.warm.findOne({ _id: sessionId }),
  ]);
  const opened = await Promise.all(handoffs.map((handoff) => openHandoff(keyring, handoff)));
  return {
    sessionId,
    locale,
    channel,
    createdAt: createdAt.toISOString(),
    messages: (await openMessages(keyring, messages)).map(({ seq, role, text, turn, at }) => ({
      seq,
      role,
      text,
      turn,
      at: at.toISOString(),
    })),
    handoffs: opened.map(({ _id, status, reason, summary, resolution, createdAt: since }) => ({
      id: _id,
      status,
      reason,
      summary,
      ...(resolution === undefined ? {} : { resolution }),
      createdAt: since.toISOString(),
    })),
    remembered: warm && plain(await openRecord(keyring, warm.body.buffer)),
  };
}
