import type { Store } from "../store/mongo.ts";
import type { Sealer } from "../store/sealed.ts";

export interface VaultAddress {
  tenant: string;
  sessionId: string;
  messageId: string;
}

interface Original {
  /** As it stands in the text: "[mobile]". */
  label: string;
  text: string;
}

/** What is sealed: the address as well, so that a sealed document can't be moved to another message. */
interface Sealed extends VaultAddress {
  /** In the order of the placeholders in the text. */
  originals: Original[];
}

/**
 * Where the originals of placeholders are, sealed under the key of the customer or the visitor's session (P3, beyond-list 9):
 * who is erased takes them along, out of every backup too. Nothing else of Colloquy holds them.
 */
export interface Vault {
  /**
   * Keeps what the placeholders of a message stand for, in their order. Once a message: a second try changes nothing.
   * @throws KeyDestroyedError when there is no such session (any more)
   */
  keep(address: VaultAddress, originals: readonly Original[]): Promise<void>;
  /**
   * What one placeholder stands for; `nth` counts those of its label from 0. Null when there is none.
   * @throws KeyDestroyedError when the customer was erased, EnvelopeError when it was changed since, VaultError when it was moved
   */
  reveal(address: VaultAddress, label: string, nth: number): Promise<string | null>;
}

/** What was sealed belongs to another message. */
export class VaultError extends Error {
  override readonly name = "VaultError";
}

const idOf = ({ sessionId, messageId }: VaultAddress): string => `${sessionId} ${messageId}`;

export function createVault(store: Pick<Store, "vault">, sealer: Sealer, now: () => Date = () => new Date()): Vault {
  return {
    async keep({ tenant, sessionId, messageId }, originals) {
      if (originals.length === 0) return;
      const address = { tenant, sessionId, messageId };
      const content: Sealed = { ...address, originals: originals.map(({ label, text }) => ({ label, text })) };
      const sealed = await sealer.seal(sessionId, content);
      await store.vault.updateOne(
        { _id: idOf(address) },
        { $setOnInsert: { ...address, sealed, at: now() } },
        { upsert: true },
      );
    },
    async reveal(address, label, nth) {
      const doc = await store.vault.findOne({ _id: idOf(address), tenant: address.tenant });
      if (!doc) return null;
      const { originals, ...sealedFor } = await sealer.open<Sealed>(doc.sealed);
      if (idOf(sealedFor) !== idOf(address) || sealedFor.tenant !== address.tenant)
        throw new VaultError("a sealed original was moved to another message");
      return originals.filter((original) => original.label === label)[nth]?.text ?? null;
    },
  };
}
