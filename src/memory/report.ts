/** What can go wrong with the past; one word each, for logs and metrics. */
export type Trouble =
  /** A warm document can't be read. */
  | "warm-damaged"
  /** The store didn't answer while a customer waited. */
  | "warm-away"
  /** The index names an object or rows that aren't there. */
  | "cold-missing"
  /** A file's bytes are not what was written. */
  | "cold-damaged"
  /** S3 didn't answer while a customer waited. */
  | "cold-away"
  /** The sweep couldn't archive or compact; Temporal tries again. */
  | "sweep";

/** Tells operators; never throws. `details` hold ids, no words of customers. */
export type Report = (trouble: Trouble, error: unknown, details: Record<string, unknown>) => void;
