import type { Locale } from "../api.ts";
import { createClient } from "../api.ts";

/** The knowledge part of the public HTTP contract. */

export type Status = "draft" | "live" | "retired";
export type Stakes = "money" | "medicine" | null;
export type FlagKind = "contradiction" | "stale" | "few";

export interface Entry {
  id: string;
  locale: Locale;
  question: string;
  alternatives: string[];
  answer: string;
  source: string | null;
  stakes: Stakes;
  status: Status;
  reviewed: boolean;
  flags: Array<{ kind: FlagKind; note: string }>;
  origin: "mined" | "gap" | "written";
  /** In how many conversations it was said. */
  conversations: number;
  asked: number;
  /** ISO 8601 */
  answeredAt: string | null;
  version: number;
  updatedAt: string;
  updatedBy: string;
}

export interface Counts {
  live: number;
  draft: number;
  retired: number;
  waiting: number;
  reviewed: number;
}

/** What a reviewer writes. */
export interface Content {
  question: string;
  alternatives: string[];
  answer: string;
  stakes: Stakes;
}

export interface EntryPage {
  entries: Entry[];
  counts: Counts;
  /** Where the next page begins; null at the end. */
  last: string | null;
}

export type GapStatus = "open" | "added" | "dismissed";

/** A question that customers ask in vain. */
export interface Gap {
  id: string;
  locale: Locale;
  status: GapStatus;
  question: string;
  wordings: Array<{ text: string; times: number; customers: number }>;
  draft: string | null;
  /** Conversations in which it was asked in vain. */
  volume: number;
  asked: number;
  why: Record<"handoff" | "no-answer" | "unhelpful", number>;
  /** ISO 8601 */
  firstAt: string;
  lastAt: string;
  entry: string | null;
  addedAt: string | null;
  answered: number;
  deflected: number;
  missed: number;
}

export interface GapPage {
  gaps: Gap[];
  counts: Record<GapStatus, number>;
}

export type KnowledgeApi = ReturnType<typeof createKnowledgeApi>;

/** All that the page asks of the server, with one person's token. */
export function createKnowledgeApi(token: string, baseUrl = "") {
  const { json } = createClient(baseUrl);
  const entry = (id: string, action: string) => `/v1/knowledge/entries/${encodeURIComponent(id)}/${action}`;
  const gap = (id: string, action = "") => `/v1/knowledge/gaps/${encodeURIComponent(id)}${action}`;
  return {
    gaps: (status: GapStatus) => json<GapPage>("GET", `/v1/knowledge/gaps?status=${status}`, token),
    gap: (id: string) => json<Gap>("GET", gap(id), token),
    addGap: (id: string, content: Content) => json<Entry>("POST", gap(id, "/add"), token, content),
    dismissGap: (id: string) => json<Gap>("POST", gap(id, "/dismiss"), token),
    reopenGap: (id: string) => json<Gap>("POST", gap(id, "/reopen"), token),
    collectGaps: () => json<unknown>("POST", "/v1/knowledge/gaps/collect", token),
    entries: (query: Record<string, string>) =>
      json<EntryPage>("GET", `/v1/knowledge/entries?${new URLSearchParams(query)}`, token),
    versions: (id: string) =>
      json<{ versions: Entry[] }>("GET", entry(id, "versions"), token).then(({ versions }) => versions),
    create: (content: Content & { locale: Locale }) => json<Entry>("POST", "/v1/knowledge/entries", token, content),
    accept: (id: string, version: number, edited: Partial<Content> = {}) =>
      json<Entry>("POST", entry(id, "accept"), token, { version, ...edited }),
    reject: (id: string, version: number) => json<Entry>("POST", entry(id, "reject"), token, { version }),
    restore: (id: string, version: number, to: number) =>
      json<Entry>("POST", entry(id, "restore"), token, { version, to }),
  };
}
