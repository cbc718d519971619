import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import type { JWK } from "jose";
import { CompactSign, exportJWK } from "jose";
import { Binary } from "mongodb";
import type { KeyDoc, Store } from "../../store/mongo.ts";
import { isDuplicateKey } from "../../store/mongo.ts";
import { KID_BYTES } from "../keys/envelope.ts";
import { fingerprintOf, wrapContext } from "../keys/keyring.ts";
import type { KeyWrapper } from "../keys/master.ts";

export interface ReceiptSigner {
  /** A JWS in compact form, EdDSA. */
  sign(content: object): Promise<string>;
  /** The public key, which receipts are checked with. */
  jwk: JWK;
}

const OWNER = "receipts";

/** Ed25519, made once and kept as data keys are: wrapped by the master key, rotated with it, the same key for good. */
export async function createReceiptSigner(store: Pick<Store, "keys">, wrapper: KeyWrapper): Promise<ReceiptSigner> {
  const doc = (await store.keys.findOne({ owner: OWNER })) ?? (await make(store, wrapper));
  const pkcs8 = await wrapper.unwrap(Buffer.from(doc.wrapped.buffer), doc.master, wrapContext(doc));
  const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  const header = { alg: "EdDSA", kid: doc._id, typ: "erasure-receipt+jws" };
  return {
    jwk: { ...(await exportJWK(createPublicKey(key))), kid: doc._id, alg: "EdDSA", use: "sig" },
    sign: (content) => new CompactSign(Buffer.from(JSON.stringify(content))).setProtectedHeader(header).sign(key),
  };
}

async function make(store: Pick<Store, "keys">, wrapper: KeyWrapper): Promise<KeyDoc> {
  const pkcs8 = generateKeyPairSync("ed25519").privateKey.export({ format: "der", type: "pkcs8" });
  const ids = { _id: randomBytes(KID_BYTES).toString("base64url"), owner: OWNER };
  const wrapped = new Binary(await wrapper.wrap(pkcs8, wrapContext(ids)));
  const nobodys = { tenant: null, customerId: null, sessionId: null };
  const doc = {
    ...ids,
    ...nobodys,
    wrapped,
    master: wrapper.id,
    fingerprint: fingerprintOf(pkcs8),
    createdAt: new Date(),
  };
  try {
    await store.keys.insertOne(doc);
    return doc;
  } catch (error) {
    const theirs = isDuplicateKey(error) ? await store.keys.findOne({ owner: OWNER }) : null;
    if (!theirs) throw error;
    return theirs;
  }
}
