import type { Store } from "../store/mongo.ts";
import { deriveKey, seal, unseal } from "./seal.ts";

export interface VaultAddress {
  tenant: string;
  sessionId: string;
  messageId: string;
}

/** Where the originals of placeholders are, sealed (P3). Nothing else of Colloquy holds them. */
export interface Vault {
  /** Keeps what the placeholders of a message stand for, in their order. Once a message: a second try changes nothing. */
  keep(address: VaultAddress, originals: ReadonlyArray<{ label: string; text: string }>): Promise<void>;
  /**
   * What one placeholder stands for; `nth` counts those of its label from 0. Null when there is none.
   * @throws Error when it was sealed with another key or changed since
   */
  reveal(address: VaultAddress, label: string, nth: number): Promise<string | null>;
}

const idOf = ({ sessionId, messageId }: VaultAddress): string => `${sessionId} ${messageId}`;
const boundTo = (address: VaultAddress, index: number): string =>
  JSON.stringify([address.tenant, address.sessionId, address.messageId, index]);

/** `vaultKey`: 64 hexadecimal digits. */
export function createVault(store: Pick<Store, "vault">, vaultKey: string, now: () => Date = () => new Date()): Vault {
  const key = deriveKey(vaultKey, "vault");
  return {
    async keep(address, originals) {
      if (originals.length === 0) return;
      const items = originals.map(({ label, text }, index) => ({
        label,
        sealed: seal(key, text, boundTo(address, index)),
      }));
      await store.vault.updateOne(
        { _id: idOf(address) },
        { $setOnInsert: { ...address, items, at: now() } },
        { upsert: true },
      );
    },
    async reveal(address, label, nth) {
      const doc = await store.vault.findOne({ _id: idOf(address), tenant: address.tenant });
      const indexes = doc?.items.flatMap((item, index) => (item.label === label ? [index] : [])) ?? [];
      const index = indexes[nth];
      const item = index === undefined ? undefined : doc?.items[index];
      return item === undefined || index === undefined ? null : unseal(key, item.sealed, boundTo(address, index));
    },
  };
}
