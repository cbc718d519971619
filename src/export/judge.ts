/** Which records are the same, which mean the same, and which side of the split each is on. */
import { createHash } from "node:crypto";
import { claimsOf } from "../knowledge/claims.ts";
import type { KnowledgeLocale } from "../knowledge/types.ts";
import type { Sketch } from "./alike.ts";
import { createAlikeIndex, jaccard, sketchOf } from "./alike.ts";
import type { Side, TrainingRecord } from "./types.ts";

/** Questions this much alike are taken for one question: never on both sides. */
const SAME_QUESTION = 0.6;
/** Answers this much alike, unless they are short, answer one question. */
const SAME_ANSWER = 0.8;
const ANSWER_TRIGRAMS_MIN = 20;
/** Question and answer each this much alike, with the same numbers and negations: one record. */
const SAME_RECORD = 0.85;

/** What is kept of a record in memory: about 400 bytes, whatever its length. */
interface Kept {
  prompt: Sketch;
  answer: Sketch;
  rejected: Sketch;
  claims: string;
  locale: KnowledgeLocale;
  groups: string[];
}

const NEGATIONS = /[不没无未别]|\bno\b|\bnot\b|\bcannot\b|n['’]t\b|\bnever\b|\bwithout\b/giu;

/** What must be equal in two that are the same: their numbers with what they count, and how often they say no. */
const claimed = (texts: string[]): string =>
  createHash("sha256")
    .update(
      JSON.stringify(
        texts.map((text) => [
          text.normalize("NFKC").match(/\d+(?:\.\d+)?/g),
          claimsOf(text).map(({ value, unit }) => [value, unit]),
          text.match(NEGATIONS)?.length,
        ]),
      ),
    )
    .digest("base64")
    .slice(0, 16);

export function createJudge({ seed, testShare }: { seed: number; testShare: number }) {
  const all: Kept[] = [];
  return {
    /** To be called once a record, in an order that is always the same: of two alike the first stays. */
    see({ prompt, answer, rejected = "", locale, groups }: TrainingRecord): void {
      const asked = prompt.map(({ content }) => content).join("\n");
      all.push({
        prompt: sketchOf(asked),
        answer: sketchOf(answer),
        rejected: sketchOf(rejected),
        claims: claimed([asked, answer, rejected]),
        locale,
        groups,
      });
    },
    /** By the order in which records were seen; null for the same as an earlier one. */
    decide(): Array<Side | null> {
      const { same, groups } = compare(all);
      const test = testGroups(all, same, groups, { seed, testShare });
      return all.map((_, index) => (same[index] ? null : test.has(groups.of(index)) ? "test" : "train"));
    },
  };
}

function compare(all: readonly Kept[]): { same: boolean[]; groups: Unions } {
  const groups = createUnions(all.length);
  const named = new Map<string, number>();
  const prompts = createAlikeIndex(
    all.map(({ prompt }) => prompt),
    SAME_QUESTION,
  );
  const answers = createAlikeIndex(
    all.map(({ answer }) => answer),
    SAME_ANSWER,
  );
  const same: boolean[] = [];
  for (const [index, record] of all.entries()) {
    for (const name of record.groups) {
      const first = named.get(name);
      if (first === undefined) named.set(name, index);
      else groups.unite(first, index);
    }
    const asked = prompts.add(index);
    for (const other of asked) groups.unite(other.index, index);
    const answered = answers.add(index);
    if (record.answer.length >= ANSWER_TRIGRAMS_MIN) for (const other of answered) groups.unite(other.index, index);
    same.push(
      asked.some((other) => other.likeness >= SAME_RECORD && !same[other.index] && isSame(record, all[other.index])),
    );
  }
  return { same, groups };
}

/** Whether two whose questions are alike are one record: "within 7 days" and "within 14 days" aren't. */
const isSame = (record: Kept, other: Kept | undefined): boolean =>
  other !== undefined &&
  record.claims === other.claims &&
  jaccard(record.answer, other.answer) >= SAME_RECORD &&
  jaccard(record.rejected, other.rejected) >= SAME_RECORD;

/** The groups of the test side: drawn by the seed, language by language, as many as fit the share. */
function testGroups(
  all: readonly Kept[],
  same: readonly boolean[],
  groups: Unions,
  { seed, testShare }: { seed: number; testShare: number },
): Set<number> {
  const drawn = new Map<number, { name: string; size: number; locale: KnowledgeLocale }>();
  for (const [index, { groups: names, locale }] of all.entries()) {
    const group = drawn.get(groups.of(index)) ?? { name: names[0] ?? "", size: 0, locale };
    for (const name of names) if (name < group.name) group.name = name;
    if (!same[index]) group.size += 1;
    drawn.set(groups.of(index), group);
  }
  const order = [...drawn].map(([root, group]) => ({
    ...group,
    root,
    place: createHash("sha256")
      .update(JSON.stringify([seed, group.name]))
      .digest("hex"),
  }));
  order.sort((a, b) => (a.place < b.place ? -1 : 1));
  const chosen = new Set<number>();
  for (const locale of new Set(all.map((record) => record.locale))) {
    const own = order.filter((group) => group.locale === locale);
    let left = Math.round(testShare * own.reduce((sum, { size }) => sum + size, 0));
    for (const { root, size } of own)
      if (size > 0 && size <= left) {
        chosen.add(root);
        left -= size;
      }
  }
  return chosen;
}

interface Unions {
  unite(a: number, b: number): void;
  /** The group's number: the same for all of it. */
  of(index: number): number;
}

function createUnions(size: number): Unions {
  const parents = Uint32Array.from({ length: size }, (_, index) => index);
  const of = (index: number): number => {
    let at = index;
    for (let parent = parents[at] ?? at; parent !== at; parent = parents[at] ?? at) {
      parents[at] = parents[parent] ?? parent;
      at = parents[at] ?? at;
    }
    return at;
  };
  return {
    of,
    unite(a, b) {
      const [one, other] = [of(a), of(b)];
      // The earlier one leads, so that the order of comparing doesn't matter.
      parents[Math.max(one, other)] = Math.min(one, other);
    },
  };
}
