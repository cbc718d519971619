import { createHmac, timingSafeEqual } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { AuditDoc, AuditHeadDoc, Store } from "../store/mongo.ts";
import { isDuplicateKey } from "../store/mongo.ts";
import { deriveKey } from "./keys/derive.ts";

export type AuditKind =
  | "moderation"
  | "reveal"
  | "erasure"
  | "export"
  | "handoff"
  | "action"
  | "login"
  | "token"
  | "configuration"
  | "knowledge";

/** What happened, without anything personal: ids, labels, placeholders. */
export interface AuditEntry {
  tenant: string;
  kind: AuditKind;
  /** An agent's or customer's id; "system" for what nobody did. */
  who: string;
  what: string;
  refs: Record<string, string>;
  /** Appended once only under this name, whoever tries again (activities are retried). */
  once?: string;
}

export interface Audit {
  /** Appends to the tenant's chain. @throws MongoError when it can't be stored: then what was to be audited must not go on */
  append(entry: AuditEntry): Promise<void>;
}

/** Something wrong with a chain: which row, and how. */
export interface AuditFault {
  n: number;
  fault: string;
}

const FIRST_HASH = "0".repeat(64);
/** Writers that came together try again after a moment of their own. */
const TRIES_MAX = 200;
const PAUSE_MAX_MS = 20;

/**
 * An append-only chain for each tenant: every row carries a keyed hash over itself and the hash in front of it, and a
 * signed head says how far the chain reaches. Without the key nobody can alter, drop, swap or add a row unnoticed.
 * Writers of several processes never fork it: (tenant, n) is unique, and whoever comes second reads again.
 * @param auditKey 64 hexadecimal digits
 */
export function createAudit(store: Store, auditKey: string, now: () => Date = () => new Date()): Audit {
  const key = deriveKey(auditKey, "audit");
  const queues = new Map<string, Promise<void>>();

  async function appendNow(entry: AuditEntry): Promise<void> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (entry.once !== undefined && (await store.audit.findOne({ tenant: entry.tenant, once: entry.once }))) return;
      const last = await store.audit.findOne({ tenant: entry.tenant }, { sort: { n: -1 } });
      const body = { ...entry, n: (last?.n ?? 0) + 1, at: now(), prevHash: last?.hash ?? FIRST_HASH };
      const row: AuditDoc = { ...body, hash: hashOf(key, body) };
      try {
        await store.audit.insertOne(row);
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        await sleep(Math.random() * PAUSE_MAX_MS);
        continue;
      }
      return raiseHead(store, key, row);
    }
    throw new Error(`the audit chain of ${entry.tenant} is too busy to append to`);
  }

  return {
    append(entry) {
      // Within a process one after the other: they would only meet at the index.
      const turn = (queues.get(entry.tenant) ?? Promise.resolve()).then(() => appendNow(entry));
      const settled = turn.catch(() => undefined);
      queues.set(entry.tenant, settled);
      void settled.then(() => queues.get(entry.tenant) === settled && queues.delete(entry.tenant));
      return turn;
    },
  };
}

/** What goes on would be signed with another key than what is there: then the whole chain looks altered. */
export class AuditKeyError extends Error {
  override readonly name = "AuditKeyError";
}

/** @throws AuditKeyError when the tenant's chain was signed with another key, or its head was forged */
export async function assertAuditKey(
  store: Pick<Store, "auditHeads">,
  auditKey: string,
  tenant: string,
): Promise<void> {
  const head = await store.auditHeads.findOne({ _id: tenant });
  if (!head || same(signatureOf(deriveKey(auditKey, "audit"), tenant, head.n, head.hash), head.signature)) return;
  throw new AuditKeyError(
    `The audit log of ${tenant} was signed with another AUDIT_KEY than this one, or tampered with: \`npm run audit -- verify\` tells more.`,
  );
}

/** Never lowered: a slower writer's older head changes nothing. */
async function raiseHead(store: Store, key: Buffer, { tenant, n, hash }: AuditDoc): Promise<void> {
  const head = { n, hash, signature: signatureOf(key, tenant, n, hash) };
  await store.auditHeads
    .updateOne({ _id: tenant, n: { $lt: n } }, { $set: head }, { upsert: true })
    .catch((error: unknown) => {
      // The upsert of an older head meets the newer one's id.
      if (!isDuplicateKey(error)) throw error;
    });
}

const hmac = (key: Buffer, parts: unknown): string =>
  createHmac("sha256", key).update(JSON.stringify(parts)).digest("hex");

function hashOf(key: Buffer, row: Omit<AuditDoc, "hash">): string {
  const { tenant, n, at, kind, who, what, refs, once, prevHash } = row;
  const named = Object.entries(refs).sort(([a], [b]) => (a < b ? -1 : 1));
  return hmac(key, [tenant, n, at.toISOString(), kind, who, what, named, once ?? null, prevHash]);
}
const signatureOf = (key: Buffer, tenant: string, n: number, hash: string): string =>
  hmac(key, ["head", tenant, n, hash]);

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** How a tenant's chain stands: its length and last hash, to be kept elsewhere, and everything that is wrong with it. */
export interface AuditReport {
  tenant: string;
  rows: number;
  head: string;
  faults: AuditFault[];
}

/**
 * Reads a chain from its first row to its signed head. An empty `faults` means that nothing was altered, dropped or reordered.
 * @param expected "n:hash" of an earlier report: who restores an older copy of everything, head included, is found by that
 */
export async function verifyAudit(
  store: Store,
  auditKey: string,
  tenant: string,
  expected?: string,
): Promise<AuditReport> {
  const key = deriveKey(auditKey, "audit");
  const faults: AuditFault[] = [];
  const report = (n: number, fault: string): void => void faults.push({ n, fault });
  let [next, prevHash, rows] = [1, FIRST_HASH, 0];
  const head = await store.auditHeads.findOne({ _id: tenant });
  const [keptN = "0", keptHash] = expected?.split(":") ?? [];
  let [named, kept]: [string?, string?] = [];
  for await (const row of store.audit.find({ tenant }).sort({ n: 1 })) {
    rows++;
    if (row.n !== next) report(next, `is missing: the next one is ${row.n}`);
    else if (row.prevHash !== prevHash) report(row.n, "doesn't follow the row in front of it");
    if (!isGenuine(key, row)) report(row.n, "was altered");
    if (row.n === head?.n) named = row.hash;
    if (row.n === Number(keptN)) kept = row.hash;
    [next, prevHash] = [row.n + 1, row.hash];
  }
  const headFault = headFaultOf(key, tenant, head, rows, named);
  if (headFault) report(head?.n ?? 0, headFault);
  if (keptHash !== kept) report(Number(keptN), "isn't the one that was expected");
  return { tenant, rows, head: prevHash, faults };
}

/** A value of another type can't even be hashed. */
function isGenuine(key: Buffer, row: AuditDoc): boolean {
  try {
    return same(hashOf(key, row), row.hash);
  } catch {
    return false;
  }
}

function headFaultOf(
  key: Buffer,
  tenant: string,
  head: AuditHeadDoc | null,
  rows: number,
  named: string | undefined,
): string | null {
  if (head === null) return rows === 0 ? null : "the signed head is missing";
  if (!same(signatureOf(key, tenant, head.n, head.hash), head.signature)) return "the head's signature is wrong";
  if (named === undefined) return "is missing, though the signed head names it";
  return named === head.hash ? null : "isn't the row that the signed head names";
}
