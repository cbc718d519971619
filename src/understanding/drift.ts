import type { Dialogue, Understanding } from "../dialogue/types.ts";
import { taskTopic } from "../models/calibration.ts";
import type { Embedder } from "../models/types.ts";
import type { Ground } from "./point.ts";
import { linesOf } from "./point.ts";
import { centre, dot } from "./vectors.ts";

export interface DriftWatch {
  /** Whether a turn that says nothing about the open task is also far from it in meaning (D8). */
  offTopic(understanding: Understanding, at: Ground): Promise<boolean>;
}

/** `threshold`: the centred cosine below which a turn is off topic, calibrated for this embedder; null: nothing drifts. */
export function createDriftWatch(embedder: Embedder, mean: Float32Array, threshold: number | null): DriftWatch {
  return {
    async offTopic(understanding, at) {
      const topic = topicOf(at);
      if (threshold === null || topic === null || touchesTask(understanding, at.dialogue)) return false;
      const [said, open] = await embedder.embed([at.text, topic]);
      return said !== undefined && open !== undefined && dot(centre(said, mean), centre(open, mean)) < threshold;
    },
  };
}

/** Small talk, a question or nothing of the shop's: everything else is about the task by what it does. */
function touchesTask(
  { acts, answer, mention, reason, wanted, declined, understood }: Understanding,
  { open }: Dialogue,
): boolean {
  const away =
    acts.length > 0 &&
    acts.every(({ intent }) => intent === "out_of_scope" || intent === "smalltalk" || intent === "question");
  return (
    open.length === 0 ||
    !understood ||
    !away ||
    answer !== null ||
    mention !== null ||
    reason !== null ||
    wanted !== null ||
    declined
  );
}

function topicOf(at: Ground): string | null {
  const request = at.dialogue.open[0];
  if (!request) return null;
  const items = request.items.length > 0 ? request.items : request.candidates;
  const names = linesOf(at, items).map(({ item, product }) => product?.names?.[at.locale] ?? item.name);
  return taskTopic(request.kind, names, at.locale);
}
