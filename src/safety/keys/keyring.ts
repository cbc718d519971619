/** One data key per customer (an anonymous visitor: per session), wrapped by the master key, kept in MongoDB, cached shortly. */
import { createHash, createSecretKey, randomBytes } from "node:crypto";
import { Binary } from "mongodb";
import type { KeyDoc, Store } from "../../store/mongo.ts";
import { isDuplicateKey } from "../../store/mongo.ts";
import type { DataKey } from "./envelope.ts";
import { KID_BYTES, kidOf, seal, unseal } from "./envelope.ts";
import type { KeyWrapper } from "./master.ts";

/** Whose words: of a customer all sessions share one key, a visitor's session has its own. */
export interface Owner {
  tenant: string;
  customerId: string | null;
  sessionId: string;
}

/** What was sealed can't be read any more, by anybody: its key was destroyed (beyond-list 9), or its session never was. */
export class KeyDestroyedError extends Error {
  override readonly name = "KeyDestroyedError";
}

export interface Keyring {
  /** This owner's key, made when there is none. */
  keyFor(owner: Owner): Promise<DataKey>;
  /** The key of the session's owner. @throws KeyDestroyedError when there is no such session (any more) */
  keyOfSession(sessionId: string): Promise<DataKey>;
  /** For what belongs to no customer: schedules, sweeps. */
  serviceKey(): Promise<DataKey>;
  /** For what processes share in caches, of many customers: every erasure destroys it, and all of that with it. */
  cachesKey(): Promise<DataKey>;
  /** @throws KeyDestroyedError when it is gone */
  byId(kid: string): Promise<DataKey>;
  /** A value as an encrypted document field. @throws KeyDestroyedError when there is no such session (any more) */
  seal(sessionId: string, value: unknown): Promise<Binary>;
  /** The same for what belongs to a customer, not to one session. */
  sealForCustomer(customer: { tenant: string; customerId: string }, value: unknown): Promise<Binary>;
  /** Bytes as an envelope under the key of the record's session. @throws KeyDestroyedError when there is no such session (any more) */
  sealBytes(record: { sessionId: string }, bytes: Uint8Array): Promise<Buffer>;
  /** @throws KeyDestroyedError, EnvelopeError */
  openBytes(sealed: Uint8Array): Promise<Buffer>;
  /** @throws KeyDestroyedError, EnvelopeError */
  open<T>(sealed: Binary): Promise<T>;
  /** Refuses these keys from now on, whatever a restored database says, and drops what is cached. */
  refuse(kids: Iterable<string>): void;
}

/** Longest that a process goes on with a key that another process has destroyed. */
export const KEY_CACHE_MS = 30_000;
const CACHED_MAX = 20_000;
const DATA_KEY_BYTES = 32;

const SERVICE = "service";
/** The owner of the caches' key. */
export const CACHES = "caches";
const NOBODYS = { tenant: null, customerId: null, sessionId: null };
export const ownerName = ({ tenant, customerId, sessionId }: Owner): string =>
  customerId === null ? `s:${sessionId}` : `c:${encodeURIComponent(tenant)}:${encodeURIComponent(customerId)}`;

/** What a wrapped key is bound to. */
export const wrapContext = ({ _id, owner }: Pick<KeyDoc, "_id" | "owner">): string => `${_id} ${owner}`;

/** Names a key's bytes without telling them; what an erasure receipt holds. */
export const fingerprintOf = (dataKey: Uint8Array): string =>
  createHash("sha256").update("colloquy data key").update(dataKey).digest("hex").slice(0, 32);

export function createKeyring({
  store,
  wrapper,
  now = Date.now,
}: {
  store: Pick<Store, "keys" | "sessions">;
  wrapper: KeyWrapper;
  now?: () => number;
}): Keyring {
  const cache = shortCache(now);
  const refused = new Set<string>();

  async function unwrap(doc: KeyDoc): Promise<DataKey> {
    if (refused.has(doc._id))
      throw new KeyDestroyedError("What this customer said can no longer be read: their key was destroyed.");
    const bytes = await wrapper.unwrap(Buffer.from(doc.wrapped.buffer), doc.master, wrapContext(doc));
    return { kid: doc._id, key: createSecretKey(bytes), tenant: doc.tenant };
  }

  async function create(owner: string, ids: Pick<KeyDoc, "tenant" | "customerId" | "sessionId">): Promise<DataKey> {
    const kid = randomBytes(KID_BYTES).toString("base64url");
    const bytes = randomBytes(DATA_KEY_BYTES);
    const wrapped = new Binary(await wrapper.wrap(bytes, wrapContext({ _id: kid, owner })));
    const made = { _id: kid, owner, ...ids, wrapped, master: wrapper.id, fingerprint: fingerprintOf(bytes) };
    try {
      await store.keys.insertOne({ ...made, createdAt: new Date(now()) });
      return { kid, key: createSecretKey(bytes), tenant: ids.tenant };
    } catch (error) {
      // Another process was first: its key counts.
      if (!isDuplicateKey(error)) throw error;
      const theirs = await store.keys.findOne({ owner });
      if (!theirs) throw error;
      return unwrap(theirs);
    }
  }

  // Never cached by owner: a customer who was erased and comes back has another key, in every process at once.
  async function ofOwner(owner: string, ids: Pick<KeyDoc, "tenant" | "customerId" | "sessionId">): Promise<DataKey> {
    const known = await store.keys.findOne({ owner });
    const key = await (known ? unwrap(known) : create(owner, ids));
    // What is sealed now is opened soon.
    void cache(`kid ${key.kid}`, async () => key);
    return key;
  }
  const keyFor = ({ tenant, customerId, sessionId }: Owner): Promise<DataKey> =>
    ofOwner(ownerName({ tenant, customerId, sessionId }), {
      tenant,
      customerId,
      sessionId: customerId === null ? sessionId : null,
    });
  const byId = (kid: string): Promise<DataKey> =>
    cache(`kid ${kid}`, async () => {
      const doc = await store.keys.findOne({ _id: kid });
      if (!doc) throw new KeyDestroyedError("What this customer said can no longer be read: their key was destroyed.");
      return unwrap(doc);
    });

  // Looked up again when the cache has forgotten it: whoever writes for a session that was erased must not make a key.
  const keyOfSession = (sessionId: string): Promise<DataKey> =>
    cache(`session ${sessionId}`, async () => {
      const session = await store.sessions.findOne({ _id: sessionId });
      if (!session) throw new KeyDestroyedError("there is no such session, or it was erased");
      return keyFor({ tenant: session.tenant, customerId: session.customerId, sessionId });
    });

  const openBytes = async (bytes: Uint8Array): Promise<Buffer> => unseal(await byId(kidOf(bytes)), bytes);

  return {
    keyFor,
    byId,
    keyOfSession,
    serviceKey: () => cache(SERVICE, () => ofOwner(SERVICE, NOBODYS)),
    cachesKey: () => cache(CACHES, () => ofOwner(CACHES, NOBODYS)),
    seal: async (sessionId, value) => sealed(await keyOfSession(sessionId), value),
    sealForCustomer: async (customer, value) => sealed(await keyFor({ ...customer, sessionId: "" }), value),
    sealBytes: async ({ sessionId }, bytes) => seal(await keyOfSession(sessionId), bytes),
    openBytes,
    open: async <T>(bytes: Binary) => JSON.parse((await openBytes(bytes.buffer)).toString("utf8")) as T,
    refuse(kids) {
      for (const kid of kids) refused.add(kid);
      cache.clear();
    },
  };
}

const sealed = (key: DataKey, value: unknown): Binary => new Binary(seal(key, Buffer.from(JSON.stringify(value))));

/** Keys for `KEY_CACHE_MS`; who asks while one is fetched waits for the same answer. Failures are not kept. */
function shortCache(now: () => number) {
  const entries = new Map<string, { key: Promise<DataKey>; until: number }>();
  const get = (name: string, fetch: () => Promise<DataKey>): Promise<DataKey> => {
    const known = entries.get(name);
    if (known && known.until > now()) return known.key;
    const key = fetch();
    if (entries.size >= CACHED_MAX) entries.clear();
    entries.set(name, { key, until: now() + KEY_CACHE_MS });
    key.catch(() => {
      if (entries.get(name)?.key === key) entries.delete(name);
    });
    return key;
  };
  return Object.assign(get, { clear: () => entries.clear() });
}
