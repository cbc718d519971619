import type { HandoffStatus, Message, Person, SessionView } from "../api.ts";
import type { OutboxItem } from "./outbox.ts";

export type Connection = "idle" | "connecting" | "live" | "gone";

export interface HandoffView {
  id: string;
  status: HandoffStatus;
  agent?: Person | null;
}

export interface Snapshot {
  messages: Message[];
  outbox: OutboxItem[];
  connection: Connection;
  /** False until the first messages of a stored session are here. */
  loaded: boolean;
  /** Messages after this seq arrived while the reader was watching. */
  liveFromSeq: number;
  view: SessionView | null;
  handoff: HandoffView | null;
  /** The whole text so far of the reply being generated. */
  draft: string | null;
  typing: boolean;
  sessionId: string | null;
}

/** Before anything is known or said. */
export const nothingYet: Snapshot = {
  messages: [],
  outbox: [],
  connection: "idle",
  loaded: true,
  liveFromSeq: 0,
  view: null,
  handoff: null,
  draft: null,
  typing: false,
  sessionId: null,
};

type OpenHandoff = HandoffView & { status: Exclude<HandoffStatus, "resolved" | "returned"> };

export function isOpen(handoff: HandoffView | null): handoff is OpenHandoff {
  return handoff !== null && handoff.status !== "resolved" && handoff.status !== "returned";
}
