import type { KnowledgeQuestion, KnowledgeResult, Outcome } from "./knowledge.ts";
import { percent, table } from "./markdown.ts";

export interface KnowledgeReportFacts {
  /** YYYY-MM-DD */
  date: string;
  commit: string;
  machine: string;
  /** What the system had learned from, as one sentence. */
  knows: string;
}

const HEAD = [
  "questions",
  "number",
  "right",
  "right after asking back",
  "wrong and confident",
  "asked back in vain",
  "refused",
  "misread",
  "failed",
  "recall@3",
];
const OUTCOMES = ["right", "asked-back", "wrong", "astray", "refused", "misread", "failed"] as const;

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

function rowOf(name: string, results: KnowledgeResult[]): string[] {
  const of = (outcome: Outcome): string =>
    percent(share(results.filter((result) => result.outcome === outcome).length, results.length));
  const looked = results.filter(({ recalled }) => recalled !== null);
  const recall = share(looked.filter(({ recalled }) => recalled).length, looked.length);
  return [name, String(results.length), ...OUTCOMES.map(of), percent(recall)];
}

type Test = (question: KnowledgeQuestion) => boolean;

/** Groups of what a fact answers. */
const GROUPS: Array<[string, Test]> = [
  ["**all that a fact answers**", () => true],
  ["Chinese", ({ locale }) => locale === "zh"],
  ["English", ({ locale }) => locale === "en"],
  ["plainly worded", ({ style }) => style === "plain"],
  ["told as a story", ({ style }) => style === "story"],
  ["in the shop's articles", ({ from }) => from === "articles"],
  ["in the logs only", ({ from }) => from === "logs"],
  ["nothing hangs on it", ({ stakes }) => stakes === null],
  ["money", ({ stakes }) => stakes === "money"],
  ["medicine", ({ stakes }) => stakes === "medicine"],
  ["money or medicine, in the logs only: refused until reviewed", ({ from, stakes }) => from === "logs" && !!stakes],
];

/** What a fact answers, by group; what none does, where refusing is right; and all together. */
export function wordKnowledgeReport(results: KnowledgeResult[], facts: KnowledgeReportFacts): string {
  const answerable = results.filter(({ question }) => question.fact !== null);
  const rows = [
    ...GROUPS.map(([name, test]) =>
      rowOf(
        name,
        answerable.filter(({ question }) => test(question)),
      ),
    ),
    rowOf(
      "no fact answers: refusing is right",
      results.filter(({ question }) => question.fact === null),
    ),
    rowOf("**all**", results),
  ].filter(([, number]) => number !== "0");
  return [`${facts.date}, commit ${facts.commit}, ${facts.machine}. ${facts.knows}`, "", table(HEAD, rows)].join("\n");
}
