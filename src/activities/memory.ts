import type { WindowEntry } from "../dialogue/hot-window.ts";
import type { SessionIdentity } from "../dialogue/session.ts";
import type { Dialogue } from "../dialogue/types.ts";
import type { Store, WarmMemory } from "../store/mongo.ts";
import type { Sealer } from "../store/sealed.ts";

/** D6: hot moves to warm, one document a session. Idempotent; an empty window never overwrites what is there. */
export function createSaveWarm({ store, sealer, now }: { store: Store; sealer: Sealer; now: () => Date }) {
  return async ({
    identity,
    window,
    dialogue,
    turn,
  }: {
    identity: SessionIdentity;
    window: WindowEntry[];
    dialogue: Dialogue;
    turn: number;
  }): Promise<void> => {
    if (window.length === 0) return;
    const { tenant, customerId, sessionId } = identity;
    const focus = dialogue.focus.map(({ orderId, line }) => ({ orderId, line }));
    const body = await sealer.seal(sessionId, { window, focus } satisfies WarmMemory);
    await store.warm.updateOne(
      { _id: sessionId },
      { $set: { tenant, customerId, body, turn, savedAt: now() } },
      { upsert: true },
    );
  };
}

/** The warm copy of this session, for the first turn after a pause. */
export async function recallWarm(
  { store, sealer }: { store: Store; sealer: Sealer },
  { tenant, sessionId }: SessionIdentity,
): Promise<WindowEntry[]> {
  const warm = await store.warm.findOne({ _id: sessionId, tenant });
  return warm ? (await sealer.open<WarmMemory>(warm.body)).window : [];
}
