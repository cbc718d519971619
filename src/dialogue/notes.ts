import type { ItemRef } from "../commerce/types.ts";
import type { OpenRequest, Say } from "./types.ts";

/**
 * What of a turn must outlive its words in the hot window, by rule: the slots of what is open, what was decided, what was
 * promised. One line each; what stands before the colon is what it is about, so that a newer line replaces an older one.
 */
export const notesOf = (says: Say[], open: OpenRequest[]): string[] => [
  ...open
    .filter(({ items, reason, wantedText }) => items.length > 0 || reason !== null || wantedText !== null)
    .map(slots),
  ...says.flatMap(decided),
];

const item = ({ orderId, line, quantity }: ItemRef): string =>
  `${orderId}/${line}${quantity === undefined ? "" : ` ×${quantity}`}`;

function slots({ id, kind, items, reason, exchangeFor, wantedText }: OpenRequest): string {
  const wanted = exchangeFor.flatMap((options) => (options ? Object.values(options).join(" ") : []));
  const parts = [...items.map(item), ...(reason === null ? [] : [`because ${reason}`])];
  if (wanted.length > 0) parts.push(`for ${wanted.join(", ")}`);
  else if (wantedText !== null) parts.push(`for ${wantedText}`);
  return `${kind} no. ${id}: ${parts.join(", ")}`;
}

function decided(say: Say): string[] {
  switch (say.key) {
    case "done":
      return say.results.map(({ action, ok, why }) => {
        const items = action.items.map(({ line, quantity }) =>
          item({ orderId: action.orderId, line, ...(quantity === undefined ? {} : { quantity }) }),
        );
        return `${action.kind} action ${action.number}: ${ok ? "done" : `not done (${why})`} ${items.join(", ")}`;
      });
    case "status":
      return say.orders.length > 0 ? [`asked about: ${say.orders.join(", ")}`] : [];
    case "callback":
      return ["a call-back: promised"];
    case "holding":
    case "handedOff":
      return ["a person: fetched"];
    case "returnedToBot":
      return [`agent's note: ${say.summary}`];
    default:
      return [];
  }
}
