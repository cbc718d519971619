import type { MessageDoc, SessionDoc, Store } from "../store/mongo.ts";
import type { Sealer } from "../store/sealed.ts";
import { openMessage, openMessages } from "../store/sealed.ts";
import type { Claims } from "./auth.ts";
import { ProblemError } from "./problems.ts";
import type { Message, SessionViewBody } from "./schemas.ts";

const PAGE_MAX = 500;

export const toMessage = (doc: MessageDoc): Message => ({
  seq: doc.seq,
  role: doc.role,
  text: doc.text,
  at: doc.at.toISOString(),
  ...(doc.messageId === undefined ? {} : { messageId: doc.messageId }),
  ...(doc.agent === undefined ? {} : { agent: doc.agent }),
  ...(doc.choices === undefined ? {} : { data: { choices: doc.choices } }),
  ...(doc.answers === undefined ? {} : { helpful: null }),
  ...(doc.citations === undefined ? {} : { citations: doc.citations }),
});

/** The same with what the customer thought of the answers among them. */
export async function toMessages(store: Store, docs: MessageDoc[]): Promise<Message[]> {
  const ids = docs.filter(({ answers }) => answers).map(({ sessionId, seq }) => `${sessionId}:${seq}`);
  const judged = ids.length > 0 ? await store.feedback.find({ _id: { $in: ids } }).toArray() : [];
  const helpful = new Map(judged.map((feedback) => [feedback.seq, feedback.helpful]));
  return docs.map((doc) => ({ ...toMessage(doc), ...(doc.answers ? { helpful: helpful.get(doc.seq) ?? null } : {}) }));
}

/** What is read of a session here never changes after it was opened. */
export type Identity = Omit<SessionDoc, "ownerEpoch">;
const recentSessions = new WeakMap<Store, Map<string, Identity>>();
const RECENT_SESSIONS_MAX = 10_000;

async function sessionOf(store: Store, sessionId: string, tenant: string): Promise<Identity | null> {
  const recent = recentSessions.get(store) ?? new Map<string, Identity>();
  recentSessions.set(store, recent);
  const known =
    recent.get(sessionId) ?? (await store.sessions.findOne({ _id: sessionId }, { projection: { ownerEpoch: 0 } }));
  if (known && recent.size >= RECENT_SESSIONS_MAX) recent.clear();
  if (known) recent.set(sessionId, known);
  return known?.tenant === tenant ? known : null;
}

/** Sessions that are no more; other processes find out when they look for messages. */
export function forgetSessions(store: Store): void {
  recentSessions.delete(store);
}

/** The session, if the caller may see it; somebody else's doesn't exist for them. @throws ProblemError 404 */
export async function visibleSession(store: Store, sessionId: string, claims: Claims): Promise<Identity> {
  const session = await sessionOf(store, sessionId, claims.tenant);
  const own =
    session !== null &&
    (claims.sid === session._id ||
      (claims.sid === undefined && session.customerId !== null && session.customerId === claims.sub));
  if (session && (claims.role !== "customer" || own)) return session;
  throw new ProblemError(404, "There is no such session.");
}

/** Where conversations are read from. */
export interface Transcripts {
  store: Store;
  keyring: Sealer;
}

export const messagesAfter = async (
  { store, keyring }: Transcripts,
  sessionId: string,
  after: number,
): Promise<MessageDoc[]> =>
  openMessages(
    keyring,
    await store.messages
      .find({ sessionId, seq: { $gt: after } })
      .sort({ seq: 1 })
      .limit(PAGE_MAX)
      .toArray(),
  );

/** The newest message with a view of the conversation. */
export async function lastView({ store, keyring }: Transcripts, sessionId: string): Promise<MessageDoc | null> {
  const sealed = await store.messages.findOne({ sessionId, hasView: true }, { sort: { seq: -1 } });
  return sealed && openMessage(keyring, sealed);
}

const BEFORE_THE_FIRST = {
  state: "INIT",
  intent: null,
  slots: { items: [], order_id: null, reason: null, wanted: [] },
  missing: [],
  requests: [],
  turn: 0,
  why: "nothing said yet",
} as const;

/** Where the conversation stands, from the last message that was written (D1). */
export async function currentView(from: Transcripts, session: Identity): Promise<SessionViewBody> {
  const last = await lastView(from, session._id);
  const view = last?.view;
  const base = view ?? {
    ...BEFORE_THE_FIRST,
    slots: { ...BEFORE_THE_FIRST.slots, items: [], wanted: [] },
    missing: [],
    requests: [],
  };
  return {
    ...base,
    sessionId: session._id,
    lastActivityAt: (last?.at ?? session.createdAt).toISOString(),
    customerId: session.customerId,
    locale: session.locale,
    channel: session.channel,
  };
}

/** Replies to a message once its turn is stored; null while it isn't. */
export async function repliesTo(from: Transcripts, sessionId: string, messageId: string): Promise<Message[] | null> {
  const own = await from.store.messages.findOne({ sessionId, messageId });
  if (!own) return null;
  const following = await messagesAfter(from, sessionId, own.seq - 1);
  const end = following.findIndex((doc) => doc.view !== undefined);
  return end < 0
    ? null
    : following
        .slice(0, end + 1)
        .filter((doc) => doc.role !== "customer")
        .map(toMessage);
}
