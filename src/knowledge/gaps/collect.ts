import { randomBytes } from "node:crypto";
import type { Store } from "../../store/mongo.ts";
import type { Sealer } from "../../store/sealed.ts";
import type { GapCase, KnowledgeLocale } from "../types.ts";
import type { CaseDeps, MadeCase } from "./case.ts";
import { newAnswers, toCase } from "./case.ts";
import { changeCases, keyOf } from "./change.ts";
import type { Asked } from "./cluster.ts";
import { belonging, bestGroup, COMPARED_MAX } from "./cluster.ts";
import { recountEffects } from "./effect.ts";
import type { FoundCase } from "./find.ts";
import { findCases } from "./find.ts";
import { inTurn } from "./turn.ts";
import { openWords } from "./words.ts";

export interface CollectDeps extends CaseDeps {
  store: Store;
  now: () => Date;
  /** Called now and then: it is still at work. */
  beat?: () => void;
}

export interface Collected {
  /** New questions in vain. */
  cases: number;
  /** Gaps that are new, and that grew into another one. */
  opened: number;
  merged: number;
}

/** Older questions are nobody's gap any more, and what was sealed a moment before the last run is looked for again. */
const KEPT_MS = 90 * 24 * 60 * 60 * 1_000;
const OVERLAP_MS = 5 * 60 * 1_000;
/** The largest are compared with; a new question that is like a smaller one opens a gap beside it until that grows. */
const GROUPS_MAX = 1_000;
const GAP_ID_BYTES = 6;

/** A gap with what its newest cases say. */
interface Group {
  id: string;
  locale: KnowledgeLocale;
  open: boolean;
  volume: number;
  members: Asked[];
  changed: boolean;
}

/**
 * Brings a tenant's gaps up to now: what was asked in vain since the last run joins the gap it belongs to or opens one; what agents have
 * answered meanwhile is put beside it; gaps that turn out to be one become one; and what added entries have answered is counted. Cut
 * off and run again, it ends up the same: a case is one by (session, turn).
 * @throws UnderWayError when another run is at it
 */
export function collectGaps(deps: CollectDeps, tenant: string): Promise<Collected> {
  const { store, beat } = deps;
  return inTurn(store, tenant, (alive) =>
    collect(deps, tenant, async () => {
      beat?.();
      await alive();
    }),
  );
}

/** Called now and then; rejects when the work is no longer this run's. */
type Beat = () => Promise<void>;

async function collect(deps: CollectDeps, tenant: string, beat: Beat): Promise<Collected> {
  const { store, now } = deps;
  const started = now();
  const oldest = new Date(started.getTime() - KEPT_MS);
  const mark = await store.knowledgeMarks.findOne({ _id: tenant });
  const since = new Date(Math.max(oldest.getTime(), (mark?.at?.getTime() ?? 0) - OVERLAP_MS));
  const found = await findCases(store, tenant, since, started);
  await forgetHelpful(store, tenant, found.helpful);
  const groups = await loadGroups(deps, tenant, beat);
  const fresh = await withoutKnown(store, tenant, found.cases);
  const collected: Collected = { cases: 0, opened: 0, merged: 0 };
  for (const one of fresh) {
    await beat();
    const made = await toCase(deps, one);
    if (!made) continue;
    collected.cases += 1;
    if (await place(deps, tenant, groups, made)) collected.opened += 1;
  }
  await putAnswersBeside(deps, tenant, groups, beat);
  collected.merged = await mergeGrown(deps, groups);
  await recountEffects(store, tenant);
  await store.knowledgeMarks.updateOne({ _id: tenant }, { $set: { at: found.until } });
  return collected;
}

/** The newest first: what is compared and shown. */
async function membersOf(sealer: Sealer, cases: readonly GapCase[]): Promise<Asked[]> {
  const opened = await Promise.all(
    cases
      .filter(({ words }) => words)
      .slice(0, COMPARED_MAX)
      .map(async ({ words, answer }) => {
        const question = words ? await openWords(sealer, words) : null;
        return question && { question, answer: answer ? await openWords(sealer, answer) : null };
      }),
  );
  return opened.filter((member) => member !== null);
}

async function loadGroups(deps: CollectDeps, tenant: string, beat: Beat): Promise<Group[]> {
  const groups: Group[] = [];
  const docs = deps.store.knowledgeGaps.find({ tenant }).sort({ volume: -1 }).limit(GROUPS_MAX);
  for await (const { _id: id, locale, status, volume, cases } of docs) {
    await beat();
    groups.push({
      id,
      locale,
      open: status === "open",
      volume,
      members: await membersOf(deps.sealer, cases),
      changed: false,
    });
  }
  return groups;
}

/** What isn't a case of any gap yet; one that has become a handoff is raised to it. */
async function withoutKnown(store: Store, tenant: string, found: FoundCase[]): Promise<FoundCase[]> {
  const fresh: FoundCase[] = [];
  for (const one of found) {
    const { sessionId, turn, why } = one;
    const gap = await store.knowledgeGaps.findOne({ tenant, cases: { $elemMatch: { sessionId, turn } } });
    if (!gap) fresh.push(one);
    else if (why === "handoff")
      await changeCases(store, gap._id, (cases) =>
        cases.map((known) => (known.sessionId === sessionId && known.turn === turn ? { ...known, why } : known)),
      );
  }
  return fresh;
}

/** @returns whether it opened a gap */
async function place({ store }: CollectDeps, tenant: string, groups: Group[], made: MadeCase): Promise<boolean> {
  const { doc, asked, locale } = made;
  const group = bestGroup(
    asked,
    groups.filter((candidate) => candidate.locale === locale),
  );
  if (group && (await changeCases(store, group.id, (cases) => [doc, ...cases]))) {
    group.members = [asked, ...group.members].slice(0, COMPARED_MAX);
    group.volume += 1; // at most: it only decides which of two that are one stays
    group.changed = true;
    return false;
  }
  const id = `${tenant}:${locale}:${randomBytes(GAP_ID_BYTES).toString("hex")}`;
  const empty = { status: "open", entry: null, addedAt: null, answered: 0, deflected: 0 } as const;
  await store.knowledgeGaps.insertOne({ _id: id, tenant, locale, cases: [doc], volume: 1, ...empty });
  groups.push({ id, locale, open: true, volume: 1, members: [asked], changed: true });
  return true;
}

/** What agents have said since, beside the questions that nobody had answered. */
async function putAnswersBeside(deps: CollectDeps, tenant: string, groups: Group[], beat: Beat): Promise<void> {
  const { store, now } = deps;
  const byId = new Map(groups.map((group) => [group.id, group]));
  for await (const gap of store.knowledgeGaps.find({ tenant, status: "open" })) {
    await beat();
    const found = await newAnswers(deps, gap, now());
    if (found.size === 0) continue;
    await changeCases(store, gap._id, (cases) =>
      cases.map((one) => {
        const answer = found.get(keyOf(one));
        return answer ? { ...one, answer } : one;
      }),
    );
    const group = byId.get(gap._id);
    const newest = await store.knowledgeGaps.findOne({ _id: gap._id });
    if (!group || !newest) continue;
    group.members = await membersOf(deps.sealer, newest.cases);
    group.changed = true;
  }
}

/** A gap that is like a larger one, now that more is known, joins it. */
async function mergeGrown({ store }: CollectDeps, groups: Group[]): Promise<number> {
  let merged = 0;
  const alive = new Set(groups);
  for (const group of groups.filter(({ changed, open }) => changed && open)) {
    const others = [...alive].filter(
      (other) =>
        other !== group && other.locale === group.locale && (other.open ? other.volume >= group.volume : false),
    );
    const into = others.find((other) => meanFit(group.members, other.members) >= 0);
    if (!into || !alive.has(group)) continue;
    const gap = await store.knowledgeGaps.findOne({ _id: group.id, status: "open" });
    // First into the larger one: cut off here, the next run finds the same cases in both, and one of them goes.
    if (!gap || !(await changeCases(store, into.id, (cases) => [...gap.cases, ...cases]))) continue;
    await store.knowledgeGaps.deleteOne({ _id: group.id, status: "open" });
    into.members = [...group.members, ...into.members].slice(0, COMPARED_MAX);
    into.volume += group.volume;
    alive.delete(group);
    merged += 1;
  }
  return merged;
}

const meanFit = (members: readonly Asked[], others: readonly Asked[]): number =>
  members.length === 0 || others.length === 0
    ? Number.NEGATIVE_INFINITY
    : members.reduce((sum, member) => sum + belonging(member, others), 0) / members.length;

/** An answer that helped after all was no question in vain. */
async function forgetHelpful(
  store: Store,
  tenant: string,
  helpful: ReadonlyArray<{ sessionId: string; turn: number }>,
): Promise<void> {
  for (const { sessionId, turn } of helpful) {
    const gap = await store.knowledgeGaps.findOne({
      tenant,
      cases: { $elemMatch: { sessionId, turn, why: "unhelpful" } },
    });
    if (gap)
      await changeCases(store, gap._id, (cases) =>
        cases.filter((one) => !(one.sessionId === sessionId && one.turn === turn && one.why === "unhelpful")),
      );
  }
  await store.knowledgeGaps.deleteMany({ tenant, status: "open", cases: { $size: 0 } });
}
