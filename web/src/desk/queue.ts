import type { Handoff, HandoffStatus } from "../api.ts";

/** How the queue is arranged. Pure, so that order and grouping are tested without a browser. */

export const openStatuses: HandoffStatus[] = ["waiting", "active", "callback"];
export const closedStatuses: HandoffStatus[] = ["resolved", "returned"];

export type GroupName = "waiting" | "mine" | "others" | "callback";
export interface Group {
  name: GroupName;
  handoffs: Handoff[];
}

export const isWaiting = (handoff: Handoff) => handoff.status === "waiting";
export const isClosed = (handoff: Handoff) => handoff.status === "resolved" || handoff.status === "returned";
/** Only an active handoff has an owner. */
export const isMine = (handoff: Handoff, agentId: string) =>
  handoff.status === "active" && handoff.agent?.id === agentId;
export const isClaimable = (handoff: Handoff) => isWaiting(handoff) || handoff.status === "callback";

const oldestFirst = (a: Handoff, b: Handoff) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id);

/** Who waits longest stands first; then what is mine, what colleagues have, and callbacks. Empty groups are left out. */
export function groups(handoffs: Handoff[], agentId: string): Group[] {
  const sorted = [...handoffs].sort(oldestFirst);
  const all: Group[] = [
    { name: "waiting", handoffs: sorted.filter(isWaiting) },
    { name: "mine", handoffs: sorted.filter((handoff) => isMine(handoff, agentId)) },
    { name: "callback", handoffs: sorted.filter((handoff) => handoff.status === "callback") },
    { name: "others", handoffs: sorted.filter((handoff) => handoff.status === "active" && !isMine(handoff, agentId)) },
  ];
  return all.filter((group) => group.handoffs.length > 0);
}

/** The handoff `step` places after the selected one, in the order shown; the ends hold. */
export function neighbour(shown: Handoff[], selectedId: string | null, step: 1 | -1): Handoff | undefined {
  const at = shown.findIndex((handoff) => handoff.id === selectedId);
  if (at < 0) return step === 1 ? shown[0] : shown.at(-1);
  return shown[Math.min(shown.length - 1, Math.max(0, at + step))];
}

/** The last thing said, whichever way the server puts it. */
export function lastText(handoff: Handoff): string {
  const last = handoff.lastMessage;
  return (typeof last === "string" ? last : last?.text) ?? handoff.summary ?? "";
}
