import type { Embedder } from "../../models/types.ts";
import type { Store } from "../../store/mongo.ts";
import { centre, meanOf } from "../../understanding/vectors.ts";
import type { KnowledgeStore } from "../store.ts";
import type { KnowledgeLocale } from "../types.ts";
import { createTextVectors } from "../vectors.ts";
import { BACKGROUND } from "./background.ts";
import { coherence, withoutStockClauses, wordCoherence } from "./clauses.ts";
import { clustersOf } from "./cluster.ts";
import type { Mined } from "./entries.ts";
import { mined } from "./entries.ts";
import { factsOf } from "./facts.ts";
import { doubtful } from "./merge.ts";
import type { Drops, LogPair } from "./pairs.ts";
import { noDrops, pairsOf } from "./pairs.ts";
import type { Reconciled } from "./reconcile.ts";
import { reconcile } from "./reconcile.ts";
import type { Said } from "./said.ts";
import { splitByWord } from "./settle.ts";
import { COHERENT, withoutStock } from "./stock.ts";

export interface MineProgress {
  phase: "reading" | "embedding" | "grouping";
  done: number;
  total: number;
}

export interface MineOptions {
  store: Pick<Store, "logConversations" | "knowledgeVectors">;
  knowledge: KnowledgeStore;
  embedder: Embedder;
  tenant: string;
  onProgress?: (progress: MineProgress) => void;
}

/** What mining found; counts. */
export interface MineReport extends Reconciled {
  conversations: number;
  messages: number;
  /** Questions with their answers, before equal ones become one. */
  pairs: number;
  dropped: Drops;
  /** Rare wordings that were left out because there are too many. */
  leftOut: number;
  /** Mined entries by what became of them. */
  live: number;
  waiting: number;
  stakes: { money: number; medicine: number };
  flagged: { contradiction: number; stale: number; few: number };
}

/** Vectors of so many wordings and answers fit into half a gigabyte. */
const SAID_MAX = 80_000;
/** Answers to the same question share words at least so far (mean cosine, rare words weighing more). */
const WORDS_COHERENT = 0.1;
const LOCALES: readonly KnowledgeLocale[] = ["zh", "en"];

type Unplaced = Omit<Said, "q" | "a" | "facts">;

interface Read {
  said: Map<KnowledgeLocale, Map<string, Unplaced>>;
  conversations: number;
  messages: number;
  pairs: number;
  dropped: Drops;
  newest: number;
  sources: Set<string>;
  /** Of the conversations. */
  ids: Set<string>;
}

function keep(found: Read, { locale, question, answer, at, conversation, hedged }: LogPair): void {
  const all = found.said.get(locale) ?? new Map<string, Unplaced>();
  found.said.set(locale, all);
  const key = `${question.toLowerCase()}\0${answer.toLowerCase()}`;
  const said = all.get(key) ?? { question, answer, times: [], conversations: [], hedged };
  said.times.push(at);
  said.conversations.push(conversation);
  all.set(key, said);
}

/** Conversation by conversation: only the pairs stay in memory. */
async function read({ store, tenant, onProgress }: MineOptions): Promise<Read> {
  const total = await store.logConversations.countDocuments({ tenant });
  const found: Read = {
    said: new Map(),
    ...{
      conversations: 0,
      messages: 0,
      pairs: 0,
      dropped: noDrops(),
      newest: 0,
      sources: new Set<string>(),
      ids: new Set<string>(),
    },
  };
  for await (const conversation of store.logConversations.find({ tenant }).sort({ _id: 1 })) {
    const pairs = pairsOf(conversation, found.dropped);
    for (const pair of pairs) keep(found, pair);
    found.conversations++;
    found.messages += conversation.messages.length;
    found.pairs += pairs.length;
    found.newest = Math.max(found.newest, conversation.lastAt?.getTime() ?? 0);
    found.sources.add(conversation.source);
    found.ids.add(conversation.conversation);
    onProgress?.({ phase: "reading", done: found.conversations, total });
  }
  return found;
}

/** What is said most comes first; the order decides which wordings lead, so it is always the same. */
const inOrder = (said: Iterable<Unplaced>): Unplaced[] =>
  [...said].sort((a, b) => b.times.length - a.times.length || (a.question + a.answer < b.question + b.answer ? -1 : 1));

async function withVectors(
  said: Unplaced[],
  locale: KnowledgeLocale,
  options: MineOptions,
  progress: (done: number) => void,
): Promise<Said[]> {
  const vectors = createTextVectors(options.store, options.embedder);
  const background = BACKGROUND[locale];
  let before = 0;
  const of = async (texts: string[], general: string[]): Promise<Map<string, Float32Array>> => {
    const unique = [...new Set(texts)];
    const raw = await vectors.of([...unique, ...general], (done) => progress(before + done));
    const mean = meanOf(raw);
    before += unique.length;
    return new Map(unique.map((text, index) => [text, centre(raw[index] ?? mean, mean)]));
  };
  const asked = plainQuestions(said);
  const qs = await of(
    asked.map(({ question }) => question),
    background.questions,
  );
  const told = plainAnswers(asked, qs);
  const as = await of(
    told.map(({ answer }) => answer),
    background.answers,
  );
  const none = new Float32Array(options.embedder.dimensions);
  return told.map((one) => ({
    ...one,
    facts: factsOf(one.answer),
    q: qs.get(one.question) ?? none,
    a: as.get(one.answer) ?? none,
  }));
}

/** Without clauses that stand in questions of all kinds: by the words of the answers. */
function plainQuestions(said: readonly Unplaced[]): Unplaced[] {
  const shared = wordCoherence(said.map(({ answer }) => answer));
  const plain = withoutStockClauses(
    said.map(({ question, answer }) => ({ text: question, partner: answer })),
    (answers) => shared(answers) >= WORDS_COHERENT,
  );
  return together(said.map((one) => ({ ...one, question: plain.get(one.question) ?? one.question })));
}

/** The same for answers: by the meaning of the questions. */
function plainAnswers(said: readonly Unplaced[], qs: ReadonlyMap<string, Float32Array>): Unplaced[] {
  const plain = withoutStockClauses(
    said.map(({ question, answer }) => ({ text: answer, partner: question })),
    (questions) => coherence(questions.flatMap((text) => qs.get(text) ?? [])) >= COHERENT,
  );
  return together(said.map((one) => ({ ...one, answer: plain.get(one.answer) ?? one.answer })));
}

/** Equal questions with equal answers are one again. */
function together(said: readonly Unplaced[]): Unplaced[] {
  const all = new Map<string, Unplaced>();
  for (const one of said) {
    const key = `${one.question.toLowerCase()}\0${one.answer.toLowerCase()}`;
    const known = all.get(key);
    if (known === undefined) all.set(key, { ...one, times: [...one.times], conversations: [...one.conversations] });
    else {
      known.times.push(...one.times);
      known.conversations.push(...one.conversations);
    }
  }
  return inOrder(all.values());
}

/** A language's questions, grouped and answered. */
function grouped(said: Said[], locale: KnowledgeLocale, { newest, sources }: Read): Mined[] {
  const clusters = clustersOf(withoutStock(said)).flatMap((cluster) => splitByWord(cluster, newest));
  const doubts = doubtful(clusters);
  const source = [...sources].sort().join(", ");
  return clusters.flatMap(
    (cluster, index) => mined(cluster, { locale, source, newest, doubt: doubts.get(index) ?? null }) ?? [],
  );
}

/**
 * Makes knowledge of the tenant's imported logs (P4): pairs of questions and answers, paraphrases grouped, the agents' best answer
 * each. Running it again updates what it made before. Rejects when database or embedder fail; nothing is half-written then but for
 * entries, of which each one stands for itself.
 */
export async function mineLogs(options: MineOptions): Promise<MineReport> {
  const found = await read(options);
  const { conversations, messages, pairs, dropped } = found;
  const all: Mined[] = [];
  let leftOut = 0;
  const texts = LOCALES.map((locale) => inOrder(found.said.get(locale)?.values() ?? []));
  const total = texts.reduce((sum, said) => sum + Math.min(SAID_MAX, said.length) * 2, 0);
  let before = 0;
  for (const [index, locale] of LOCALES.entries()) {
    const said = (texts[index] ?? []).slice(0, SAID_MAX);
    leftOut += (texts[index]?.length ?? 0) - said.length;
    const tell = (done: number): void => options.onProgress?.({ phase: "embedding", done: before + done, total });
    if (said.length === 0) continue;
    const placed = await withVectors(said, locale, options, tell);
    before += said.length * 2;
    options.onProgress?.({ phase: "grouping", done: index, total: LOCALES.length });
    all.push(...grouped(placed, locale, found));
  }
  options.onProgress?.({ phase: "grouping", done: LOCALES.length, total: LOCALES.length });
  const written = await reconcile(options.knowledge, options.tenant, all, found.ids);
  const count = (test: (entry: Mined) => boolean): number => all.filter(test).length;
  const flagged = (kind: string): number => count(({ flags }) => flags.some((flag) => flag.kind === kind));
  return {
    ...written,
    ...{ conversations, messages, pairs, dropped, leftOut },
    live: count(({ status }) => status === "live"),
    waiting: count(({ status }) => status === "draft"),
    stakes: {
      money: count(({ stakes }) => stakes === "money"),
      medicine: count(({ stakes }) => stakes === "medicine"),
    },
    flagged: { contradiction: flagged("contradiction"), stale: flagged("stale"), few: flagged("few") },
  };
}
