import type { OpenOutput, SessionIdentity } from "../dialogue/session.ts";
import type { Store } from "../store/mongo.ts";

/** Where an earlier workflow of this session left off, from the last message it wrote. Reads only. */
export function createOpenSession({ store }: { store: Store }) {
  return async ({ sessionId }: SessionIdentity): Promise<OpenOutput> => {
    const [last, handoffs, session] = await Promise.all([
      store.messages.findOne({ sessionId, carry: { $exists: true } }, { sort: { seq: -1 } }),
      store.handoffs.countDocuments({ sessionId }),
      store.sessions.findOne({ _id: sessionId }),
    ]);
    return {
      seq: last?.seq ?? 0,
      nextAction: last?.carry?.nextAction ?? 1,
      epoch: Math.max(last?.carry?.epoch ?? 0, session?.ownerEpoch ?? 0),
      handoffs,
      turn: last?.turn ?? 0,
    };
  };
}
