/** The vocabulary of knowledge (P4): what the parts that import, mine, review, search and export agree on. Types only. */
import type { Binary } from "mongodb";

export type KnowledgeLocale = "zh" | "en";
/** A pair's answer stands on its own; a section is a part of an article. */
export type EntryKind = "pair" | "section";
/** Only live entries answer. A draft waits for its review; a retired one is kept for its history. */
export type EntryStatus = "draft" | "live" | "retired";
/** What hangs on an answer: nothing that nobody reviewed answers these (M6). */
export type EntryStakes = "money" | "medicine";

/** Why somebody should look at an entry before trusting it. */
export interface EntryFlag {
  /** `contradiction`: agents said different things; `stale`: an older answer, or one with a price or date; `few`: seen once or twice only. */
  kind: "contradiction" | "stale" | "few";
  /** For the reviewer: the other answer, the date, as one sentence. */
  note: string;
}

/** One question and its answer, as it is searched, worded and cited. */
export interface KnowledgeEntry {
  /** Unique within its tenant: `zh/returns#2`, `zh/qa/free-shipping`, `zh/mined/1f3a…`, `zh/gap/…`. */
  id: string;
  locale: KnowledgeLocale;
  kind: EntryKind;
  question: string;
  /** Other wordings of the question. */
  alternatives: string[];
  answer: string;
  /** Title of the article it stands in. */
  source: string | null;
  stakes: EntryStakes | null;
  /** A person has accepted it: files of the shop are, mined pairs aren't until their review. */
  reviewed: boolean;
}

/** Where an entry came from. */
export type EntryOrigin =
  | { by: "mined"; import: string; conversations: string[] }
  | { by: "gap"; gap: string; sessions: string[] }
  | { by: "written" };

/**
 * An entry in MongoDB, one a tenant and id; the shop's own files (KNOWLEDGE_DIR) are a layer below and aren't in it. Every change
 * raises `version` by one, keeps the old one in `knowledgeVersions` and gets the tenant's next `revision`, by which workers find
 * what changed since they last looked. Written by src/knowledge/store.ts only.
 */
export interface KnowledgeEntryDoc extends KnowledgeEntry {
  /** `tenant:id` */
  _id: string;
  tenant: string;
  status: EntryStatus;
  origin: EntryOrigin;
  flags: EntryFlag[];
  /** How often it was asked in the logs, or by customers who got no answer. */
  asked: number;
  /** When agents last answered it, or null where nobody did. */
  answeredAt: Date | null;
  version: number;
  revision: number;
  updatedAt: Date;
  /** Subject of whoever changed it last; `import` for the miner. */
  updatedBy: string;
}

/** A version of an entry, the newest one too. Only ever added to; unique by (tenant, id, version) and by (tenant, revision). */
export type KnowledgeVersionDoc = Omit<KnowledgeEntryDoc, "_id">;

/** Up to which revision a tenant's entries are what its versions say. */
export interface KnowledgeHeadDoc {
  /** The tenant. */
  _id: string;
  revision: number;
}

/** A text's vector, made once; by embedder, so that another embedder makes its own. */
export interface KnowledgeVectorDoc {
  /** SHA-256 of embedder id, a zero byte and the text, hex. */
  _id: string;
  /** Signed 8-bit integers, one a dimension; the largest is 127. */
  vector: Uint8Array;
}

/** One message of an imported log; personal data is masked before it is made (P3). */
export interface LogMessage {
  /** From the file, or `row-N`: importing the same one again changes nothing. */
  id: string;
  role: "customer" | "agent" | "bot" | "system";
  text: string;
  /** ms since the epoch; null where the file has none. */
  at: number | null;
}

/** One conversation between a customer and human agents, out of another system. */
export interface LogConversationDoc {
  /** `tenant:source:conversation` */
  _id: string;
  tenant: string;
  /** The import it is from. */
  source: string;
  conversation: string;
  locale: KnowledgeLocale;
  messages: LogMessage[];
  /** The newest message, for "the agents' latest answer". */
  lastAt: Date | null;
  /** Raised by an import that added messages; the miner takes up what changed. */
  touchedAt: Date;
}

/** How far an import came: the same command goes on from here. One a file (by its bytes), tenant, source and map of columns. */
export interface LogImportDoc {
  /** SHA-256 of tenant, source, the file's digest and how it is read, hex. */
  _id: string;
  tenant: string;
  source: string;
  /** The file's name without its folder. */
  file: string;
  /** SHA-256 of the file's bytes, hex. */
  digest: string;
  /** Items (rows, lines, entries) in the file, and how many of them are done. */
  items: number;
  done: number;
  /** How many bytes of the report on bad rows belong to what is done. */
  reportBytes: number;
  counts: LogImportCounts;
  startedAt: Date;
  finishedAt: Date | null;
}

export interface LogImportCounts {
  /** New conversations, new messages; messages that were there already; without text, or private notes. */
  conversations: number;
  messages: number;
  known: number;
  skipped: number;
  bad: number;
}

/** A customer's judgement of one reply; one a message, the last one counts. */
export interface FeedbackDoc {
  /** `session:seq` */
  _id: string;
  tenant: string;
  sessionId: string;
  seq: number;
  helpful: boolean;
  at: Date;
}

/** Why a question counts as not answered. */
export type GapWhy = "handoff" | "no-answer" | "unhelpful";

/** One time that somebody asked in vain. */
export interface GapCase {
  sessionId: string;
  turn: number;
  at: Date;
  why: GapWhy;
  /** The entry whose answer didn't help. */
  entry?: string;
  /** `GapWords` under the customer's key, of the newest cases only: what was asked can't outlive its customer (beyond 9). */
  words?: Binary;
  /** `GapWords` of what an agent then answered in this session, under the same key. */
  answer?: Binary;
}

/** A text and its centred vector, as cases keep them. */
export interface GapWords {
  text: string;
  /** A unit vector as 8-bit integers that keep its direction, base64. */
  vector: string;
}

/**
 * Questions that the knowledge doesn't answer, clustered. It holds no customer's words but under their own keys: the question, its
 * wordings and the draft are read out of the cases by whoever looks at it.
 */
export interface KnowledgeGapDoc {
  /** `tenant:locale:gap id` */
  _id: string;
  tenant: string;
  locale: KnowledgeLocale;
  /** Newest first; unique by (sessionId, turn) over all of a tenant's gaps. */
  cases: GapCase[];
  /** In how many conversations: what an entry would have deflected. */
  volume: number;
  status: "open" | "added" | "dismissed";
  /** The entry it became. */
  entry: string | null;
  addedAt: Date | null;
  /** After `addedAt`: how often the entry answered … */
  answered: number;
  /** … and no person was needed, and nobody called it unhelpful. */
  deflected: number;
}

/** Up to when a tenant's unanswered questions were gathered. */
export interface KnowledgeMarkDoc {
  /** The tenant. */
  _id: string;
  /** Absent before the first time. */
  at?: Date;
  /** Who is gathering them just now, and how long that holds unless renewed. */
  holder?: string;
  heldUntil?: Date;
}
