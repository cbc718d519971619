/** What a personal datum is replaced by. Part of the contract: pages, prompts and the vault know these words. */
export const LABELS = [
  "[national-id]",
  "[bank-card]",
  "[mobile]",
  "[landline]",
  "[phone]",
  "[passport]",
  "[email]",
  "[address]",
  "[plate]",
] as const;
export type PiiLabel = (typeof LABELS)[number];

/** A stretch of the text as it was typed: `from` inclusive, `to` exclusive, in UTF-16 units. */
export interface PiiSpan {
  from: number;
  to: number;
  label: PiiLabel;
}

/** A stretch of the folded text that a recogniser took for personal. */
export interface Found {
  start: number;
  end: number;
  label: PiiLabel;
  /** Its own words say what it is, so that an order number of the same shape is not meant. */
  announced?: true;
}

/** Groups of digits that stand together: "138 1234-5678" is three. Read by every recogniser of numbers. */
export interface DigitWindow {
  digits: string;
  groups: string[];
  /** What stands between the groups, one fewer than there are groups. */
  separators: string[];
  /** The last characters in front of it, lower case, for cue words. */
  before: string;
  /** A hyphen ties it to letters or digits in front of it, as inside an order number. */
  tiedBefore: boolean;
  /** A hyphen or point and a digit follow. */
  tiedAfter: boolean;
}
