/** One turn of an earlier conversation, or one decision of it, to be told again. */
export interface Told {
  /** ms since the epoch */
  at: number;
  /** The customer's words; empty where only the outcome is told. */
  said: string;
  replied: string;
}
