import { readKnowledgeFiles } from "../knowledge/files.ts";
import type { KnowledgeEntry, KnowledgeEntryDoc } from "../knowledge/types.ts";
import type { Source, SourceContext } from "./source.ts";
import { dayOf, finished, reviewedEntries, within } from "./source.ts";
import type { Basis, TrainingRecord } from "./types.ts";

/** An article's answer begins with its heading, which is the question. */
const withoutHeading = ({ kind, answer }: KnowledgeEntry): string =>
  kind === "section" ? answer.replace(/^\*\*.*\*\*\n/, "").trim() : answer;

/**
 * What the reviewed wordings of an entry may be used on, its first one apart: what was accepted as the shop's own question and answer
 * is the shop's, but other wordings of a mined entry, or of one that closed a gap, are customers' words as they typed them.
 */
export async function wordingsBasis(
  { consent, options }: SourceContext,
  entry: KnowledgeEntryDoc,
): Promise<Basis | null> {
  if (entry.origin.by === "written") return "shop";
  return entry.origin.by === "mined" ? consent.logs : consent.sessions(options.tenant, entry.origin.sessions);
}

function recordOf(
  { pseudonym, options: { licence } }: SourceContext,
  entry: KnowledgeEntry,
  nth: number,
  { saidIn = [], ...more }: Pick<TrainingRecord, "source" | "basis" | "reviewedBy" | "date"> & { saidIn?: string[] },
): TrainingRecord {
  return {
    ...{ ...more, id: pseudonym(more.source, `${entry.id}#${nth}`), locale: entry.locale, intent: "question", licence },
    groups: [`entry:${entry.id}`, ...saidIn.map((session) => `session:${session}`)],
    prompt: [{ role: "user", content: entry.alternatives[nth - 1] ?? entry.question }],
    answer: withoutHeading(entry),
  };
}

/** Each wording of each reviewed, live entry with its answer. */
export const entrySource: Source = async function* (context) {
  for await (const entry of reviewedEntries(context, "live")) {
    const basis = entry.alternatives.length > 0 ? await wordingsBasis(context, entry) : "shop";
    const wordings = basis === null ? 0 : entry.alternatives.length;
    context.leaveOut("consent", entry.alternatives.length - wordings);
    for (let nth = 0; nth <= wordings; nth++)
      yield* finished(
        context,
        recordOf(context, entry, nth, {
          source: "entry",
          basis: nth === 0 ? "shop" : (basis ?? "shop"),
          reviewedBy: context.pseudonym("reviewer", entry.updatedBy),
          date: dayOf(entry.updatedAt),
          ...(entry.origin.by === "gap" ? { saidIn: entry.origin.sessions } : {}),
        }),
      );
  }
};

/** The shop's own articles and pairs, but for those that the tenant replaced or took away. */
export const fileSource: Source = async function* (context) {
  const { knowledge, options } = context;
  if (options.files === null) return;
  for (const { entry, updatedAt } of await readKnowledgeFiles(options.files)) {
    if (!within(updatedAt, options) || (await isReplaced(entry.id))) continue;
    for (let nth = 0; nth <= entry.alternatives.length; nth++)
      yield* finished(
        context,
        recordOf(context, entry, nth, { source: "file", basis: "shop", reviewedBy: null, date: dayOf(updatedAt) }),
      );
  }

  async function isReplaced(id: string): Promise<boolean> {
    const own = await knowledge.get(options.tenant, id);
    return own !== null && own.status !== "draft";
  }
};
