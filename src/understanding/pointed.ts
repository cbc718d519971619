import type { ItemRef, RequestKind } from "../commerce/types.ts";
import type { Line } from "./lines.ts";
import type { LooseNames } from "./loose-names.ts";
import type { Narrowing } from "./narrow.ts";
import type { Thesaurus } from "./thesaurus.ts";

/** What the words of one request point at, whether or not it can be requested. */
export interface Pointed {
  lines: Line[];
  /** All of them are meant. */
  all: boolean;
  /** Pieces of each line, when said. */
  quantity?: number;
  /** Pieces by line, when different ones are said: "two of the lamps and one of the mugs". */
  pieces?: Map<Line, number>;
  /** Named, but none of theirs. */
  unknown: string | null;
  /** How the lines were found, for engineers and for telling a name from a guess. */
  by: "number" | "name" | "option" | "loose" | "ordinal" | "other" | "pronoun" | "time" | "all" | "none";
}

export interface Scope extends Narrowing {
  lines: Line[];
  /** Whether a word has the shape of the shop's order numbers. */
  looksLikeOrder: (word: string) => boolean;
  /** What was offered to choose from, in that order. */
  offered: ItemRef[];
  /** Typing slips don't count: the words may be about something else. */
  exact?: boolean;
  /** What a verb alone is about, because the assistant just asked. */
  about: ItemRef[];
  /** What a proposal that waits for its answer is about. */
  proposed: ItemRef[];
  /** What the open requests are about, or was talked about last. */
  focus: ItemRef[];
  loose: LooseNames;
  thesaurus: Thesaurus;
  kind: RequestKind | null;
}
