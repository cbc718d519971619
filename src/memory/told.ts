/** What was said in earlier conversations, to be said again: what the customer asks back about, and what was promised (T3, T4). */
import type { SessionRecord } from "./record.ts";
import { turnsWithVectors } from "./record.ts";
import type { Embedding } from "./remembered.ts";
import { oneLine } from "./summary.ts";
import type { Told } from "./types.ts";
import { nearestShare, quantisedBytes } from "./vectors.ts";

const TOLD_MAX = 2;
/** Calibrated: right turns .27-.6 (of 100, 94 are above), questions about what was never talked of .15-.3, few above. */
const NEAR_ENOUGH = 0.31;
/** The second is told only if it is nearly as near. */
const NEXT_BEST = 0.9;

/** What of a session is searched. */
export type ToldFrom = Pick<SessionRecord, "said" | "vectors" | "startedAt">;

/** The at most two turns nearest to the question, nearest first; empty when nothing is near enough. */
export async function toldBefore(
  { embedder, mean }: Embedding,
  records: ToldFrom[],
  question: string,
): Promise<Told[]> {
  const bytes = quantisedBytes(embedder.dimensions);
  const turns = records.flatMap((record) => turnsWithVectors(record).map((turn, index) => ({ record, turn, index })));
  const [vector] = turns.length > 0 ? await embedder.embed([question]) : [];
  if (!vector) return [];
  const ranked = turns
    .map(({ record, turn, index }) => {
      const bits = record.vectors.subarray(index * bytes, (index + 1) * bytes);
      return { share: nearestShare(vector, mean, bits), record, turn };
    })
    .sort((a, b) => b.share - a.share);
  const best = ranked[0]?.share ?? 0;
  return ranked
    .slice(0, TOLD_MAX)
    .filter(({ share }) => share >= NEAR_ENOUGH && share >= best * NEXT_BEST)
    .map(({ record, turn }) => turnOf(record, turn));
}

function turnOf({ said, startedAt }: ToldFrom, turn: number): Told {
  const words = (role: "customer" | "reply"): string =>
    said
      .filter(
        (entry) =>
          entry.turn === turn && entry.role !== "system" && (entry.role === "customer") === (role === "customer"),
      )
      .map(({ text }) => oneLine(text))
      .join(" ");
  return {
    at: said.find((entry) => entry.turn === turn)?.at ?? startedAt,
    said: words("customer"),
    replied: words("reply"),
  };
}

/** By order, what was last said when something of it was changed: the summary's lines name the order. */
export function promisesAbout(records: SessionRecord[], orderIds: string[]): Map<string, Told> {
  const promises = new Map<string, Told>();
  for (const { summary, lastAt } of records.toSorted((a, b) => a.lastAt - b.lastAt))
    for (const line of summary.split("\n"))
      for (const id of orderIds)
        if (line.includes(id))
          promises.set(id, { at: lastAt, said: "", replied: line.replace(/^(?:\d+|agent): /, "") });
  return promises;
}
