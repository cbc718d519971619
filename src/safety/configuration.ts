/** Who changes what protects customers should be seen to have done so: settings are compared with those of the last start. */

import { createHmac } from "node:crypto";
import type { Config } from "../config.ts";
import { schema } from "../config.ts";
import type { Store } from "../store/mongo.ts";
import type { Audit } from "./audit.ts";
import { assertAuditKey } from "./audit.ts";
import { deriveKey } from "./keys/derive.ts";

const DIGEST_CHARACTERS = 12;
/** `npm start` gives its own servers free ports: another one at each start. */
const LOOPBACK_PORT = /(127\.0\.0\.1|localhost|\[::1\]):\d+/g;

/**
 * Appends a row when the settings of this kind of process are others than at its last start: which ones changed, by name, and a
 * keyed digest of each, secrets included, that tells no value. Several processes that start with the same settings append one.
 * @returns the names of what changed
 * @throws AuditKeyError when the log was signed with another AUDIT_KEY: going on would spoil it
 */
export async function recordConfiguration({
  store,
  audit,
  auditKey,
  config,
  process,
}: {
  store: Pick<Store, "audit" | "auditHeads">;
  audit: Audit;
  /** 64 hexadecimal digits. */
  auditKey: string;
  config: Config;
  process: "api" | "worker";
}): Promise<string[]> {
  const tenant = config.TENANT;
  await assertAuditKey(store, auditKey, tenant);
  const key = deriveKey(auditKey, "configuration");
  const digest = (text: string): string =>
    createHmac("sha256", key).update(text).digest("hex").slice(0, DIGEST_CHARACTERS);
  const now = new Map<string, string>();
  for (const name of Object.keys(schema.shape) as Array<keyof typeof schema.shape>) {
    const text = JSON.stringify(config[name]);
    if (text !== undefined) now.set(name, digest(JSON.stringify([name, text.replaceAll(LOOPBACK_PORT, "$1")])));
  }
  const last = await store.audit.findOne({ tenant, kind: "configuration", what: process }, { sort: { n: -1 } });
  const before = new Map(
    (last?.refs.settings ?? "")
      .split(" ")
      .filter(Boolean)
      .map((pair) => pair.split("=") as [string, string]),
  );
  const changed = [...new Set([...now.keys(), ...before.keys()])].filter((name) => now.get(name) !== before.get(name));
  if (changed.length === 0) return [];
  const settings = [...now].map(([name, value]) => `${name}=${value}`).join(" ");
  const hash = digest(settings);
  await audit.append({
    tenant,
    kind: "configuration",
    who: "system",
    what: process,
    refs: { hash, changed: changed.join(" "), settings },
    once: `configuration:${process}:${last?.n ?? 0}:${hash}`,
  });
  return changed;
}
