/** What the shop has an answer for is a question about it, whatever the examples took it for (P4, D2). */
import { isRequestKind } from "../commerce/types.ts";
import { isRequest } from "../dialogue/merge.ts";
import type { Act, Understanding } from "../dialogue/types.ts";
import { CERTAIN, POSSIBLE, SURE_ENOUGH } from "../knowledge/search.ts";
import { ASKS } from "./cues.ts";
import { nameGroups } from "./names.ts";
import type { Ground } from "./point.ts";
import type { Reading } from "./reading.ts";

interface Found {
  ids: string[];
  confidence: number;
}

/** A question with what was found for it: said as the answer, or as what was perhaps meant. */
export const questionAct = (question: string, { ids, confidence }: Found): Act => ({
  intent: "question",
  question,
  answers: ids,
  ...(ids.length > 0 && confidence < SURE_ENOUGH ? { perhaps: true as const } : {}),
});

/** Something that was only guessed to be a request or a status. */
const LIKELY = 0.9;

/**
 * The turn as a question, when an entry is sure enough to answer it; null leaves the reading as it is. What patterns settled stays:
 * a request with a thing of theirs, an answer to what was asked, a person.
 */
export async function asKnownQuestion(
  reading: Reading,
  understanding: Understanding,
  at: Ground,
): Promise<Understanding | null> {
  const leastConfidence = confidenceFor(reading, understanding, at);
  if (leastConfidence === null) return null;
  const found = await at.knowledge.find(at.tenant, at.locale, at.original);
  const answers = found.ids.length > 0 && found.confidence >= leastConfidence;
  if (!answers && !asksAboutGoods(reading, understanding, at)) return null;
  return {
    ...understanding,
    acts: [questionAct(at.original, answers ? found : NOTHING)],
    mention: null,
    reason: null,
    wanted: null,
    understood: true,
  };
}
const NOTHING: Found = { ids: [], confidence: 0 };

/** "Does the wok go in the dishwasher?", from who has bought none: a question nobody can answer, and no order that wasn't found. */
function asksAboutGoods(reading: Reading, { acts, mention }: Understanding, { text }: Ground): boolean {
  const unknown =
    mention?.unknown != null ||
    acts.some(
      (act) => (act.intent === "order_status" ? act.unknown : isRequest(act) ? act.mention?.unknown : null) != null,
    );
  return unknown && ASKS.test(text) && reading.acts.every((act) => act.guessed === true);
}

/** How sure an entry must be, by what speaks for another reading; null: none can be. */
function confidenceFor(reading: Reading, { acts, answer, declined }: Understanding, at: Ground): number | null {
  const { dialogue, text } = at;
  if (answer !== null || declined || reading.abandon || dialogue.state === "HANDOFF" || dialogue.state === "END")
    return null;
  // Where something was asked for, only what asks back is a question.
  if (dialogue.open.length > 0 && !ASKS.test(text)) return null;
  const intents = acts.map(({ intent }) => intent);
  if (intents.some((intent) => intent === "question" || intent === "human" || intent === "abandon")) return null;
  const guessed = reading.acts.every((act) => act.guessed === true);
  // Who has ordered nothing has nothing to give back or to wait for.
  if (guessed && at.signedIn && at.lines.length === 0) return POSSIBLE;
  const theirs = nameGroups(text, at.lines, at.thesaurus) !== null;
  if (intents.some((intent) => isRequestKind(intent) || intent === "order_status")) {
    if (guessed) return theirs ? CERTAIN : LIKELY;
    // "Where is my parcel?" stands among the articles, too; who has one under way is told where it is.
    return ASKS.test(text) && at.lines.length === 0 ? CERTAIN : null;
  }
  if (intents.length > 0) return guessed ? SURE_ENOUGH : null;
  if (theirs && dialogue.open.length === 0 && !ASKS.test(text)) return CERTAIN;
  return POSSIBLE;
}
