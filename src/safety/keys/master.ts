import type { KeyObject } from "node:crypto";
import { createCipheriv, createDecipheriv, createHash, createSecretKey, randomBytes } from "node:crypto";

/** Wraps data keys. A key management service implements the same four: its `wrap` and `unwrap` are the service's calls. */
export interface KeyWrapper {
  /** Which master key wraps now. */
  readonly id: string;
  /** `context` is bound to the result: a wrapped key moved to another row doesn't open. */
  wrap(dataKey: Buffer, context: string): Promise<Buffer>;
  /** @param id the `id` that wrapped it @throws MasterKeyError when that master key isn't here, or the bytes were changed */
  unwrap(wrapped: Buffer, id: string, context: string): Promise<Buffer>;
}

/** A master key is missing or of the wrong shape. Never holds the key. */
export class MasterKeyError extends Error {
  override readonly name = "MasterKeyError";
}

export const MASTER_KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const ID_CHARACTERS = 12;

export const newMasterKey = (): string => randomBytes(MASTER_KEY_BYTES).toString("hex");

interface Master {
  id: string;
  key: KeyObject;
}

function parse(text: string): Master {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, "hex") : Buffer.from(text, "base64");
  if (bytes.length !== MASTER_KEY_BYTES)
    throw new MasterKeyError("MASTER_KEY must be 32 random bytes as 64 hexadecimal digits, or in base64.");
  const id = createHash("sha256").update("colloquy master key").update(bytes).digest("base64url");
  return { id: id.slice(0, ID_CHARACTERS), key: createSecretKey(bytes) };
}

/**
 * Master keys from the environment, separated by commas: the first wraps, all of them unwrap.
 * @throws MasterKeyError when one of them isn't 32 bytes
 */
export function createMasterKeys(setting: string | undefined): KeyWrapper {
  const [first, ...others] = (setting ?? "")
    .split(",")
    .filter(Boolean)
    .map((text) => parse(text.trim()));
  if (!first)
    throw new MasterKeyError("MASTER_KEY is missing: set it to 32 random bytes, e.g. of `openssl rand -hex 32`.");
  const known = new Map([first, ...others].map((master) => [master.id, master]));
  return {
    id: first.id,
    async wrap(dataKey, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", first.key, iv).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(dataKey), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    async unwrap(wrapped, id, context) {
      const master = known.get(id);
      if (!master) throw new MasterKeyError(`MASTER_KEY doesn't hold the master key ${id} that wrapped this data key.`);
      try {
        const decipher = createDecipheriv("aes-256-gcm", master.key, wrapped.subarray(0, IV_BYTES))
          .setAAD(Buffer.from(context))
          .setAuthTag(wrapped.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
        return Buffer.concat([decipher.update(wrapped.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
      } catch (cause) {
        throw new MasterKeyError("a wrapped data key was changed, or belongs to another owner", { cause });
      }
    },
  };
}
