import { isRequestKind } from "../commerce/types.ts";
import type { Act, Understanding } from "../dialogue/types.ts";
import type { Stakes } from "../models/types.ts";
import type { Line } from "./lines.ts";
import { MEDICINE } from "./medicine.ts";
import { nameGroups } from "./names.ts";
import type { Ground } from "./point.ts";
import { linesOf } from "./point.ts";

/**
 * What hangs on a turn before it is understood: what its words name, or what is open (M3, M6). `highValue` is the amount, in the
 * order's currency, from which goods are of high value.
 */
export function stakesOf(at: Ground, highValue: number): Stakes {
  const named = (nameGroups(at.text, at.lines, at.thesaurus) ?? []).flat();
  const open = linesOf(
    at,
    at.dialogue.open.flatMap((request) => request.items),
  );
  const lines = named.length > 0 ? named : open;
  if (MEDICINE.test(at.text) || lines.some(isMedicine)) return "medicine";
  if (lines.some(({ item }) => item.price * item.quantity >= highValue)) return "high-value";
  return at.dialogue.open.length > 0 || named.length > 0 ? "money" : "normal";
}

const isMedicine = ({ product, item }: Line): boolean => MEDICINE.test(`${product?.category ?? ""} ${item.name}`);

/**
 * M6: a question about medicine that no reviewed entry answers is a person's, however sure its reading is: what nobody has reviewed
 * doesn't answer it (knowledge/layer.ts), and "we don't know" may be read as "it's harmless".
 */
export function isUnansweredMedicine({ acts }: Understanding, stakesNow: () => Stakes): boolean {
  // Read as none of the shop's business: in a shop without medicine nobody asks, and in one with it somebody should look.
  const open = acts.some(
    (act) => act.intent === "out_of_scope" || (act.intent === "question" && act.answers.length === 0),
  );
  return open && stakesNow() === "medicine";
}

/**
 * M6: less sure than the threshold, a request about medicine or goods of high value is a person's, and so is a question about
 * medicine. Other money is gated where it moves: by a yes in so many words to a proposal that names it (docs/decisions/0007).
 */
export function isUnsure({ acts, confidence }: Understanding, threshold: number, stakesNow: () => Stakes): boolean {
  // Most turns are sure, and what hangs on them takes a look through every name of theirs.
  if (confidence >= threshold) return false;
  const stakes = stakesNow();
  if (stakes === "normal" || stakes === "money") return false;
  const weighs = (act: Act): boolean =>
    isRequestKind(act.intent) || (stakes === "medicine" && act.intent === "question");
  return acts.some(weighs);
}
