/** Quick replies: what a customer may answer with one touch. */
import { includesItem } from "../dialogue/items.ts";
import type { Say } from "../dialogue/types.ts";
import type { Choice, Facts } from "./wording.ts";
import { itemLine, WORDINGS } from "./wording.ts";

const CHOICES_MAX = 6;

/** Quick replies for what was asked last. */
export function choicesFor(says: Say[], facts: Facts): Choice[] {
  const { choices } = WORDINGS[facts.locale];
  const last = says.at(-1);
  if (last?.key === "propose") return [choices.yes, choices.no];
  if (last?.key === "noAnswer" || last?.key === "offerPerson") return [choices.person];
  if (last?.key === "answer" && last.perhaps) {
    const others = facts.answers.get(last.question)?.others ?? [];
    return [...others.map((question) => ({ label: question, text: question })), choices.person];
  }
  if (last?.key === "whatAbout") return choices.whatFor;
  if (last?.key !== "ask") return [];
  const request = last.requests.find((candidate) =>
    last.missing.some((entry) => entry.request === candidate.id && entry.slots.length > 0),
  );
  const slots = last.missing.find((entry) => entry.request === request?.id)?.slots ?? [];
  if (!request || !slots.includes("items")) return slots.length > 0 ? [choices.skip] : [];
  const offered = request.candidates
    .filter((ref, index, all) => !includesItem(all.slice(0, index), ref))
    .slice(0, CHOICES_MAX);
  const items = offered.map((ref) => {
    const line = itemLine(facts, ref);
    return {
      label: line.label,
      text: facts.locale === "zh" ? `订单${ref.orderId}的${line.label}` : `${line.label}, order ${ref.orderId}`,
    };
  });
  return request.candidates.length > 1 ? [...items, choices.all] : items;
}
