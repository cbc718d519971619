/** One key for all: what sealing costs is the same whoever's it is. */
import { createSecretKey, randomBytes } from "node:crypto";
import type { RecordSealer } from "../src/memory/record.ts";
import { KID_BYTES, seal, unseal } from "../src/safety/keys/envelope.ts";

const key = { kid: randomBytes(KID_BYTES).toString("base64url"), key: createSecretKey(randomBytes(32)) };

export const sealNow = (bytes: Uint8Array): Uint8Array => seal(key, bytes);

export const benchSealer = (): RecordSealer => ({
  sealBytes: async (_record, bytes) => sealNow(bytes),
  openBytes: async (sealed) => unseal(key, sealed),
});
