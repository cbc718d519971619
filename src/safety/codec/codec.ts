import type { Payload, PayloadCodec, SerializationContext } from "@temporalio/common";
import proto from "@temporalio/proto";
import type { DataKey } from "../keys/envelope.ts";
import { kidOf, seal, unseal } from "../keys/envelope.ts";
import type { Keyring } from "../keys/keyring.ts";

const ENCODING = "binary/encrypted";
const encoding = Buffer.from(ENCODING);
const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
/** A session's workflow has the session's id, its handoffs are `handoff-<session>-<number>`. */
const SESSION_WORKFLOW = new RegExp(`^(?:handoff-)?(${UUID})(?:-\\d+)?$`);

/** The session a workflow id belongs to; null for schedules and sweeps, which carry nobody's words. */
export const sessionOfWorkflow = (workflowId: string): string | null => SESSION_WORKFLOW.exec(workflowId)?.[1] ?? null;

export const isEncrypted = ({ metadata }: Payload): boolean =>
  metadata?.encoding !== undefined && encoding.equals(metadata.encoding);

/**
 * Encrypts every payload under the key of the customer whose workflow it belongs to. Which key, the envelope says itself, so
 * decoding needs no context; what isn't encrypted (histories from before, other namespaces' tools) passes as it is.
 */
export function createEncryptionCodec(keyring: Keyring): PayloadCodec {
  const keyOf = (context: SerializationContext | undefined): Promise<DataKey> => {
    const sessionId = context?.workflowId === undefined ? null : sessionOfWorkflow(context.workflowId);
    return sessionId === null ? keyring.serviceKey() : keyring.keyOfSession(sessionId);
  };
  return {
    async encode(payloads, context) {
      if (payloads.length === 0) return payloads;
      const key = await keyOf(context);
      return payloads.map((payload) => ({
        metadata: { encoding },
        data: seal(key, PayloadMessage.encode(payload).finish()),
      }));
    },
    decode: (payloads) =>
      Promise.all(
        payloads.map(async (payload) => {
          if (!isEncrypted(payload)) return payload;
          const sealed = payload.data ?? new Uint8Array();
          return PayloadMessage.decode(unseal(await keyring.byId(kidOf(sealed)), sealed));
        }),
      ),
  };
}
