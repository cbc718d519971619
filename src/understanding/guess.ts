import { isRequestKind } from "../commerce/types.ts";
import { ASKS } from "./cues.ts";
import type { Classifier, Guess, Label } from "./examples.ts";
import { LABELS } from "./examples.ts";
import type { Reading } from "./reading.ts";
import { act } from "./reading.ts";
import { DEFECT } from "./residue.ts";
import type { Situation } from "./roles.ts";
import type { Clause } from "./text.ts";
import { isHan } from "./text.ts";

/** A guess counts when it is this far ahead: cross-validated on the examples, 98 % of such guesses are right. */
const SURE_MARGIN = 0.35;
/** Below this a guess is not understood at all. */
const GUESS_MARGIN = 0.12;

/** Nothing was settled by a cue: the nearest examples say what it is, given what was asked. */
export async function guess(
  reading: Reading,
  text: string,
  parts: Clause[],
  situation: Situation,
  classifier: Classifier,
): Promise<void> {
  const found = await classifier.classify(text, labelsFor(situation, text));
  reading.confidence = confidenceOf(found);
  const { label } = found;
  reading.explains = label === "reason";
  if (label === "yes" || label === "no") {
    // A yes that no cue confirmed never executes anything: the proposal is put again.
    reading.answer = label === "yes" && situation.state === "CONFIRM" && found.margin < SURE_MARGIN ? null : label;
    reading.hedged ||= label === "yes" && !isBare(text);
  } else if (label === "abandon") reading.abandon = true;
  else if (label === "decline_reason") reading.declined = true;
  else if (label !== "reason" && found.margin >= leastMargin(label, situation))
    reading.acts.push({ ...act(label, text), guessed: true, because: isRequestKind(label) ? explaining(parts) : [] });
  if (reading.loose === "" && reading.except === "") reading.loose = text;
}

/** While one thing is open, another kind of request is said in so many words; a thing alone belongs to what is open. */
const leastMargin = (label: Label, { openKinds }: Situation): number =>
  isRequestKind(label) && openKinds.length > 0 && !openKinds.includes(label) ? SURE_MARGIN : GUESS_MARGIN;

/** Which clauses of a request without a verb say why: those that tell what is wrong. */
const explaining = (parts: Clause[]): string[] => parts.map(({ text }) => text).filter((text) => DEFECT.test(text));

const isBare = (text: string): boolean => text.length <= (isHan(text) ? 8 : 24);

const REPLIES: readonly Label[] = ["yes", "no", "abandon", "reason", "decline_reason"];

/** Replies are only expected where something was asked; and there, what asks nothing back is one. */
function labelsFor({ state, asked }: Situation, text: string): readonly Label[] {
  if (state === "COLLECT" && asked.includes("reason") && !ASKS.test(text))
    return REPLIES.filter((label) => label !== "abandon");
  if (state === "COLLECT" && asked.length > 0)
    return ASKS.test(text) ? [...REPLIES, "question", "order_status", "out_of_scope"] : REPLIES;
  if (state === "COLLECT" || state === "CONFIRM") return LABELS.filter((label) => label !== "decline_reason");
  return LABELS.filter((label) => !REPLIES.includes(label));
}

/** Margins as probabilities, from the cross-validated accuracy at each margin. */
const confidenceOf = ({ margin }: Guess): number => Math.min(1, 0.5 + margin);
