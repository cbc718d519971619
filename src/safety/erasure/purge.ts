import type { Store } from "../../store/mongo.ts";

/** A customer, or a visitor's one session. */
export interface Subject {
  tenant: string;
  /** Null: a visitor. */
  customerId: string | null;
  /** Theirs, as far as they are known by id. */
  sessionIds: string[];
}

/** How much of each kind went. */
export type Counts = Record<string, number>;

type PurgeStore = Pick<
  Store,
  | "sessions"
  | "messages"
  | "handoffs"
  | "warm"
  | "modelCalls"
  | "vault"
  | "archiveEntries"
  | "feedback"
  | "knowledgeGaps"
>;

/** The sessions of a customer, opened until then; of a visitor, the one. */
export async function sessionIdsOf(
  { sessions }: Pick<Store, "sessions">,
  { tenant, customerId, sessionId }: { tenant: string; customerId: string | null; sessionId: string | null },
  until = new Date(),
): Promise<string[]> {
  const filter = customerId === null ? { tenant, _id: sessionId ?? "", customerId } : { tenant, customerId };
  const opened = { ...filter, createdAt: { $lte: until } };
  return (await sessions.find(opened, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id);
}

/** Deletes all that is kept of these sessions, and their places in the archive: what stands there is noise without its key, and goes
 * when its file is compacted. Sessions go last: cut off before, the next run finds the rest by them. */
export async function purge(store: PurgeStore, { tenant, customerId, sessionIds }: Subject): Promise<Counts> {
  const ofSessions = { tenant, sessionId: { $in: sessionIds } };
  const who = customerId === null ? sessionIds.map((id) => `s:${id}`) : [`c:${customerId}`];
  const ofCustomer = customerId === null ? [] : [{ tenant, customerId }];
  const [messages, handoffs, warm, modelCalls, vault, cold, feedback, gaps] = await Promise.all([
    store.messages.deleteMany(ofSessions),
    store.handoffs.deleteMany({ $or: [ofSessions, ...ofCustomer] }),
    store.warm.deleteMany({ $or: [{ tenant, _id: { $in: sessionIds } }, ...ofCustomer] }),
    store.modelCalls.deleteMany(ofSessions),
    store.vault.deleteMany(ofSessions),
    store.archiveEntries.deleteMany({ tenant, who: { $in: who } }),
    store.feedback.deleteMany(ofSessions),
    purgeGaps(store, tenant, sessionIds),
  ]);
  const sessions = await store.sessions.deleteMany({ tenant, _id: { $in: sessionIds } });
  return {
    sessions: sessions.deletedCount,
    messages: messages.deletedCount,
    handoffs: handoffs.deletedCount,
    warm: warm.deletedCount,
    modelCalls: modelCalls.deletedCount,
    vault: vault.deletedCount,
    cold: cold.deletedCount,
    feedback: feedback.deletedCount,
    gaps,
  };
}

/** Their questions leave the gaps; a gap that was nobody else's goes. @returns how many gaps had one */
async function purgeGaps(
  { knowledgeGaps }: Pick<PurgeStore, "knowledgeGaps">,
  tenant: string,
  sessionIds: string[],
): Promise<number> {
  const theirs = { sessionId: { $in: sessionIds } };
  const found = await knowledgeGaps.find({ tenant, "cases.sessionId": theirs.sessionId }).toArray();
  for (const { _id, cases } of found) {
    await knowledgeGaps.updateOne({ _id }, { $pull: { cases: theirs } });
    const others = cases.filter(({ sessionId }) => !sessionIds.includes(sessionId));
    const volume = new Set(others.map(({ sessionId }) => sessionId)).size;
    await knowledgeGaps.updateOne({ _id }, { $set: { volume } });
  }
  await knowledgeGaps.deleteMany({ tenant, status: { $ne: "added" }, cases: { $size: 0 } });
  return found.length;
}
