/** Which fields of a document hold customers' words, and rest encrypted; the rest stays plain, so that it can be queried. */
import type { Binary } from "mongodb";
import type { HandoffDoc, MessageDoc } from "./mongo.ts";

/** Seals values under the key of whoever the session belongs to, and opens them again: the keyring. */
export interface Sealer {
  seal(sessionId: string, value: unknown): Promise<Binary>;
  open<T>(sealed: Binary): Promise<T>;
}

type MessageWords = Pick<MessageDoc, "text" | "choices" | "citations" | "view">;
export type SealedMessageDoc = Omit<MessageDoc, keyof MessageWords> & {
  /** `MessageWords`. */
  body: Binary;
  /** On messages with a view: what they are found by. */
  hasView?: true;
};

export async function sealMessage(sealer: Sealer, doc: MessageDoc): Promise<SealedMessageDoc> {
  const { text, choices, citations, view, ...plain } = doc;
  const words = { text, choices, citations, view } satisfies Record<keyof MessageWords, unknown>;
  const body = await sealer.seal(doc.sessionId, words);
  return { ...plain, body, ...(view === undefined ? {} : { hasView: true }) };
}

/** @throws KeyDestroyedError when the customer was erased */
export async function openMessage(sealer: Sealer, sealed: SealedMessageDoc): Promise<MessageDoc> {
  const { body, hasView: _, ...plain } = sealed;
  return { ...plain, ...(await sealer.open<MessageWords>(body)) };
}

export const openMessages = (sealer: Sealer, sealed: SealedMessageDoc[]): Promise<MessageDoc[]> =>
  Promise.all(sealed.map((doc) => openMessage(sealer, doc)));

export type SealedHandoffDoc = Omit<HandoffDoc, "summary" | "resolution"> & { summary: Binary; resolution?: Binary };

/** @throws KeyDestroyedError when the customer was erased */
export async function openHandoff(sealer: Sealer, sealed: SealedHandoffDoc): Promise<HandoffDoc> {
  const { summary, resolution, ...plain } = sealed;
  return {
    ...plain,
    summary: await sealer.open<string>(summary),
    ...(resolution ? { resolution: await sealer.open<string>(resolution) } : {}),
  };
}
