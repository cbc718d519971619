import type { Understanding } from "./types.ts";

/** A turn in which nothing was said: what is heard is put over it. */
export const SILENCE: Understanding = {
  acts: [],
  answer: null,
  hedged: false,
  mention: null,
  relation: "plain",
  reason: null,
  declined: false,
  wanted: null,
  eligible: {},
  facts: [],
  refusal: null,
  understood: true,
  tier: "",
  confidence: 1,
};
