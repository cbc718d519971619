import type { Storage } from "./storage.ts";

/**
 * What was typed and does not stand in the conversation yet.
 * queued → sending → sent → (gone: it stands in the conversation), or waiting (will be retried by itself) or failed (refused).
 */
export type OutboxState = "queued" | "sending" | "sent" | "waiting" | "failed";

export interface OutboxItem {
  messageId: string;
  text: string;
  /** ISO 8601, when it was typed. */
  at: string;
  state: OutboxState;
  /** Why it waits: the server asked for patience, or could not be reached. */
  why?: "rate" | "network";
  /** Why it was refused, in the server's words. */
  detail?: string;
}

export interface SessionKey {
  sessionId: string;
  token: string;
  /** ISO 8601 */
  expiresAt?: string;
  /** At least one message was accepted, so the session exists on the server. */
  started: boolean;
}

interface Slot {
  session: SessionKey | null;
  outbox: OutboxItem[];
}

/**
 * A conversation's place in storage. Each change reads what is stored first, because a second tab may have written.
 */
export class SavedConversation {
  readonly #storage: Storage;
  readonly #key: string;

  constructor(storage: Storage, key: string) {
    this.#storage = storage;
    this.#key = key;
  }

  load(): Slot {
    const stored = this.#storage.read(this.#key) as Partial<Slot> | null;
    const outbox = Array.isArray(stored?.outbox) ? stored.outbox : [];
    return { session: stored?.session ?? null, outbox };
  }

  setSession(session: SessionKey | null): void {
    this.#save({ ...this.load(), session });
  }

  put(item: OutboxItem): void {
    const slot = this.load();
    const rest = slot.outbox.filter((other) => other.messageId !== item.messageId);
    this.#save({ ...slot, outbox: [...rest, item].sort((a, b) => a.at.localeCompare(b.at)) });
  }

  drop(messageId: string): void {
    const slot = this.load();
    this.#save({ ...slot, outbox: slot.outbox.filter((item) => item.messageId !== messageId) });
  }

  clear(): void {
    this.#storage.remove(this.#key);
  }

  #save(slot: Slot): void {
    this.#storage.write(this.#key, slot);
  }
}
