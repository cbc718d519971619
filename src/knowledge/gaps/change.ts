import type { Store } from "../../store/mongo.ts";
import type { GapCase, KnowledgeGapDoc } from "../types.ts";

const CASES_MAX = 2_000;
const WORDED_MAX = 50;
const WRITE_TRIES = 20;

export const keyOf = ({ sessionId, turn }: Pick<GapCase, "sessionId" | "turn">): string => `${sessionId}:${turn}`;

/** Who asks three times in one conversation would have been answered once. */
export const volumeOf = (cases: readonly GapCase[]): number => new Set(cases.map(({ sessionId }) => sessionId)).size;

/** Newest first, each once, words of the newest only. */
function tidy(cases: GapCase[]): GapCase[] {
  const unique = [...new Map(cases.map((one) => [keyOf(one), one])).values()];
  return unique
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, CASES_MAX)
    .map(({ words, answer, ...plain }, index) =>
      index < WORDED_MAX ? { ...plain, ...(words ? { words } : {}), ...(answer ? { answer } : {}) } : plain,
    );
}

/** Whoever changes it meanwhile (an erasure takes cases out) isn't overwritten. @returns false when the gap is gone */
export async function changeCases(
  { knowledgeGaps }: Pick<Store, "knowledgeGaps">,
  id: KnowledgeGapDoc["_id"],
  change: (cases: GapCase[]) => GapCase[],
): Promise<boolean> {
  for (let tries = 0; tries < WRITE_TRIES; tries++) {
    const gap = await knowledgeGaps.findOne({ _id: id });
    if (!gap) return false;
    const cases = tidy(change(gap.cases));
    const seen = { _id: id, volume: gap.volume, cases: { $size: gap.cases.length } };
    const written = await knowledgeGaps.updateOne(seen, { $set: { cases, volume: volumeOf(cases) } });
    if (written.matchedCount === 1) return true;
  }
  throw new Error(`gap ${id} is being changed too fast`);
}
