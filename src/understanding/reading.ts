import type { Relation } from "../dialogue/types.ts";
import type { Intent } from "../models/types.ts";
import { ADD, CORRECT, ONLY, OTHER_ONE } from "./cues.ts";

/** One request as the words state it, before anything is looked up. */
export interface ReadAct {
  intent: Intent;
  /** The clauses with the verb. */
  cue: string;
  /** Everything said of it. */
  text: string;
  /** Clauses that are neither verb nor thing: why. */
  because: string[];
  relation: Relation;
  /** Said of items that are not meant: "keep the rest". */
  except: string;
  /** No verb said so: the examples took it for this, and what the shop knows of the goods may know better. */
  guessed?: true;
  /** Nothing but masked personal data. */
  personal?: true;
}

export interface Reading {
  acts: ReadAct[];
  /** Clauses that belong to no act. */
  loose: string;
  answer: "yes" | "no" | null;
  /** The acts are a model's reading. */
  byModel?: true;
  hedged: boolean;
  abandon: boolean;
  declined: boolean;
  relation: Relation;
  except: string;
  injection: boolean;
  /** The examples take it for a reason. */
  explains: boolean;
  /** How sure, 0..1, and whether a cue decided it. */
  confidence: number;
}

export const act = (intent: Intent, text: string): ReadAct => ({
  intent,
  cue: text,
  text,
  because: [],
  relation: relationOf(text),
  except: "",
});

export function relationOf(text: string): Relation {
  if (CORRECT.test(text) || OTHER_ONE.test(text)) return "correct";
  if (ADD.test(text)) return "add";
  if (ONLY.test(text)) return "only";
  return "plain";
}
