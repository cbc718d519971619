/** AES-256-GCM envelopes: the one shape in which customers' words rest, in Temporal's payloads and in MongoDB's documents. */
import type { KeyObject } from "node:crypto";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { DICTIONARY } from "./dictionary.ts";

/** A data key and its id: 16 characters of base64url, random, so that it says nothing about its owner. */
export interface DataKey {
  kid: string;
  key: KeyObject;
  /** Of the customer it belongs to; null is the service's own. */
  tenant: string | null;
}

/** The bytes are no envelope, were changed, or were sealed under another key. */
export class EnvelopeError extends Error {
  override readonly name = "EnvelopeError";
}

/** Content as it is. */
const PLAIN = 1;
/** Deflated against the dictionary first: encryption would otherwise make histories larger. */
const DEFLATED = 2;
const INFLATED_MAX_BYTES = 16_777_216;
export const KID_BYTES = 12;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Version and key id: not secret, but bound to the content. */
const HEADER_BYTES = 1 + KID_BYTES;
const OVERHEAD_BYTES = HEADER_BYTES + IV_BYTES + TAG_BYTES;

/** version (1 byte), key id (12), nonce (12), tag (16), ciphertext of the content, deflated where that is shorter. A fresh random nonce each time. */
export function seal({ kid, key }: Omit<DataKey, "tenant">, plain: Uint8Array): Buffer {
  const deflated = deflateRawSync(plain, { dictionary: DICTIONARY });
  const [version, content] = deflated.length < plain.length ? [DEFLATED, deflated] : [PLAIN, plain];
  const header = Buffer.concat([Buffer.of(version), Buffer.from(kid, "base64url")]);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(header);
  const body = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([header, iv, cipher.getAuthTag(), body]);
}

/** Which key opens it. @throws EnvelopeError when these bytes are no envelope */
export function kidOf(sealed: Uint8Array): string {
  if (sealed.length < OVERHEAD_BYTES || (sealed[0] !== PLAIN && sealed[0] !== DEFLATED))
    throw new EnvelopeError("not an encrypted envelope");
  return Buffer.from(sealed.subarray(1, HEADER_BYTES)).toString("base64url");
}

/** @throws EnvelopeError when the bytes were changed or the key is another one */
export function unseal({ key }: Pick<DataKey, "key">, sealed: Uint8Array): Buffer {
  const tagAt = HEADER_BYTES + IV_BYTES;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(HEADER_BYTES, tagAt))
      .setAAD(sealed.subarray(0, HEADER_BYTES))
      .setAuthTag(sealed.subarray(tagAt, OVERHEAD_BYTES));
    const content = Buffer.concat([decipher.update(sealed.subarray(OVERHEAD_BYTES)), decipher.final()]);
    if (sealed[0] === PLAIN) return content;
    return inflateRawSync(content, { dictionary: DICTIONARY, maxOutputLength: INFLATED_MAX_BYTES });
  } catch (cause) {
    throw new EnvelopeError("an encrypted envelope was changed, or belongs to another key", { cause });
  }
}
