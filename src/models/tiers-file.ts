/** Tiers as configuration (M1): what TIERS_FILE may hold. docs/tiers.schema.json is written from here by `npm run docs`. */
import { z } from "zod";
import { STAKES } from "./types.ts";

const confidence = z.number().min(0).max(1);
const tokens = z.number().int().positive();
const id = z.string().regex(/^[\w.:/-]{1,64}$/, "1 to 64 letters, digits and . : / _ -");

const common = {
  id: id.describe("Its name in routes, logs and metrics"),
  price: z
    .strictObject({
      currency: z.string().regex(/^[A-Z]{3}$/, "three capital letters, e.g. USD"),
      inputPerMillion: z.number().nonnegative(),
      outputPerMillion: z.number().nonnegative(),
    })
    .optional()
    .describe("Per million tokens; without it the tier costs nothing"),
  tokensPerMinute: tokens
    .optional()
    .describe("Quota, shared by all workers on one Redis (in process: each worker's own); without it there is none"),
  minConfidence: confidence.optional().describe("Its predictions count from this calibrated confidence on"),
  lastResort: z.boolean().default(false).describe("Asked after all others, as the last before a person"),
};

const server = {
  ...common,
  baseUrl: z.url({ protocol: /^https?$/, error: "an http or https address" }),
  model: z.string().min(1).describe("The name that the server knows it by"),
  where: z.enum(["local-network", "cloud"]),
  apiKeyEnv: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, "the name of an environment variable (never the key itself)")
    .optional()
    .describe("Name of the environment variable that holds its key"),
  contextTokens: tokens.optional().describe("Prompt and answer; longer requests go to the next tier"),
  maySee: z
    .enum(["public", "private"])
    .optional()
    .describe("Default: private in the local network, public in the cloud, where private is refused"),
  tasks: z
    .array(z.enum(["predict", "phrase"]))
    .min(1)
    .default(["predict", "phrase"])
    .describe("predict: what the customer wants; phrase: word an answer from passages"),
};

const rowSchema = z.discriminatedUnion(
  "protocol",
  [
    z.strictObject({ protocol: z.literal("openai"), ...server }),
    z.strictObject({ protocol: z.literal("anthropic"), ...server }),
    z.strictObject({
      protocol: z
        .literal("in-process")
        .describe("The small model that the worker runs itself while SMALL_MODEL is true"),
      ...common,
    }),
  ],
  { error: (issue) => (issue.code === "invalid_union" ? "not one of openai, anthropic, in-process" : undefined) },
);
export type TierRow = z.output<typeof rowSchema>;

const routeSchema = z.strictObject({
  tiers: z.array(id).min(1).optional().describe("Who is asked, in this order; default: all, local first"),
  minConfidence: confidence.optional().describe("Least calibrated confidence of an accepted prediction"),
});

export const tiersFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    tiers: z.array(rowSchema).min(1),
    routes: z
      .strictObject(Object.fromEntries(STAKES.map((stakes) => [stakes, routeSchema.optional()])))
      .default({})
      .describe("By what hangs on the answer"),
  })
  .superRefine((file, context) => {
    for (const [path, message] of problemsOf(file)) context.addIssue({ code: "custom", path, message });
  });
export type TiersFile = z.output<typeof tiersFileSchema>;

/** What the shape alone can't say. */
function* problemsOf({ tiers, routes }: TiersFile): Generator<[path: Array<string | number>, message: string]> {
  for (const [index, tier] of tiers.entries()) {
    const at = ["tiers", index];
    if (tiers.findIndex((other) => other.id === tier.id) < index) yield [[...at, "id"], `${tier.id} is there twice`];
    if (tier.protocol === "in-process") {
      if (tiers.findIndex((other) => other.protocol === "in-process") < index)
        yield [[...at, "protocol"], "only one tier runs in process"];
    } else if (tier.where === "cloud" && tier.maySee === "private")
      yield [[...at, "maySee"], "a cloud tier never sees private text"];
  }
  for (const [stakes, route] of Object.entries(routes)) {
    const listed = route?.tiers ?? [];
    for (const [index, name] of listed.entries()) {
      const at = ["routes", stakes, "tiers", index];
      const tier = tiers.find((row) => row.id === name);
      if (tier === undefined) yield [at, `no tier has the id ${name}`];
      else if (tier.lastResort && index < listed.length - 1) yield [at, `${name} is the last resort: it comes last`];
      if (listed.indexOf(name) < index) yield [at, `${name} is there twice`];
    }
  }
}

/** TIERS_FILE can't be used; the message names the file and each field. */
export class TiersFileError extends Error {
  override readonly name = "TiersFileError";
  constructor(path: string, problems: string[]) {
    super(`TIERS_FILE ${path} can't be used:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
  }
}

/**
 * Reads a tiers file, looking up the keys its tiers name.
 * @param keyOf the value of an environment variable
 * @throws TiersFileError naming every field that is wrong, quoting no value
 */
export function parseTiersFile(path: string, text: string, keyOf: (name: string) => string | undefined): TiersFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new TiersFileError(path, [`not JSON: ${(error as Error).message}`]);
  }
  const parsed = tiersFileSchema.safeParse(json);
  if (!parsed.success) {
    throw new TiersFileError(
      path,
      parsed.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`),
    );
  }
  const keyless = parsed.data.tiers.flatMap((tier, index) =>
    tier.protocol !== "in-process" && tier.apiKeyEnv !== undefined && keyOf(tier.apiKeyEnv) === undefined
      ? [`tiers.${index}.apiKeyEnv: ${tier.apiKeyEnv} is not set: set it, or take ${tier.id} out`]
      : [],
  );
  if (keyless.length > 0) throw new TiersFileError(path, keyless);
  return parsed.data;
}

/** The JSON schema of a tiers file, for editors: docs/tiers.schema.json. */
export const tiersSchemaText = (): string =>
  `${JSON.stringify(z.toJSONSchema(tiersFileSchema, { target: "draft-7", io: "input" }), null, 2)}\n`;
