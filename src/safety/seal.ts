import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A key of its own for each purpose, from the one in the environment (`VAULT_KEY`, 64 hexadecimal digits). */
export const deriveKey = (vaultKey: string, purpose: "vault" | "audit" | "tails" | "log-ids"): Buffer =>
  Buffer.from(hkdfSync("sha256", Buffer.from(vaultKey, "hex"), "", `colloquy ${purpose}`, KEY_BYTES));

/** AES-256-GCM, as text. `boundTo` must be the same when it is opened: a sealed text can't be moved elsewhere. */
export function seal(key: Buffer, text: string, boundTo: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(boundTo));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url");
}

/** @throws Error when the key is another one, or the text was changed or moved */
export function unseal(key: Buffer, sealed: string, boundTo: string): string {
  const bytes = Buffer.from(sealed, "base64url");
  const body = IV_BYTES + TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(boundTo))
    .setAuthTag(bytes.subarray(IV_BYTES, body));
  return Buffer.concat([decipher.update(bytes.subarray(body)), decipher.final()]).toString("utf8");
}
