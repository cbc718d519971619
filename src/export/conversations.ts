import { noDrops, pairsOf } from "../knowledge/mining/pairs.ts";
import { passageOf, supports } from "../knowledge/support.ts";
import type { KnowledgeEntryDoc } from "../knowledge/types.ts";
import type { MessageDoc, SessionDoc } from "../store/mongo.ts";
import { openMessages } from "../store/sealed.ts";
import { jaccard, sketchOf } from "./alike.ts";
import type { Source, SourceContext } from "./source.ts";
import { between, dayOf, finished, orErased, reviewedEntries } from "./source.ts";
import { chatOf, MESSAGES_MAX } from "./turns.ts";

/** Conversations that an agent resolved, with the agent's words as what the assistant says. */
export const handoffSource: Source = async function* (context) {
  const { store, sealer, options, pseudonym, leaveOut } = context;
  const { tenant, licence, since, until } = options;
  const time = since || until ? { updatedAt: between(options) } : {};
  const resolved = store.handoffs.find({ tenant, status: "resolved", resolution: { $exists: true }, ...time });
  const seen = new Set<string>();
  for await (const { sessionId, resolution, intent, agent, updatedAt } of resolved.sort({ _id: 1 })) {
    if (seen.has(sessionId)) continue;
    seen.add(sessionId);
    const session = await permitted(context, sessionId);
    if (!session || !resolution || (await orErased(context, sealer.open<string>(resolution))) === null) continue;
    const messages = await messagesOf(context, sessionId, {});
    if (messages === null) continue;
    const chat = chatOf(messages);
    const last = chat.at(-1);
    if (!last) {
      leaveOut("unreadable");
      continue;
    }
    yield* finished(
      context,
      {
        ...{ id: pseudonym("handoff", sessionId), source: "handoff", intent, licence, basis: session.basis },
        locale: session.doc.locale,
        reviewedBy: agent ? pseudonym("reviewer", agent.id) : null,
        date: dayOf(updatedAt),
        groups: [`session:${sessionId}`],
        prompt: chat.slice(0, -1),
        answer: last.content,
      },
      await namesIn(context, session.doc, messages),
    );
  }
};

/** The session, when its customer's words may be learnt from; counted when not. */
export async function permitted({ store, consent, options, leaveOut }: SourceContext, sessionId: string) {
  const doc = await store.sessions.findOne({ _id: sessionId, tenant: options.tenant });
  if (!doc) {
    leaveOut("erased");
    return null;
  }
  const basis = await consent.session(doc);
  if (basis === null) {
    leaveOut("consent");
    return null;
  }
  return { doc, basis };
}

/** A session's messages in their order, at most `MESSAGES_MAX`; null when its customer was erased. */
export async function messagesOf(
  context: SourceContext,
  sessionId: string,
  seq: { before?: number; after?: number },
): Promise<MessageDoc[] | null> {
  const { before, after } = seq;
  const range = { ...(before === undefined ? {} : { $lt: before }), ...(after === undefined ? {} : { $gt: after }) };
  const found = await context.store.messages
    .find({ sessionId, ...(before === undefined && after === undefined ? {} : { seq: range }) })
    .sort({ seq: before === undefined ? 1 : -1 })
    .limit(MESSAGES_MAX)
    .toArray();
  if (before !== undefined) found.reverse();
  return orErased(context, openMessages(context.sealer, found));
}

/** The customer's and the agents', so that neither is learnt. */
export async function namesIn(
  { store }: SourceContext,
  { tenant, customerId }: SessionDoc,
  messages: readonly MessageDoc[],
): Promise<string[]> {
  const customer = customerId === null ? null : await store.customers.findOne({ tenant, id: customerId });
  return [...(customer ? [customer.name] : []), ...new Set(messages.flatMap(({ agent }) => agent?.name ?? []))];
}

/** Less alike than this the agent answered something else in the same conversation. */
const SAID_LIKENESS = 0.2;

/** What agents said in the logs that reviewed entries were mined from, as far as it is what was reviewed. */
export const logSource: Source = async function* (context) {
  const { store, consent, options, leaveOut } = context;
  for await (const entry of reviewedEntries(context, "live")) {
    if (entry.origin.by !== "mined") continue;
    const ids = entry.origin.conversations;
    if (consent.logs === null) {
      leaveOut("consent", ids.length);
      continue;
    }
    // Numbers of conversations may be the same in two files.
    const own = { tenant: options.tenant, locale: entry.locale, conversation: { $in: ids } };
    for await (const log of store.logConversations.find(own).sort({ _id: 1 })) {
      const said = saidIn(pairsOf(log, noDrops()), entry);
      if (!said) leaveOut("not-said");
      else
        yield* finished(context, {
          ...{ id: context.pseudonym("log", `${log._id}#${entry.id}`), source: "log", intent: "question" },
          ...{ locale: log.locale, licence: options.licence, basis: consent.logs },
          reviewedBy: context.pseudonym("reviewer", entry.updatedBy),
          date: dayOf(log.lastAt ?? entry.updatedAt),
          groups: [`entry:${entry.id}`, `log:${log._id}`],
          prompt: [{ role: "user", content: said.question }],
          answer: said.answer,
        });
    }
  }
};

/** The pair that says what the entry says, and nothing else: an agent's slip that was mended in review isn't learnt. */
function saidIn(pairs: ReturnType<typeof pairsOf>, entry: KnowledgeEntryDoc) {
  const passages = [passageOf(entry)];
  const answer = sketchOf(entry.answer);
  return pairs
    .map((pair) => ({ ...pair, likeness: jaccard(sketchOf(pair.answer), answer) }))
    .filter((pair) => !pair.hedged && pair.likeness >= SAID_LIKENESS && supports(pair.answer, passages).supported)
    .sort((a, b) => b.likeness - a.likeness)[0];
}
