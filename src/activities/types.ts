import type { WindowEntry } from "../dialogue/hot-window.ts";
import type {
  ExecuteInput,
  ExecuteOutput,
  HandoffInput,
  HandoffView,
  OpenOutput,
  RespondInput,
  RespondOutput,
  SessionIdentity,
  UnderstandInput,
  UnderstandOutput,
  WriteAnswersInput,
  WrittenAnswer,
} from "../dialogue/session.ts";
import type { Dialogue, Understanding } from "../dialogue/types.ts";

/** What the archive's sweep asks for (T3). */
export interface ArchiveActivities {
  /** Tenants and hours (ms since the epoch) with sessions that are due, oldest first. */
  dueForArchive(): Promise<Array<{ tenant: string; hour: number }>>;
  /** Moves what became due in that hour; says how many sessions. */
  archiveHour(input: { tenant: string; hour: number }): Promise<number>;
  /** Days and months that are over and lie in several files. */
  dueForCompaction(): Promise<Array<{ tenant: string; level: "day" | "month"; period: string }>>;
  /** Makes them one; says how many files that replaced. Nothing is deleted before the new one can be read. */
  compactArchive(input: { tenant: string; level: "day" | "month"; period: string }): Promise<number>;
}

/** What the search for gaps in the knowledge asks for (P4). */
export interface GapActivities {
  gapTenants(): Promise<string[]>;
  /** Brings a tenant's gaps up to now; says what was new. */
  collectGaps(input: { tenant: string }): Promise<{ cases: number; opened: number; merged: number }>;
}

/** Everything a workflow may ask for. All are idempotent; failure types are dotted: `Model.Unavailable`. */
export interface Activities {
  /** Where an earlier workflow of this session left off. */
  openSession(identity: SessionIdentity): Promise<OpenOutput>;
  /** Patterns, examples and the shop's data; says when that doesn't settle it. */
  understand(input: UnderstandInput): Promise<UnderstandOutput>;
  /** The tiers in their order. Fails with `Model.Unavailable` when none answers (D7). */
  understandByModel(input: UnderstandInput): Promise<Understanding>;
  /** Words answers by a tier that writes, streamed to the customer as drafts; none where no tier could (M2). */
  writeAnswers(input: WriteAnswersInput): Promise<WrittenAnswer[]>;
  /** Executes confirmed actions, at most once each by idempotency key (beyond-list 4). */
  execute(input: ExecuteInput): Promise<ExecuteOutput>;
  /** Words, stores and publishes a turn's messages in one write, once by (session, seq). */
  respond(input: RespondInput): Promise<RespondOutput>;
  /** D6: hot moves to warm. `ended`: the session is over as well. */
  saveWarm(input: {
    identity: SessionIdentity;
    window: WindowEntry[];
    dialogue: Dialogue;
    turn: number;
    ended?: true;
  }): Promise<void>;
  /** Brings the desk's list up to date and takes ownership (beyond-list 1). */
  projectHandoff(input: {
    handoff: HandoffInput;
    view: HandoffView;
    epoch: number;
    summary?: string;
    version: number;
  }): Promise<void>;
}
