import type { Collection, Filter } from "mongodb";
import type { EntryFlag, EntryStakes, EntryStatus, KnowledgeEntryDoc, KnowledgeLocale } from "./types.ts";

export interface EntryFilter {
  status?: EntryStatus;
  reviewed?: boolean;
  /** What waits for a reviewer: not retired, and either unreviewed or flagged. */
  waiting?: true;
  flag?: EntryFlag["kind"];
  stakes?: EntryStakes;
  locale?: KnowledgeLocale;
  /** Stands in the question, in another wording or in the answer; case doesn't matter. */
  text?: string;
  /** Id of the last entry of the page before. */
  after?: string;
  limit: number;
}

/** How a tenant's entries stand. */
export interface EntryCounts {
  live: number;
  draft: number;
  retired: number;
  /** As `EntryFilter.waiting` has it. */
  waiting: number;
  /** A person has decided on it. */
  reviewed: number;
}

const WAITING: Filter<KnowledgeEntryDoc> = {
  status: { $ne: "retired" },
  $or: [{ reviewed: false }, { flags: { $ne: [] } }],
};

/** The filter as MongoDB's, without its page. */
export function wanted({
  waiting,
  flag,
  text,
  ...plain
}: Omit<EntryFilter, "after" | "limit">): Filter<KnowledgeEntryDoc> {
  const all: Filter<KnowledgeEntryDoc>[] = [plain];
  if (waiting) all.push(WAITING);
  if (flag !== undefined) all.push({ "flags.kind": flag });
  if (text) all.push(saying(text));
  return { $and: all };
}

function saying(text: string): Filter<KnowledgeEntryDoc> {
  const found = { $regex: text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), $options: "i" };
  return { $or: [{ question: found }, { alternatives: found }, { answer: found }] };
}

export async function countEntries(entries: Collection<KnowledgeEntryDoc>, tenant: string): Promise<EntryCounts> {
  const count = (filter: Filter<KnowledgeEntryDoc>): Promise<number> =>
    entries.countDocuments({ $and: [{ tenant }, filter] });
  const [live, draft, retired, waiting, reviewed] = await Promise.all([
    count({ status: "live" }),
    count({ status: "draft" }),
    count({ status: "retired" }),
    count(WAITING),
    count({ reviewed: true, $or: [{ flags: [] }, { status: "retired" }] }),
  ]);
  return { live, draft, retired, waiting, reviewed };
}
