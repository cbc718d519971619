/** Entries of the knowledge as the API takes and gives them. */
import { z } from "zod";
import type { KnowledgeEntryDoc, KnowledgeVersionDoc } from "../knowledge/types.ts";
import { mask } from "../safety/mask.ts";

const QUESTION_MAX_CHARACTERS = 500;
const ANSWER_MAX_CHARACTERS = 6_000;
const ALTERNATIVES_MAX = 50;
const PAGE_MAX = 200;
const PAGE_DEFAULT = 50;

/** `zh/qa/free-shipping`, `en/returns#2`. */
const entryId = z.string().regex(/^(?:zh|en)\/[^\s?]{1,200}$/, "an entry's id, such as zh/qa/free-shipping");
export const entryParams = z.strictObject({ id: entryId });

const stakes = z.enum(["money", "medicine"]).nullable();
const locale = z.enum(["zh", "en"]);
const status = z.enum(["draft", "live", "retired"]);
const flagKind = z.enum(["contradiction", "stale", "few"]);

const PLACEHOLDER = /\[(?:mobile|landline|phone|national-id|bank-card|passport|plate|email|address)\]/;
const SECRET = /\[(?:national-id|bank-card|passport)\]/;

/** What everybody will read: no gap where a customer's data stood, and nobody's numbers. A shop's own telephone is its own. */
const published = (max: number) =>
  z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(max, `at most ${max} characters`)
    .refine((text) => !PLACEHOLDER.test(text), "holds a placeholder for personal data: write it without")
    .refine((text) => !SECRET.test(mask(text)), "holds an identity, passport or card number: leave it out");

export const content = z.strictObject({
  question: published(QUESTION_MAX_CHARACTERS),
  alternatives: z.array(published(QUESTION_MAX_CHARACTERS)).max(ALTERNATIVES_MAX).default([]),
  answer: published(ANSWER_MAX_CHARACTERS),
  stakes: stakes.default(null),
});
export const newEntry = content.extend({ locale });

/** The version that the reviewer saw: an entry that was changed meanwhile is not overwritten. */
const seen = z.int().min(1);
export const acceptance = content.partial().extend({ version: seen });
export const rejection = z.strictObject({ version: seen });
export const restoration = z.strictObject({ version: seen, to: seen });

const flag = z.enum(["true", "false"]).transform((text) => text === "true");
export const entryQuery = z.strictObject({
  status: status.optional(),
  reviewed: flag.optional(),
  waiting: z.literal("true").optional().describe("Unreviewed or flagged, and not retired"),
  flag: flagKind.optional(),
  stakes: stakes.unwrap().optional(),
  locale: locale.optional(),
  text: z.string().trim().min(1).max(200).optional(),
  after: entryId.optional().describe("The last id of the page before"),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
});

export const entry = z.object({
  id: z.string(),
  locale,
  kind: z.enum(["pair", "section"]),
  question: z.string(),
  alternatives: z.array(z.string()),
  answer: z.string(),
  source: z.string().nullable(),
  stakes,
  status,
  reviewed: z.boolean(),
  flags: z.array(z.object({ kind: flagKind, note: z.string() })),
  /** Where it came from: the logs, a gap, or somebody's pen. */
  origin: z.enum(["mined", "gap", "written"]),
  /** In how many conversations it was said. */
  conversations: z.int(),
  asked: z.int(),
  answeredAt: z.string().nullable(),
  version: z.int(),
  updatedAt: z.string(),
  updatedBy: z.string(),
});
export type Entry = z.infer<typeof entry>;

export const counts = z.object({
  live: z.int(),
  draft: z.int(),
  retired: z.int(),
  waiting: z.int(),
  reviewed: z.int(),
});

export function toEntry(doc: KnowledgeEntryDoc | KnowledgeVersionDoc): Entry {
  const { id, locale, kind, question, alternatives, answer, source, stakes, status, reviewed, flags } = doc;
  const { origin, asked, answeredAt, version, updatedAt, updatedBy } = doc;
  const said = origin.by === "mined" ? origin.conversations.length : origin.by === "gap" ? origin.sessions.length : 0;
  return {
    ...{ id, locale, kind, question, alternatives, answer, source, stakes, status, reviewed, flags },
    origin: origin.by,
    conversations: said,
    asked,
    answeredAt: answeredAt?.toISOString() ?? null,
    version,
    updatedAt: updatedAt.toISOString(),
    updatedBy,
  };
}

const gapStatus = z.enum(["open", "added", "dismissed"]);
/** `zh:1f3a5c7e9b0d`. */
export const gapParams = z.strictObject({ id: z.string().regex(/^(?:zh|en):[0-9a-f]{1,32}$/, "a gap's id") });
export const gapQuery = z.strictObject({ status: gapStatus.default("open") });

export const gap = z.object({
  id: z.string(),
  locale,
  status: gapStatus,
  question: z.string().describe("The wording nearest to all others"),
  wordings: z.array(z.object({ text: z.string(), times: z.int(), customers: z.int() })),
  draft: z.string().nullable().describe("From what agents answered; null when nobody has"),
  volume: z.int().describe("In how many conversations it was asked in vain: what an entry would have deflected"),
  asked: z.int().describe("How often"),
  why: z.object({ handoff: z.int(), "no-answer": z.int(), unhelpful: z.int() }),
  firstAt: z.string(),
  lastAt: z.string(),
  entry: z.string().nullable(),
  addedAt: z.string().nullable(),
  answered: z.int().describe("How often its entry has answered since"),
  deflected: z.int().describe("Of these, how often no person was needed and nobody called it unhelpful"),
  missed: z.int().describe("Asked in vain again since"),
});
export const gapCounts = z.object({ open: z.int(), added: z.int(), dismissed: z.int() });
