/** What the shop has an answer for is a question about it, whatever the examples took it for (P4, D2). */
import { isRequestKind } from "../commerce/types.ts";
import type { Understanding } from "../dialogue/types.ts";
import { CERTAIN, NEAR_ENOUGH } from "../knowledge/search.ts";
import { ASKS } from "./cues.ts";
import { nameGroups } from "./names.ts";
import type { Ground } from "./point.ts";
import type { Reading } from "./reading.ts";

/** A request or a status that was only guessed, or asked about: how near an entry must be to be what was meant. */
const LIKELY = 0.62;

/**
 * The turn as a question, when an entry is near enough to what was said; null leaves the reading as it is. What patterns settled
 * stays: a request with a thing of theirs, an answer to what was asked, a person.
 */
export async function asKnownQuestion(
  reading: Reading,
  understanding: Understanding,
  at: Ground,
): Promise<Understanding | null> {
  const nearEnough = nearnessFor(reading, understanding, at);
  if (nearEnough === null) return null;
  const answers = await at.knowledge.search(at.tenant, at.locale, at.original, nearEnough);
  if (answers.length === 0) return null;
  return {
    ...understanding,
    acts: [{ intent: "question", question: at.original, answers }],
    mention: null,
    reason: null,
    wanted: null,
    understood: true,
  };
}

/** How near an entry must be, by what speaks for another reading; null: nothing can be. */
function nearnessFor(reading: Reading, { acts, answer, declined }: Understanding, at: Ground): number | null {
  const { dialogue, text } = at;
  if (answer !== null || declined || reading.abandon || dialogue.state === "HANDOFF" || dialogue.state === "END")
    return null;
  // Where something was asked for, only what asks back is a question.
  if (dialogue.open.length > 0 && !ASKS.test(text)) return null;
  const intents = acts.map(({ intent }) => intent);
  if (intents.some((intent) => intent === "question" || intent === "human" || intent === "abandon")) return null;
  const guessed = reading.acts.every((act) => act.guessed === true);
  const theirs = nameGroups(text, at.lines, at.thesaurus) !== null;
  if (intents.some((intent) => isRequestKind(intent) || intent === "order_status")) {
    if (guessed) return theirs ? CERTAIN : LIKELY;
    return ASKS.test(text) && !theirs ? CERTAIN : null;
  }
  if (intents.includes("out_of_scope") || intents.includes("smalltalk")) return guessed ? LIKELY : null;
  return theirs && dialogue.open.length === 0 && !ASKS.test(text) ? CERTAIN : NEAR_ENOUGH;
}
