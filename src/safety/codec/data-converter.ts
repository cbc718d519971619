import { fileURLToPath } from "node:url";
import type { DataConverter } from "@temporalio/common";
import type { Keyring } from "../keys/keyring.ts";
import { createEncryptionCodec } from "./codec.ts";

export const failureConverterPath = fileURLToPath(new URL("./failure-converter.ts", import.meta.url));

/** How every client, worker and replay of ours speaks to Temporal. */
export const createDataConverter = (keyring: Keyring): DataConverter => ({
  payloadCodecs: [createEncryptionCodec(keyring)],
  failureConverterPath,
});
