import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Instance } from "../embedded/instance.ts";
import { readInstance } from "../embedded/instance.ts";
import type { AuditEntry } from "../safety/audit.ts";
import { assertAuditKey, createAudit } from "../safety/audit.ts";
import type { Store } from "../store/mongo.ts";

/** A secret from the environment, else made once and kept in the data folder, readable by its owner. */
async function secret(config: Config, configured: string | undefined, file: string): Promise<string> {
  if (configured) return configured;
  const path = join(config.DATA_DIR, file);
  const kept = await readFile(path, "utf8").catch(() => null);
  if (kept) return kept.trim();
  const made = randomBytes(32).toString("hex");
  await mkdir(config.DATA_DIR, { recursive: true });
  await writeFile(path, made, { mode: 0o600 });
  return made;
}

/** Signs tokens. */
export const jwtSecret = (config: Config): Promise<string> => secret(config, config.JWT_SECRET, "jwt-secret");
/** Signs the audit log. */
export const auditKey = (config: Config): Promise<string> => secret(config, config.AUDIT_KEY, "audit-key");
/** The master keys. Whoever loses them loses every conversation; whoever has them and the database can read all of it. */
export const masterKey = (config: Config): Promise<string> => secret(config, config.MASTER_KEY, MASTER_KEY_FILE);
export const MASTER_KEY_FILE = "master-key";

/** The addresses the other commands need: configured ones, else the running instance's. @throws Error when nothing runs */
export async function addresses(config: Config): Promise<Pick<Instance, "temporalAddress" | "mongodbUri">> {
  if (config.MONGODB_URI && config.TEMPORAL_ADDRESS)
    return { mongodbUri: config.MONGODB_URI, temporalAddress: config.TEMPORAL_ADDRESS };
  const running = await readInstance(config.DATA_DIR);
  return {
    mongodbUri: config.MONGODB_URI ?? running.mongodbUri,
    temporalAddress: config.TEMPORAL_ADDRESS ?? running.temporalAddress,
  };
}

/** Who types commands here, for the audit log. */
function operator(): string {
  try {
    return `operator:${userInfo().username}`;
  } catch {
    // A user id without a name, as in containers.
    return `operator:${process.getuid?.() ?? "unknown"}`;
  }
}

/** Appends to the audit log of the running instance. @throws AuditKeyError when it was signed with another key */
export async function audited(config: Config, store: Store, entry: Omit<AuditEntry, "who">): Promise<void> {
  const key = await auditKey(config);
  await assertAuditKey(store, key, entry.tenant);
  await createAudit(store, key).append({ ...entry, who: operator() });
}

/** Runs a command: what it throws becomes one line on stderr and exit code 1. */
export async function runCommand(command: () => Promise<void>): Promise<never> {
  try {
    await command();
    // What is written to a pipe waits for its reader, and leaving cuts it off.
    await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
    process.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}
