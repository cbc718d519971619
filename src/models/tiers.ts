import { createAnthropicTier } from "./anthropic/tier.ts";
import { createOpenAITier } from "./openai/tier.ts";
import type { Tier } from "./types.ts";

export interface TierSettings {
  timeoutMs: number;
  localServer?: { baseURL: string; model: string; apiKey?: string };
  openai?: { apiKey: string; model: string; baseURL: string };
  anthropic?: { apiKey: string; model: string; baseURL: string };
}

/** Tiers from the configuration, local ones first (M2); the small in-process one joins at the front once its weights are there. */
export function configuredTiers({ timeoutMs, localServer, openai, anthropic }: TierSettings): Tier[] {
  return [
    ...(localServer
      ? [
          createOpenAITier({
            id: localServer.model,
            where: "local-network",
            baseURL: localServer.baseURL,
            apiKey: localServer.apiKey ?? "none",
            model: localServer.model,
            timeoutMs,
          }),
        ]
      : []),
    ...(anthropic ? [createAnthropicTier({ id: anthropic.model, where: "cloud", timeoutMs, ...anthropic })] : []),
    ...(openai ? [createOpenAITier({ id: openai.model, where: "cloud", timeoutMs, ...openai })] : []),
  ];
}
