import type { Store } from "../../store/mongo.ts";
import type { KnowledgeGapDoc } from "../types.ts";
import { TURNS_TO_HANDOFF } from "./find.ts";

type Stores = Pick<Store, "messages" | "handoffs" | "feedback" | "knowledgeGaps">;
const CHUNK = 1_000;

/** What each entry that closed a gap has answered since, and how often that was the end of it. */
export async function recountEffects(store: Stores, tenant: string): Promise<void> {
  for await (const gap of store.knowledgeGaps.find({ tenant, status: "added" })) {
    const { answered, deflected } = await effectOf(store, gap);
    if (answered === gap.answered && deflected === gap.deflected) continue;
    await store.knowledgeGaps.updateOne({ _id: gap._id }, { $set: { answered, deflected } });
  }
}

/** Counted anew each time: a judgement may change, and a handoff may come later. */
async function effectOf(
  store: Stores,
  { tenant, entry, addedAt }: KnowledgeGapDoc,
): Promise<{ answered: number; deflected: number }> {
  const effect = { answered: 0, deflected: 0 };
  if (entry === null || addedAt === null) return effect;
  let batch: Given[] = [];
  const count = async (): Promise<void> => {
    effect.answered += batch.length;
    effect.deflected += await helpedIn(store, batch);
    batch = [];
  };
  const given = store.messages
    .find({ tenant, answers: entry, at: { $gt: addedAt } })
    .project<Given>({ _id: 0, sessionId: 1, seq: 1, turn: 1 });
  for await (const one of given) {
    batch.push(one);
    if (batch.length === CHUNK) await count();
  }
  await count();
  return effect;
}

interface Given {
  sessionId: string;
  seq: number;
  turn: number;
}

/** Answers that nobody called unhelpful, and after which no person was fetched in the next turns. */
async function helpedIn(store: Stores, batch: Given[]): Promise<number> {
  if (batch.length === 0) return 0;
  const sessions = [...new Set(batch.map(({ sessionId }) => sessionId))];
  const [handoffs, judged] = await Promise.all([
    store.handoffs
      .find({ sessionId: { $in: sessions } })
      .project<{ sessionId: string; turn?: number }>({ _id: 0, sessionId: 1, turn: 1 })
      .toArray(),
    store.feedback
      .find({ _id: { $in: batch.map(({ sessionId, seq }) => `${sessionId}:${seq}`) }, helpful: false })
      .toArray(),
  ]);
  const bad = new Set(judged.map(({ _id }) => _id));
  return batch.filter(({ sessionId, seq, turn }) => {
    const fetched = handoffs.some(
      (handoff) =>
        handoff.sessionId === sessionId &&
        handoff.turn !== undefined &&
        handoff.turn >= turn &&
        handoff.turn <= turn + TURNS_TO_HANDOFF,
    );
    return !fetched && !bad.has(`${sessionId}:${seq}`);
  }).length;
}
