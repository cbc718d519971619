import type { FindOptions } from "./pii/find.ts";
import { findPersonal } from "./pii/find.ts";
import type { PiiSpan } from "./pii/types.ts";

/** The text with each stretch replaced by its label; everything else as it was typed. */
export const replaced = (text: string, spans: readonly PiiSpan[]): string =>
  spans.reduceRight((masked, { from, to, label }) => masked.slice(0, from) + label + masked.slice(to), text);

/** Masks personal data by typed placeholders before anything durable sees them (P3). Masking again changes nothing. */
export const mask = (text: string, options: FindOptions = {}): string => replaced(text, findPersonal(text, options));
