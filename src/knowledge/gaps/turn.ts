import { randomUUID } from "node:crypto";
import type { Store } from "../../store/mongo.ts";
import { isDuplicateKey } from "../../store/mongo.ts";

/** Whoever holds a turn and says nothing for so long has died. */
const HELD_MS = 120_000;
const RENEWED_AFTER_MS = 20_000;

/** Somebody else is at it: another run, or one that was given up and goes on. It is worth trying again in a moment. */
export class UnderWayError extends Error {
  override readonly name = "UnderWayError";
}

/**
 * One at a time for a tenant, over all processes, or a question would become two gaps.
 * @param work may call `alive` as often as it likes; it rejects when the turn was lost meanwhile
 * @throws UnderWayError when it is somebody else's turn
 */
export async function inTurn<T>(
  { knowledgeMarks }: Pick<Store, "knowledgeMarks">,
  tenant: string,
  work: (alive: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const holder = randomUUID();
  const until = (): Date => new Date(Date.now() + HELD_MS);
  const free = { $or: [{ holder: { $exists: false } }, { heldUntil: { $lt: new Date() } }] };
  const taken = await knowledgeMarks
    .updateOne({ _id: tenant, ...free }, { $set: { holder, heldUntil: until() } }, { upsert: true })
    .catch((error: unknown) => {
      // The upsert beside somebody else's.
      if (!isDuplicateKey(error)) throw error;
      return null;
    });
  if (!taken) throw new UnderWayError(`the gaps of ${tenant} are being gathered already`);
  let renewedAt = Date.now();
  try {
    return await work(async () => {
      if (Date.now() - renewedAt < RENEWED_AFTER_MS) return;
      const { matchedCount } = await knowledgeMarks.updateOne(
        { _id: tenant, holder },
        { $set: { heldUntil: until() } },
      );
      if (matchedCount === 0) throw new UnderWayError(`somebody else went on with the gaps of ${tenant}`);
      renewedAt = Date.now();
    });
  } finally {
    await knowledgeMarks.updateOne({ _id: tenant, holder }, { $unset: { holder: "", heldUntil: "" } });
  }
}
