import type { InboundMessage } from "../dialogue/session.ts";
import type { Identity } from "./conversations.ts";
import type { ApiDeps } from "./deps.ts";
import { ProblemError } from "./problems.ts";

export const TOO_FAST = "You are writing faster than I can read. Please wait a moment and send it again.";
/** Recent message ids of this process; the workflow and the unique index stand behind it. */
const RECENT_MAX = 10_000;

/** Takes messages in once each: rate limit, duplicate check, personal data masked, then durable in the workflow. */
export function createInbox({ store, gateway, bucket, screen }: ApiDeps) {
  const recent = new Map<string, Promise<void>>();

  const remember = (key: string, sending: Promise<void>): void => {
    recent.set(key, sending);
    if (recent.size > RECENT_MAX) recent.delete(recent.keys().next().value ?? "");
    // What failed may be tried again.
    sending.catch(() => recent.delete(key));
  };

  async function admit({ _id, tenant, customerId }: Identity): Promise<void> {
    const retryAfterS = await bucket.take(`messages:${tenant}:${customerId ?? _id}`);
    if (retryAfterS > 0) throw new ProblemError(429, TOO_FAST, { retryAfterS });
  }

  /** What a turn has stored already is not sent again, however long ago that was. */
  async function deliverOnce(session: Identity, message: InboundMessage): Promise<{ known: boolean }> {
    const { _id: sessionId, tenant, customerId, locale, channel } = session;
    const stored = await store.messages.findOne(
      { sessionId, messageId: message.messageId },
      { projection: { _id: 1 } },
    );
    if (stored) return { known: true };
    const text = await screen.message(
      { tenant, sessionId, messageId: message.messageId, customerId, by: "customer" },
      message.text,
    );
    await gateway.send({ tenant, sessionId, customerId, locale, channel }, { ...message, text });
    return { known: false };
  }

  return {
    /** @throws ProblemError 429 when the user's bucket is full, 503 when it can't be made durable */
    async take(session: Identity, message: InboundMessage): Promise<{ duplicate: boolean }> {
      const key = `${session._id} ${message.messageId}`;
      const earlier = recent.get(key);
      if (earlier !== undefined) {
        await earlier;
        return { duplicate: true };
      }
      // Remembered before anything is awaited, so that the same message at the same moment finds it.
      const delivery = admit(session).then(() => deliverOnce(session, message));
      const sending = delivery.then(() => undefined);
      remember(key, sending);
      return { duplicate: (await delivery).known };
    },
  };
}
