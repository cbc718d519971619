/** Which tiers there are: those of TIERS_FILE, or of the environment. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Config } from "../config.ts";
import type { TierRow, TiersFile } from "../models/tiers-file.ts";
import { parseTiersFile, TiersFileError } from "../models/tiers-file.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** @throws TiersFileError when TIERS_FILE can't be used */
export async function configuredTiers(config: Config): Promise<Pick<TiersFile, "tiers" | "routes">> {
  const path = config.TIERS_FILE;
  if (path === undefined) return { tiers: tiersOfEnvironment(config), routes: {} };
  const text = await readFile(resolve(root, path), "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new TiersFileError(path, [`it can't be read: ${error.code ?? error.message}`]);
  });
  return parseTiersFile(path, text, config.secret);
}

/** Without TIERS_FILE: one tier for each server or key that is set. */
function tiersOfEnvironment(config: Config): TierRow[] {
  const row = (protocol: "openai" | "anthropic", where: "local-network" | "cloud", model: string, baseUrl: string) => ({
    ...{ protocol, where, model, baseUrl, id: model, lastResort: false },
    tasks: ["predict" as const, "phrase" as const],
  });
  const { LOCAL_LLM_BASE_URL, LOCAL_LLM_MODEL, ANTHROPIC_MODEL, OPENAI_MODEL } = config;
  const anthropicUrl = config.ANTHROPIC_BASE_URL ?? "https://api.anthropic.com";
  const openaiUrl = config.OPENAI_BASE_URL ?? "https://api.openai.com/v1";
  return [
    ...(LOCAL_LLM_BASE_URL
      ? [
          {
            ...row("openai", "local-network", LOCAL_LLM_MODEL, LOCAL_LLM_BASE_URL),
            apiKeyEnv: "LOCAL_LLM_API_KEY",
          },
        ]
      : []),
    ...(config.ANTHROPIC_API_KEY
      ? [{ ...row("anthropic", "cloud", ANTHROPIC_MODEL, anthropicUrl), apiKeyEnv: "ANTHROPIC_API_KEY" }]
      : []),
    ...(config.OPENAI_API_KEY
      ? [{ ...row("openai", "cloud", OPENAI_MODEL, openaiUrl), apiKeyEnv: "OPENAI_API_KEY" }]
      : []),
  ];
}
