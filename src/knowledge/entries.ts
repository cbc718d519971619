import type { KnowledgeEntry } from "./types.ts";

/** M6: what nobody reviewed answers nothing that money or health hangs on, whatever its status says. */
export const mayAnswer = ({ stakes, reviewed }: Pick<KnowledgeEntry, "stakes" | "reviewed">): boolean =>
  reviewed || stakes === null;

/** Everything an entry is asked as. */
export const wordingsOf = ({ question, alternatives }: Pick<KnowledgeEntry, "question" | "alternatives">): string[] => [
  question,
  ...alternatives,
];
