import type { EntryInput, KnowledgeStore } from "../store.ts";
import { tellingWords } from "../telling-words.ts";
import type { EntryFlag, KnowledgeEntryDoc } from "../types.ts";
import type { Mined } from "./entries.ts";
import { newId } from "./entries.ts";
import { conflicts, factsOf } from "./facts.ts";

/** Who the miner is among those who change entries. */
export const MINER = "import";
/** Who flags what people wrote: never to be taken for the miner's own entry. */
const FLAGGER = "import-flags";
const PAGE = 500;
const NOTE_CHARACTERS = 120;

export interface Reconciled {
  /** Entries that are new or different now. */
  changed: number;
  /** Left as people made them. */
  kept: number;
  /** Reviewed ones that the logs contradict now. */
  flaggedStale: number;
  /** The miner's own ones that its logs don't give any more. */
  retired: number;
}

async function existingOf(knowledge: KnowledgeStore, tenant: string): Promise<KnowledgeEntryDoc[]> {
  const all: KnowledgeEntryDoc[] = [];
  for (;;) {
    const after = all.at(-1)?.id;
    const page = await knowledge.list(tenant, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    all.push(...page);
    if (page.length < PAGE) return all.filter(({ origin }) => origin.by === "mined");
  }
}

const wordingsOf = ({ question, alternatives }: KnowledgeEntryDoc): string[] =>
  [question, ...alternatives].map(tellingWords);

/** A person has reviewed, edited, retired or drafted it. */
const isPeoples = ({ reviewed, updatedBy }: KnowledgeEntryDoc): boolean => reviewed || updatedBy !== MINER;

/** To each mined question the entry it became before: the one with which it shares most wordings. Larger ones choose first. */
function matched(mined: readonly Mined[], existing: readonly KnowledgeEntryDoc[]): Map<Mined, KnowledgeEntryDoc> {
  const byWording = new Map<string, KnowledgeEntryDoc[]>();
  for (const entry of existing)
    for (const wording of new Set(wordingsOf(entry)))
      byWording.set(`${entry.locale} ${wording}`, [...(byWording.get(`${entry.locale} ${wording}`) ?? []), entry]);
  const found = new Map<Mined, KnowledgeEntryDoc>();
  const used = new Set<KnowledgeEntryDoc>();
  for (const one of [...mined].sort((a, b) => b.asked - a.asked)) {
    const votes = new Map<KnowledgeEntryDoc, number>();
    for (const wording of one.wordings)
      for (const entry of byWording.get(`${one.locale} ${wording}`) ?? [])
        if (!used.has(entry)) votes.set(entry, (votes.get(entry) ?? 0) + 1);
    const [best] = [...votes].sort(([a, x], [b, y]) => y - x || (a.id < b.id ? -1 : 1));
    if (best === undefined) continue;
    found.set(one, best[0]);
    used.add(best[0]);
  }
  return found;
}

/** What agents say now, when that is newer than what the entry rests on and different. */
function staleness(entry: KnowledgeEntryDoc, now: Mined): EntryFlag | null {
  const newer = (now.answeredAt?.getTime() ?? 0) > (entry.answeredAt?.getTime() ?? 0);
  if (entry.status !== "live" || !newer) return null;
  if (conflicts(factsOf(entry.answer), factsOf(now.answer)).length === 0) return null;
  return {
    kind: "stale",
    note: `${now.answeredAt?.toISOString().slice(0, 10) ?? ""}: agents say now: ${now.answer.slice(0, NOTE_CHARACTERS)}`,
  };
}

/**
 * Writes what was mined: known questions keep their ids, unreviewed entries follow the logs, and what people reviewed, edited or
 * retired stays as it is; a flag tells them when the logs say otherwise now. `conversations`: ids of those that were read.
 */
export async function reconcile(
  knowledge: KnowledgeStore,
  tenant: string,
  mined: readonly Mined[],
  conversations: ReadonlySet<string>,
): Promise<Reconciled> {
  const existing = await existingOf(knowledge, tenant);
  const known = matched(mined, existing);
  const taken = new Set(existing.map(({ id }) => id));
  const result: Reconciled = { changed: 0, kept: 0, flaggedStale: 0, retired: 0 };
  const inputs: EntryInput[] = [];
  for (const one of mined) {
    const { wordings: _, ...entry } = one;
    const before = known.get(one);
    if (before && isPeoples(before)) {
      result.kept++;
      const flag = staleness(before, one);
      if (flag === null || before.flags.some(({ note }) => note === flag.note)) continue;
      await knowledge.put(tenant, { ...before, flags: [...before.flags, flag] }, FLAGGER);
      result.flaggedStale++;
      continue;
    }
    const id = before?.id ?? newId(one, taken);
    taken.add(id);
    inputs.push({ id, ...entry });
  }
  result.changed = (await knowledge.putMany(tenant, inputs, MINER)).changed;
  result.retired = await retireOrphans(knowledge, tenant, existing, new Set(known.values()), conversations);
  return result;
}

/** Own entries that the same conversations don't give any more: part of another, or taken for small talk now. Not those whose logs are gone. */
async function retireOrphans(
  knowledge: KnowledgeStore,
  tenant: string,
  existing: readonly KnowledgeEntryDoc[],
  used: ReadonlySet<KnowledgeEntryDoc>,
  conversations: ReadonlySet<string>,
): Promise<number> {
  const orphans = existing.filter(
    (entry) =>
      !used.has(entry) &&
      !isPeoples(entry) &&
      entry.status !== "retired" &&
      entry.origin.by === "mined" &&
      entry.origin.conversations.every((id) => conversations.has(id)),
  );
  for (const { id } of orphans) await knowledge.setStatus(tenant, id, "retired", MINER);
  return orphans.length;
}
