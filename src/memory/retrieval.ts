/** The past in the prompt (T4): everything while it is short, else the pieces nearest to what is said, cited by turn. */
import type { WindowEntry } from "../dialogue/hot-window.ts";
import type { SessionRecord } from "./record.ts";
import { turnsWithVectors } from "./record.ts";
import type { Embedding } from "./remembered.ts";
import { pieceText } from "./remembered.ts";
import { nearness, quantisedBytes } from "./vectors.ts";

/** One turn of a past session. */
export interface Piece {
  sessionId: string;
  turn: number;
  /** When the turn was, ms since the epoch. */
  at: number;
  text: string;
}

export const PIECES_MAX = 3;

/** How a piece is cited: the day, and the turn. */
export const cite = ({ at, turn, text }: Piece): string =>
  `[${new Date(at).toISOString().slice(0, "2026-05-03".length)}, turn ${turn}] ${text}`;

/**
 * The at most 3 pieces of these sessions nearest to `text`, in the order in which they were said. Turns that the hot
 * window still shows are left out.
 */
export async function relevantPieces(
  { embedder, mean }: Embedding,
  records: SessionRecord[],
  text: string,
  window: WindowEntry[] = [],
  limit = PIECES_MAX,
): Promise<Piece[]> {
  const shown = new Set(window.map((entry) => entry.text));
  const candidates = records.flatMap((record) =>
    turnsWithVectors(record)
      .map((turn, index) => ({ record, turn, index }))
      .filter(({ turn }) => !record.said.some((said) => said.turn === turn && shown.has(said.text))),
  );
  if (candidates.length > limit) {
    const [question] = await embedder.embed([text]);
    if (!question) return [];
    const bytes = quantisedBytes(embedder.dimensions);
    const scores = new Map(
      candidates.map((candidate) => {
        const from = candidate.index * bytes;
        return [candidate, nearness(question, mean, candidate.record.vectors.subarray(from, from + bytes))];
      }),
    );
    candidates.sort((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0)).splice(limit);
  }
  return candidates
    .map(({ record, turn }) => ({
      sessionId: record.sessionId,
      turn,
      at: record.said.find((said) => said.turn === turn)?.at ?? record.startedAt,
      text: pieceText(record.said, turn),
    }))
    .sort((a, b) => a.at - b.at);
}
