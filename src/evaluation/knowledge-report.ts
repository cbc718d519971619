import type { KnowledgeResult, Outcome } from "./knowledge.ts";
import { percent, table } from "./markdown.ts";

export interface KnowledgeReportFacts {
  /** YYYY-MM-DD */
  date: string;
  commit: string;
  machine: string;
  /** What the system had learned from, as one sentence. */
  knows: string;
}

const HEAD = ["questions", "number", "right", "wrong and confident", "refused", "misread", "failed", "recall@3"];

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

function rowOf(name: string, results: KnowledgeResult[]): string[] {
  const of = (outcome: Outcome): string =>
    percent(share(results.filter((result) => result.outcome === outcome).length, results.length));
  const looked = results.filter(({ recalled }) => recalled !== null);
  const recall = share(looked.filter(({ recalled }) => recalled).length, looked.length);
  const outcomes = (["right", "wrong", "refused", "misread", "failed"] as const).map(of);
  return [name, String(results.length), ...outcomes, percent(recall)];
}

/** Two tables: what a fact answers, by language and stakes; and what none does, where refusing is right. */
export function wordKnowledgeReport(results: KnowledgeResult[], facts: KnowledgeReportFacts): string {
  const answerable = results.filter(({ question }) => question.fact !== null);
  const others = results.filter(({ question }) => question.fact === null);
  const where = (test: (question: KnowledgeResult["question"]) => boolean): KnowledgeResult[] =>
    answerable.filter(({ question }) => test(question));
  const rows = [
    rowOf("**all that a fact answers**", answerable),
    rowOf(
      "Chinese",
      where(({ locale }) => locale === "zh"),
    ),
    rowOf(
      "English",
      where(({ locale }) => locale === "en"),
    ),
    rowOf(
      "nothing hangs on it",
      where(({ stakes }) => stakes === null),
    ),
    rowOf(
      "money",
      where(({ stakes }) => stakes === "money"),
    ),
    rowOf(
      "medicine",
      where(({ stakes }) => stakes === "medicine"),
    ),
    rowOf("no fact answers: refusing is right", others),
    rowOf("**all**", results),
  ].filter(([, number]) => number !== "0");
  return [`${facts.date}, commit ${facts.commit}, ${facts.machine}. ${facts.knows}`, "", table(HEAD, rows)].join("\n");
}
