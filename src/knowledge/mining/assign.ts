import type { LogMessage } from "../types.ts";
import { piecesOf } from "./pieces.ts";
import { sentencesOf } from "./turns.ts";

/** "1. … 2. …" in one message, or one sentence each. */
export const sentencesApart = (message: LogMessage): LogMessage[] =>
  message.text
    .split(/(?<![\d.])[1-9][.、)）](?!\d)\s*/u)
    .flatMap(sentencesOf)
    .map((text) => ({ ...message, text }));

/** Each message to the question whose words it has; those that have none's go where the last one went, or in turn. */
export function assign(open: ReadonlyArray<{ question: string }>, answers: LogMessage[]): LogMessage[][] {
  const parts: LogMessage[][] = open.map(() => []);
  const words = open.map(({ question }) => piecesOf(question));
  const inTurn = answers.length === open.length;
  let last = -1;
  answers.forEach((answer, index) => {
    const own = piecesOf(answer.text);
    const scores = words.map((set) => [...set].filter((word) => own.has(word)).length / Math.sqrt(set.size + 1));
    const best = scores.reduce((at, score, other) => (score > (scores[at] ?? 0) ? other : at), 0);
    const sure = (scores[best] ?? 0) > 0 && scores.filter((score) => score === scores[best]).length === 1;
    if (sure) last = best;
    else if (inTurn) last = index;
    if (last >= 0) parts[last]?.push(answer);
  });
  return parts;
}
