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
