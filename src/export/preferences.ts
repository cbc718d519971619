import type { KnowledgeEntryDoc, KnowledgeVersionDoc } from "../knowledge/types.ts";
import { folded } from "./alike.ts";
import { messagesOf, namesIn, permitted } from "./conversations.ts";
import type { Source, SourceContext } from "./source.ts";
import { between, dayOf, finished, reviewedEntries } from "./source.ts";
import { alternating, firstAnswer } from "./turns.ts";
import type { TrainingRecord, Turn } from "./types.ts";

/** Of one entry; the newest ones. */
const VERSIONS_MAX = 4;
const CANDIDATES = 5;
const CONTEXT_TURNS_MAX = 5;

type Worded = Pick<KnowledgeVersionDoc, "question" | "alternatives">;
const wordings = ({ question, alternatives }: Worded): string[] => [question, ...alternatives].map(folded);
/** An answer to another question was not a worse one to this. */
function sharesWording(a: Worded, b: Worded): boolean {
  const known = new Set(wordings(a));
  return wordings(b).some((wording) => known.has(wording));
}

/** What a reviewed answer was before somebody edited it, and mined answers that were rejected where another one was accepted. */
export const versionSource: Source = async function* (context) {
  const { knowledge, options, leaveOut } = context;
  for await (const entry of reviewedEntries(context, "live")) {
    const versions = await knowledge.versions(options.tenant, entry.id);
    for (const version of worse(context, entry, versions)) yield* finished(context, pair(context, entry, version));
  }
  for await (const rejected of reviewedEntries(context, "retired")) {
    const filter = { status: "live", reviewed: true, text: rejected.question, limit: CANDIDATES } as const;
    const found = await knowledge.list(options.tenant, filter);
    const better = found.find(
      (entry) => sharesWording(entry, rejected) && folded(entry.answer) !== folded(rejected.answer),
    );
    if (better) yield* finished(context, pair(context, better, rejected));
    else leaveOut("no-better");
  }
};

/** What a person replaced by another answer to the same question, each answer once. Between two runs of the miner nobody judged. */
function worse(
  { leaveOut }: SourceContext,
  entry: KnowledgeEntryDoc,
  versions: readonly KnowledgeVersionDoc[],
): KnowledgeVersionDoc[] {
  const known = new Set([folded(entry.answer)]);
  const found: KnowledgeVersionDoc[] = [];
  for (const [index, version] of versions.entries()) {
    const by = versions[index - 1];
    if (!by?.reviewed || by.answer === version.answer) continue;
    const answer = folded(version.answer);
    if (answer === folded(by.answer)) leaveOut("unchanged");
    else if (!sharesWording(entry, version)) leaveOut("other-question");
    else if (!known.has(answer) && found.length < VERSIONS_MAX) found.push(version);
    known.add(answer);
  }
  return found;
}

function pair(
  { pseudonym, options: { licence } }: SourceContext,
  chosen: KnowledgeEntryDoc,
  rejected: KnowledgeVersionDoc,
): TrainingRecord {
  return {
    ...{
      id: pseudonym("version", `${rejected.id}#${rejected.version}`),
      source: "version",
      intent: "question",
      licence,
    },
    ...{ locale: chosen.locale, basis: "shop", reviewedBy: pseudonym("reviewer", chosen.updatedBy) },
    date: dayOf(chosen.updatedAt),
    groups: [...new Set([`entry:${chosen.id}`, `entry:${rejected.id}`])],
    prompt: [{ role: "user", content: chosen.question }],
    answer: chosen.answer,
    rejected: rejected.answer,
  };
}

/** Replies that customers judged unhelpful, and what an agent answered instead. */
export const feedbackSource: Source = async function* (context) {
  const { store, options } = context;
  const { tenant, since, until } = options;
  const time = since || until ? { at: between(options) } : {};
  for await (const { sessionId, seq, at } of store.feedback
    .find({ tenant, helpful: false, ...time })
    .sort({ _id: 1 })) {
    const session = await permitted(context, sessionId);
    const before = session && (await messagesOf(context, sessionId, { before: seq }));
    const after = before && (await messagesOf(context, sessionId, { after: seq - 1 }));
    if (!session || !after) continue;
    const [reply, ...rest] = after;
    const prompt = contextOf(before);
    const better = firstAnswer(rest);
    if (
      reply?.seq !== seq ||
      reply.role !== "assistant" ||
      !better ||
      prompt.length === 0 ||
      folded(better.text) === folded(reply.text)
    ) {
      context.leaveOut("no-better");
      continue;
    }
    yield* finished(
      context,
      {
        ...{ id: context.pseudonym("feedback", `${sessionId}:${seq}`), source: "feedback", intent: "question" },
        ...{ locale: session.doc.locale, licence: options.licence, basis: session.basis },
        reviewedBy: better.agent === null ? null : context.pseudonym("reviewer", better.agent),
        date: dayOf(at),
        groups: [`session:${sessionId}`],
        prompt,
        answer: better.text,
        rejected: reply.text,
      },
      await namesIn(context, session.doc, [...before, ...after]),
    );
  }
};

/** What was said up to the question, the bot's words too: they are read, not learnt. */
function contextOf(messages: ReadonlyArray<{ role: string; text: string }>): Turn[] {
  const turns = alternating(
    messages.flatMap(({ role, text }): Turn[] =>
      role === "system" || text.trim() === ""
        ? []
        : [{ role: role === "customer" ? "user" : "assistant", content: text }],
    ),
  );
  // Of several messages of one reply the first ones are no turn of their own.
  if (turns.at(-1)?.role === "assistant") turns.pop();
  return alternating(turns.slice(-CONTEXT_TURNS_MAX));
}
