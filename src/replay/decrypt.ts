import type { Payload, PayloadCodec } from "@temporalio/common";
import { isEncrypted } from "../safety/codec/codec.ts";
import type { Execution } from "./types.ts";

const isPayload = (value: object): value is Payload =>
  "metadata" in value && "data" in value && value.data instanceof Uint8Array;

/**
 * The same histories with every encrypted payload in the clear; `bytes` stay those on the server. What isn't encrypted stays.
 * @throws KeyDestroyedError when the customer was erased: then nobody can read or replay it
 */
export const decryptExecutions = (executions: Execution[], codec: PayloadCodec): Promise<Execution[]> =>
  Promise.all(
    executions.map(async (execution) => ({
      ...execution,
      events: (await decrypted(execution.events, codec)) as Execution["events"],
    })),
  );

async function decrypted(value: unknown, codec: PayloadCodec): Promise<unknown> {
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return Promise.all(value.map((part) => decrypted(part, codec)));
  if (isPayload(value)) {
    if (!isEncrypted(value)) return value;
    const [plain] = await codec.decode([value]);
    return { metadata: { ...plain?.metadata }, data: plain?.data };
  }
  const parts = Object.entries(value).map(async ([key, part]) => [key, await decrypted(part, codec)] as const);
  return Object.fromEntries(await Promise.all(parts));
}
