import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Instance } from "../embedded/instance.ts";
import { readInstance } from "../embedded/instance.ts";

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
/** Seals the vault and signs the audit log. */
export const vaultKey = (config: Config): Promise<string> => secret(config, config.VAULT_KEY, "vault-key");
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
