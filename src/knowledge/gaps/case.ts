import type { Binary } from "mongodb";
import { localeOf } from "../../dialogue/locale.ts";
import type { Embedder } from "../../models/types.ts";
import type { Store } from "../../store/mongo.ts";
import type { Sealer } from "../../store/sealed.ts";
import { centre } from "../../understanding/vectors.ts";
import type { GapCase, KnowledgeGapDoc, KnowledgeLocale } from "../types.ts";
import { answerIn, bestAnswer, blocksAfter, questionIn, wordsBefore } from "./asked.ts";
import { keyOf } from "./change.ts";
import type { Asked } from "./cluster.ts";
import type { FoundCase } from "./find.ts";
import { openWords, orGone, sealWords } from "./words.ts";

export interface CaseDeps {
  store: Pick<Store, "messages" | "sessions">;
  sealer: Sealer;
  embedder: Embedder;
  /** Of the embedder's vectors: taken out, so that cosines spread. */
  mean: Float32Array;
}

async function vectorsOf({ embedder, mean }: CaseDeps, texts: string[]): Promise<Float32Array[]> {
  return texts.length === 0 ? [] : (await embedder.embed(texts)).map((vector) => centre(vector, mean));
}

export interface MadeCase {
  doc: GapCase;
  asked: Asked;
  locale: KnowledgeLocale;
}

/** With its words, and what an agent has answered; null when nothing was asked, or its customer is erased. */
export async function toCase(deps: CaseDeps, { seq, doubtful, ...found }: FoundCase): Promise<MadeCase | null> {
  const { store, sealer } = deps;
  const { sessionId } = found;
  const session = await store.sessions.findOne({ _id: sessionId }, { projection: { locale: 1 } });
  const said = session && (await wordsBefore(deps, sessionId, seq));
  const text = said ? questionIn(said, doubtful === true) : null;
  if (!session || text === null) return null;
  const [vector] = await vectorsOf(deps, [text]);
  if (!vector) return null;
  const question = { text, vector };
  const answer = await answerTo(deps, sessionId, seq, question);
  const sealed = await orGone(
    Promise.all([
      sealWords(sealer, sessionId, question),
      answer ? sealWords(sealer, sessionId, answer) : Promise.resolve(null),
    ]),
  );
  if (!sealed) return null;
  const [words, answered] = sealed;
  return {
    doc: { ...found, words, ...(answered ? { answer: answered } : {}) },
    asked: { question, answer },
    locale: localeOf(text, session.locale),
  };
}

async function answerTo(
  deps: CaseDeps,
  sessionId: string,
  seq: number,
  question: Asked["question"],
): Promise<Asked["answer"]> {
  const blocks = await blocksAfter(deps, sessionId, seq);
  const texts = blocks.flatMap((block) => answerIn(block) ?? []);
  const vectors = await vectorsOf(deps, texts);
  const candidates = texts.flatMap((text, index) => {
    const vector = vectors[index];
    return vector ? [{ text, vector }] : [];
  });
  return bestAnswer(question, candidates);
}

/** Agents have said all they will about a question by then. */
const ANSWERED_WITHIN_MS = 7 * 24 * 60 * 60 * 1_000;
/** Until then a conversation may still bring a better answer than the one that was found. */
const SETTLED_AFTER_MS = 24 * 60 * 60 * 1_000;

/** What agents have said to a gap's questions since it was looked at last, sealed, by case. */
export async function newAnswers(deps: CaseDeps, gap: KnowledgeGapDoc, now: Date): Promise<Map<string, Binary>> {
  const { store, sealer } = deps;
  const age = ({ at }: GapCase): number => now.getTime() - at.getTime();
  const waiting = gap.cases.filter(
    (one) => one.words && age(one) < (one.answer ? SETTLED_AFTER_MS : ANSWERED_WITHIN_MS),
  );
  const sessions = waiting.map(({ sessionId }) => sessionId);
  const spoken = new Set(await store.messages.distinct("sessionId", { sessionId: { $in: sessions }, role: "agent" }));
  const found = new Map<string, Binary>();
  for (const one of waiting.filter(({ sessionId }) => spoken.has(sessionId))) {
    const { sessionId, turn } = one;
    const question = one.words && (await openWords(sealer, one.words));
    const reply = await store.messages.findOne(
      { sessionId, turn, role: "assistant" },
      { sort: { seq: -1 }, projection: { seq: 1 } },
    );
    const answer = question && reply ? await answerTo(deps, sessionId, reply.seq, question) : null;
    const before = one.answer && (await openWords(sealer, one.answer));
    if (!answer || answer.text === before?.text) continue;
    const sealed = await orGone(sealWords(sealer, sessionId, answer));
    if (sealed) found.set(keyOf(one), sealed);
  }
  return found;
}
