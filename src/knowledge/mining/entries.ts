import { createHash } from "node:crypto";
import { dot } from "../../understanding/vectors.ts";
import { entryStakes } from "../stakes.ts";
import type { EntryInput } from "../store.ts";
import { tellingWords } from "../telling-words.ts";
import type { EntryFlag, KnowledgeLocale } from "../types.ts";
import type { Cluster, Said } from "./said.ts";
import { countOf } from "./said.ts";
import { bestAnswer, settle } from "./settle.ts";

const ALTERNATIVES_MAX = 8;
const CONVERSATIONS_MAX = 20;
const ID_CHARACTERS = 12;
/** A question so far from what most ask may be another one. */
const NEAR_ENOUGH = 0.3;
const LONG_QUESTION = 60;
/** Answered more seldom than this it is one agent's word. */
const ENOUGH_ANSWERS = 2;
const NOTE_CHARACTERS = 120;

/** What the log gives for one question, before it has an id. */
export type Mined = Omit<EntryInput, "id"> & {
  /** Telling words of all its wordings: finds the entry it became when it was mined before. */
  wordings: Set<string>;
};

const newestOf = (said: readonly Said[]): number | null =>
  said.reduce<number | null>((newest, { times }) => Math.max(newest ?? 0, ...times.map((at) => at ?? 0)) || null, null);

/** A sentence as it would be printed. */
function sentence(text: string, locale: KnowledgeLocale, mark: string): string {
  if (locale === "zh") return text;
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return /[\p{L}\p{N})%]$/u.test(upper) ? upper + mark : upper;
}

/** The wording nearest to all others; the shorter one of two. */
function central({ members, q }: Cluster): Said | undefined {
  const score = ({ question, q: own, times }: Said): number =>
    dot(own, q) + 0.05 * Math.log2(times.length) - Math.max(0, question.length - LONG_QUESTION) / LONG_QUESTION;
  return [...members].sort((a, b) => score(b) - score(a) || (a.question < b.question ? -1 : 1))[0];
}

/** The most different wordings: each time the one that is furthest from those taken. */
function alternatives({ members, q }: Cluster, first: Said): string[] {
  const taken = [first];
  const words = new Set([tellingWords(first.question)]);
  let left = members.filter(({ q: own }) => dot(own, q) >= NEAR_ENOUGH);
  while (taken.length <= ALTERNATIVES_MAX) {
    left = left.filter(({ question }) => !words.has(tellingWords(question)));
    const nearness = (said: Said): number => Math.max(...taken.map(({ q: own }) => dot(own, said.q)));
    const next = left.reduce<Said | null>(
      (best, said) => (best && nearness(best) <= nearness(said) ? best : said),
      null,
    );
    if (next === null) break;
    taken.push(next);
    words.add(tellingWords(next.question));
  }
  return taken.slice(1).map(({ question }) => question);
}

/**
 * One entry of what agents answered to one question (P4): live when it is safe to answer with, else a draft for a person. Null when
 * no answer is free of personal data. `doubt`: what agents say to a question much like it. `newest`: the log's last message, ms.
 */
export function mined(
  cluster: Cluster,
  { locale, source, newest, doubt }: { locale: KnowledgeLocale; source: string; newest: number; doubt: Cluster | null },
): Mined | null {
  const settled = settle(cluster.members, newest);
  const answer = bestAnswer(settled.agreeing, newest);
  const question = central(cluster);
  if (answer === null || question === undefined) return null;
  const flags: EntryFlag[] = [...settled.flags];
  if (doubt !== null)
    flags.push({
      kind: "contradiction",
      note: `To "${doubt.members[0]?.question ?? ""}" agents say: ${doubt.members[0]?.answer.slice(0, NOTE_CHARACTERS) ?? ""}`,
    });
  const answered = settled.agreeing.reduce((sum, { times }) => sum + times.length, 0);
  const enough = answered >= ENOUGH_ANSWERS;
  if (!enough) flags.push({ kind: "few", note: "Only one agent's answer." });
  const stakes = entryStakes(
    cluster.members.map((said) => said.question),
    cluster.members.map((said) => said.answer),
  );
  const safe = stakes === null && settled.resolved && doubt === null && enough && !answer.hedged;
  const answeredAt = newestOf(settled.agreeing);
  return {
    ...{ locale, kind: "pair" as const, source: null, stakes, reviewed: false, flags },
    question: sentence(question.question, locale, "?"),
    alternatives: alternatives(cluster, question),
    answer: sentence(answer.answer, locale, "."),
    status: safe ? "live" : "draft",
    origin: {
      by: "mined",
      import: source,
      conversations: [...new Set(settled.agreeing.flatMap(({ conversations }) => conversations))].slice(
        0,
        CONVERSATIONS_MAX,
      ),
    },
    asked: countOf(cluster),
    answeredAt: answeredAt === null ? null : new Date(answeredAt),
    wordings: new Set(cluster.members.map((said) => tellingWords(said.question))),
  };
}

/** The same question gets the same id in any run. */
export function newId({ locale, question }: Mined, taken: ReadonlySet<string>): string {
  for (let more = 0; ; more++) {
    const hash = createHash("sha256")
      .update(JSON.stringify([tellingWords(question), more]))
      .digest("hex");
    const id = `${locale}/mined/${hash.slice(0, ID_CHARACTERS)}`;
    if (!taken.has(id)) return id;
  }
}
