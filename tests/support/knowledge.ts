/** Entries as a reviewer or the miner puts them. */
import type { EntryInput } from "../../src/knowledge/store.ts";

/** A live, reviewed English pair, unless said otherwise. */
export const pair = (id: string, question: string, answer: string, more: Partial<EntryInput> = {}): EntryInput => ({
  id,
  locale: "en",
  kind: "pair",
  question,
  alternatives: [],
  answer,
  source: null,
  stakes: null,
  reviewed: true,
  status: "live",
  origin: { by: "written" },
  flags: [],
  asked: 0,
  answeredAt: null,
  ...more,
});
