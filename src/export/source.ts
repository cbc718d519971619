/** What all sources of training records share. */
import type { KnowledgeStore } from "../knowledge/store.ts";
import type { EntryStatus, KnowledgeEntryDoc } from "../knowledge/types.ts";
import { KeyDestroyedError } from "../safety/keys/keyring.ts";
import type { Store } from "../store/mongo.ts";
import type { Sealer } from "../store/sealed.ts";
import type { Consent } from "./consent.ts";
import type { Scrub } from "./scrub.ts";
import type { ExportOptions, LeftOut, TrainingRecord } from "./types.ts";

export interface SourceContext {
  store: Store;
  knowledge: KnowledgeStore;
  sealer: Sealer;
  options: ExportOptions;
  consent: Consent;
  scrub: Scrub;
  /** A keyed hash: the same for the same id, and nobody finds the id by it. */
  pseudonym(kind: string, id: string): string;
  leaveOut(why: LeftOut, count?: number): void;
}

export type Source = (context: SourceContext) => AsyncGenerator<TrainingRecord>;

const PAGE = 500;
const CHARACTERS_MAX = 16_000;

/** Reviewed entries of a status, page by page, asked most first. */
export async function* reviewedEntries(
  { knowledge, options: { tenant, since, until } }: SourceContext,
  status: EntryStatus,
): AsyncGenerator<KnowledgeEntryDoc> {
  let after: string | undefined;
  do {
    const filter = { status, reviewed: true, limit: PAGE };
    const page = await knowledge.list(tenant, after === undefined ? filter : { ...filter, after });
    for (const entry of page) if (within(entry.updatedAt, { since, until })) yield entry;
    after = page.length === PAGE ? page.at(-1)?.id : undefined;
  } while (after !== undefined);
}

export const within = (at: Date | null, { since, until }: Pick<ExportOptions, "since" | "until">): boolean =>
  at === null ? since === null && until === null : (since === null || at >= since) && (until === null || at < until);

/** As a filter of the database. */
export const between = ({ since, until }: Pick<ExportOptions, "since" | "until">): { $gte?: Date; $lt?: Date } => ({
  ...(since ? { $gte: since } : {}),
  ...(until ? { $lt: until } : {}),
});

export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** Null, and counted, for what sealed words can't be opened any more. */
export async function orErased<T>({ leaveOut }: SourceContext, opened: Promise<T>): Promise<T | null> {
  try {
    return await opened;
  } catch (error) {
    if (!(error instanceof KeyDestroyedError)) throw error;
    leaveOut("erased");
    return null;
  }
}

/** The record with its texts scrubbed; nothing, and counted, when it is too long to learn from. */
export function* finished(
  context: SourceContext,
  record: TrainingRecord,
  names: string[] = [],
): Generator<TrainingRecord> {
  const { scrub, leaveOut } = context;
  const texts = [...record.prompt.map(({ content }) => content), record.answer, record.rejected ?? ""];
  if (texts.reduce((sum, { length }) => sum + length, 0) > CHARACTERS_MAX) return leaveOut("long");
  yield {
    ...record,
    prompt: record.prompt.map(({ role, content }) => ({ role, content: scrub(content, names) })),
    answer: scrub(record.answer, names),
    ...(record.rejected === undefined ? {} : { rejected: scrub(record.rejected, names) }),
  };
}
