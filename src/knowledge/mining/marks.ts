import { normalize } from "../../understanding/text.ts";
import { tellingWords } from "../telling-words.ts";

/** Numbers, negations and names in Latin letters: what must agree between two questions, whatever their vectors say. */
export function marksOf(question: string): string {
  const words = tellingWords(question).split(" ");
  const negated = words.some((word) => /^(?:不|没|未|无|非|别|not|no|without|never)$/.test(word));
  const chinese = /\p{Script=Han}/u.test(question);
  // Chinese asks by a negation: "包邮不", "有没".
  const asks = /(?:不|没|不[啊呀呢])[?？]?$/.test(normalize(question)) || /不(?=[，,])/.test(question);
  const told = words.filter((word) => /^\d+$/.test(word) || (chinese && /^[a-z]{2,}$/.test(word)));
  return [negated && !asks ? "not" : "", ...told].join(" ");
}

/** What most of the questions have of it. */
export function commonMarks(questions: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const question of questions)
    for (const mark of marksOf(question).split(" ")) if (mark !== "") counts.set(mark, (counts.get(mark) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count * 2 > questions.length)
    .map(([mark]) => mark)
    .sort()
    .join(" ");
}
