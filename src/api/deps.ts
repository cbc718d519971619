import type { PayloadCodec } from "@temporalio/common";
import type { CommerceBackend } from "../commerce/types.ts";
import type { Config } from "../config.ts";
import type { LiveBus } from "../live/bus.ts";
import type { ColdParts } from "../memory/cold.ts";
import type { Audit } from "../safety/audit.ts";
import type { Journal } from "../safety/erasure/journal.ts";
import type { ReceiptSigner } from "../safety/erasure/receipt.ts";
import type { Keyring } from "../safety/keys/keyring.ts";
import type { Screen } from "../safety/screen.ts";
import type { Vault } from "../safety/vault.ts";
import type { Store } from "../store/mongo.ts";
import type { WebhookPublisher } from "../webhooks/types.ts";
import type { Tokens } from "./auth.ts";
import type { Gateway } from "./gateway.ts";
import type { LeakyBucket } from "./leaky-bucket.ts";
import type { SharedBucket } from "./redis-bucket.ts";
import type { Revocations } from "./revocations.ts";

/** What the routes stand on. */
export interface ApiDeps {
  config: Config;
  store: Store;
  keyring: Keyring;
  /** Encrypts and decrypts Temporal's payloads, for its web UI. */
  codec: PayloadCodec;
  /** The archive, for exports; null without one. */
  cold: ColdParts | null;
  journal: Journal;
  receipts: ReceiptSigner;
  commerce: CommerceBackend;
  gateway: Gateway;
  tokens: Tokens;
  revocations: Revocations;
  bus: LiveBus;
  /** Of this process, or shared through Redis. */
  bucket: LeakyBucket | Pick<SharedBucket, "take">;
  screen: Screen;
  vault: Vault;
  audit: Audit;
  webhooks: WebhookPublisher;
  /** Forgets what this process has in memory of what was said: somebody was erased. */
  forget(): void;
}
