import { placeholdersIn } from "./scrub.ts";
import type { LeftOut, Side, TrainingRecord } from "./types.ts";

type Counts = Record<string, number>;

/** What is in an export and what isn't, counted while it passes. */
export interface Tally {
  train: number;
  test: number;
  by: Record<"source" | "language" | "intent" | "basis" | "placeholder", Counts>;
  reviewers: Set<string>;
  /** Characters of prompts and answers: what training is paid by. */
  characters: number;
  /** YYYY-MM-DD; empty as long as there is nothing. */
  first: string;
  last: string;
  count(side: Side, record: TrainingRecord): void;
  leftOut: Partial<Record<LeftOut, number>>;
  leaveOut(why: LeftOut, count?: number): void;
}

const raise = (counts: Counts, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};

export function createTally(): Tally {
  const tally: Tally = {
    ...{ train: 0, test: 0, characters: 0, first: "", last: "", reviewers: new Set() },
    by: { source: {}, language: {}, intent: {}, basis: {}, placeholder: {} },
    leftOut: {},
    leaveOut(why, count = 1) {
      if (count > 0) tally.leftOut[why] = (tally.leftOut[why] ?? 0) + count;
    },
    count(side, { source, locale, intent, basis, reviewedBy, date, prompt, answer, rejected = "" }) {
      tally[side] += 1;
      raise(tally.by.source, source);
      raise(tally.by.language, locale);
      raise(tally.by.intent, intent ?? "not known");
      raise(tally.by.basis, basis);
      if (reviewedBy !== null) tally.reviewers.add(reviewedBy);
      if (tally.first === "" || date < tally.first) tally.first = date;
      if (date > tally.last) tally.last = date;
      const texts = [...prompt.map(({ content }) => content), answer, rejected];
      tally.characters += texts.reduce((sum, { length }) => sum + length, 0);
      for (const label of texts.flatMap(placeholdersIn)) raise(tally.by.placeholder, label);
    },
  };
  return tally;
}
