import type { AnyBulkWriteOperation } from "mongodb";
import { MongoBulkWriteError } from "mongodb";
import type { Store } from "../../store/mongo.ts";
import type { KnowledgeLocale, LogConversationDoc, LogMessage } from "../types.ts";
import type { CleanRow } from "./clean.ts";

/** What a batch changed. */
export interface Written {
  conversations: number;
  messages: number;
  /** Were there already. */
  known: number;
  /** Didn't fit into their conversation. */
  overfull: CleanRow[];
}

/** MongoDB's documents end at 16 MB; a conversation of more messages is a mapped column that isn't the conversation's id. */
export const MAX_MESSAGES = 2_000;
const MAX_ATTEMPTS = 20;
const DUPLICATE_KEY = 11_000;

const HAN = /\p{Script=Han}/gu;
const LATIN = /[a-z]+/gi;

/** The language of a conversation is that of most of what customers write in it, else of what anybody does. */
export function localeOfMessages(messages: readonly LogMessage[]): KnowledgeLocale {
  const own = messages.filter(({ role }) => role === "customer");
  const text = (own.length > 0 ? own : messages).map((message) => message.text.replace(/\[[a-z-]+\]/g, " ")).join("\n");
  // A Chinese word has about two characters.
  return (text.match(HAN)?.length ?? 0) / 2 >= (text.match(LATIN)?.length ?? 0) / 2 && HAN.test(text) ? "zh" : "en";
}

/** By time where all have one, else as they came. */
function inOrder(messages: LogMessage[]): LogMessage[] {
  if (messages.every(({ at }) => at !== null)) messages.sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  return messages;
}

function grouped(rows: readonly CleanRow[]): Map<string, CleanRow[]> {
  const groups = new Map<string, CleanRow[]>();
  for (const row of rows) {
    const group = groups.get(row.conversation);
    if (group) group.push(row);
    else groups.set(row.conversation, [row]);
  }
  return groups;
}

interface Merged {
  doc: Omit<LogConversationDoc, "_id">;
  before: number;
  added: number;
  overfull: CleanRow[];
}

/** Nothing when there is nothing new. */
function merge(known: LogMessage[], rows: CleanRow[], base: { tenant: string; source: string; now: Date }): Merged {
  const ids = new Set(known.map(({ id }) => id));
  const overfull: CleanRow[] = [];
  const added: LogMessage[] = [];
  for (const row of rows) {
    if (ids.has(row.message.id)) continue;
    if (ids.size >= MAX_MESSAGES) overfull.push(row);
    else {
      ids.add(row.message.id);
      added.push(row.message);
    }
  }
  const messages = inOrder([...known, ...added]);
  const last = messages.reduce<number | null>(
    (newest, { at }) => (at !== null && at > (newest ?? 0) ? at : newest),
    null,
  );
  const { tenant, source, now } = base;
  return {
    doc: {
      ...{ tenant, source, conversation: rows[0]?.conversation ?? "", locale: localeOfMessages(messages), messages },
      ...{ lastAt: last === null ? null : new Date(last), touchedAt: now },
    },
    before: known.length,
    added: added.length,
    overfull,
  };
}

type Target = { tenant: string; source: string; now: () => Date };
type Logs = Store["logConversations"];

/**
 * Adds messages to their conversations; those that are there already change nothing. Conversations only grow, so their length is
 * their version: of two imports at once, the later one sees it and reads again.
 */
export async function writeBatch(logs: Logs, target: Target, rows: readonly CleanRow[]): Promise<Written> {
  const written: Written = { conversations: 0, messages: 0, known: 0, overfull: [] };
  const prefix = `${target.tenant}:${target.source}:`;
  let left = grouped(rows);
  for (let attempt = 0; left.size > 0; attempt++) {
    if (attempt === MAX_ATTEMPTS) throw new Error("another import keeps changing the same conversations; run it again");
    const ids = [...left.keys()].map((conversation) => prefix + conversation);
    const found = await logs.find({ _id: { $in: ids } }, { projection: { messages: 1 } }).toArray();
    const known = new Map(found.map(({ _id, messages }) => [_id, messages]));
    const all = [...left].map(([conversation, group]) => {
      const id = prefix + conversation;
      return { id, group, merged: merge(known.get(id) ?? [], group, { ...target, now: target.now() }) };
    });
    const lost = await apply(
      logs,
      all.filter(({ merged }) => merged.added > 0),
    );
    left = new Map();
    for (const { id, group, merged } of all) {
      if (lost.has(id)) left.set(id.slice(prefix.length), group);
      else count(written, group, merged);
    }
  }
  return written;
}

function count(written: Written, group: CleanRow[], { added, before, overfull }: Merged): void {
  written.messages += added;
  written.conversations += before === 0 && added > 0 ? 1 : 0;
  written.known += group.length - added - overfull.length;
  written.overfull.push(...overfull);
}

/** Ids of those that somebody else changed meanwhile. */
async function apply(logs: Logs, changes: Array<{ id: string; merged: Merged }>): Promise<Set<string>> {
  if (changes.length === 0) return new Set();
  const operations: AnyBulkWriteOperation<LogConversationDoc>[] = changes.map(({ id, merged: { before, doc } }) =>
    before === 0
      ? { insertOne: { document: { _id: id, ...doc } } }
      : { updateOne: { filter: { _id: id, messages: { $size: before } }, update: { $set: doc } } },
  );
  const updates = changes.filter(({ merged }) => merged.before > 0);
  try {
    const { matchedCount } = await logs.bulkWrite(operations, { ordered: false });
    return matchedCount === updates.length ? new Set() : overtaken(logs, updates);
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const failed = [error.writeErrors].flat();
    const other = failed.find(({ code }) => code !== DUPLICATE_KEY);
    if (other) throw new Error(`a conversation can't be stored: ${other.errmsg}`, { cause: error });
    const lost = await overtaken(logs, updates);
    for (const { index } of failed) lost.add(changes[index]?.id ?? "");
    return lost;
  }
}

/** Which updates found another length than they had read; who lost is tried again, and then finds nothing missing. */
async function overtaken(logs: Logs, updates: Array<{ id: string; merged: Merged }>): Promise<Set<string>> {
  const ids = updates.map(({ id }) => id);
  const found = await logs.find({ _id: { $in: ids } }, { projection: { "messages.id": 1 } }).toArray();
  const now = new Map(found.map(({ _id, messages }) => [_id, new Set(messages.map(({ id }) => id))]));
  const lost = updates.filter(({ id, merged }) => merged.doc.messages.some((message) => !now.get(id)?.has(message.id)));
  return new Set(lost.map(({ id }) => id));
}
