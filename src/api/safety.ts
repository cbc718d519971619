import type { CommerceBackend } from "../commerce/types.ts";
import type { Config } from "../config.ts";
import { required } from "../config.ts";
import { createAudit } from "../safety/audit.ts";
import { createScreen } from "../safety/screen.ts";
import { createMemoryTails, createRedisTails } from "../safety/tails.ts";
import { createVault } from "../safety/vault.ts";
import type { Logger } from "../telemetry/log.ts";
import { forgetSessions } from "./conversations.ts";
import type { ApiDeps } from "./deps.ts";

/** What stands between the API's edge and everything durable. @throws ConfigError without AUDIT_KEY */
export function createSafety(
  config: Config,
  { store, keyring }: Pick<ApiDeps, "store" | "keyring">,
  commerce: CommerceBackend,
  log: Logger,
): { deps: Pick<ApiDeps, "screen" | "vault" | "audit" | "forget">; close(): Promise<void> } {
  const tails = config.REDIS_URL
    ? createRedisTails(config.REDIS_URL, keyring, (error) => log.warn({ err: error }, "tails of messages"))
    : createMemoryTails();
  const vault = createVault(store, keyring);
  return {
    deps: {
      vault,
      screen: createScreen({ commerce, vault, tails }),
      audit: createAudit(store, required(config, "AUDIT_KEY")),
      forget() {
        tails.forget();
        forgetSessions(store);
      },
    },
    close: () => tails.close(),
  };
}
