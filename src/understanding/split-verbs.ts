import { kindOf } from "./roles.ts";
import type { Clause } from "./text.ts";

/** "Tripod back and bag cancelled", "A退了，B取消": two verbs, two requests. */
export function splitVerbs(part: Clause): Clause[] {
  const at = part.text.search(AND);
  if (at <= 0) return [part];
  const left = part.text.slice(0, at).trim();
  const right = part.text.slice(at).replace(AND, "").trim();
  const [one, other] = [kindOf(left), kindOf(right)];
  if (one === null || other === null || one === other) return [part];
  return [
    { ...part, text: left, asks: false },
    { ...part, text: right },
  ];
}
const AND = /\s+(?:and|but)\s+|(?:并且|而且|然后|同时|还有)/;
