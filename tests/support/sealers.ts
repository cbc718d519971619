/** Sealers for records that no session stands behind. */
import { createSecretKey, randomBytes } from "node:crypto";
import type { Archived, RecordSealer, SessionRecord } from "../../src/memory/record.ts";
import { digestOf, encodeRecord } from "../../src/memory/record.ts";
import { KID_BYTES, kidOf, seal, unseal } from "../../src/safety/keys/envelope.ts";
import type { Keyring } from "../../src/safety/keys/keyring.ts";
import { KeyDestroyedError } from "../../src/safety/keys/keyring.ts";

/** The keys of a database, by the customer that a record names. */
export const ownersSealer = (keyring: Keyring): RecordSealer => ({
  sealBytes: async (record, bytes) => seal(await keyring.keyFor(record), bytes),
  openBytes: keyring.openBytes,
});

/** One key, in memory. */
export function fixedSealer(): RecordSealer & { put(record: SessionRecord): Archived } {
  const data = { kid: randomBytes(KID_BYTES).toString("base64url"), key: createSecretKey(randomBytes(32)) };
  return {
    put: (record) => ({ record, digest: digestOf(record), sealed: seal(data, encodeRecord(record)) }),
    sealBytes: async (_record, bytes) => seal(data, bytes),
    async openBytes(sealed) {
      if (kidOf(sealed) !== data.kid) throw new KeyDestroyedError("no such key");
      return unseal(data, sealed);
    },
  };
}
