import { z } from "zod";
import { CATALOG, INTENTS } from "../intents/catalog/index.ts";
import type { PredictedAct, Prediction } from "./types.ts";

const MAX_ACTS = 5;
const MAX_STEPS_CHARS = 1_000;

/** `map` forgets that a tuple stays one. */
type Schemas<Catalog> = { [Index in keyof Catalog]: Catalog[Index] extends { schema: infer Schema } ? Schema : never };
const schemas = CATALOG.map(({ schema }) => schema) as unknown as Schemas<typeof CATALOG>;

/** One act: each intent of the catalog with its own slots. */
const actSchema = z.discriminatedUnion("intent", schemas, {
  error: (issue) => (issue.code === "invalid_union" ? `not one of ${INTENTS.join(", ")}` : undefined),
});

/** `steps` comes first: a model writes its fields in order, so the answer is taken from the steps (M7). */
const predictionSchema = z.object({
  steps: z.string(),
  acts: z.array(actSchema).refine((acts) => acts.length <= MAX_ACTS, `more than ${MAX_ACTS} acts`),
  answer: z.enum(["yes", "no"]).nullable(),
  confidence: z.number().refine((value) => value >= 0 && value <= 1, "not between 0 and 1"),
});

/**
 * Draft-7 JSON schema of Prediction in the words that strict dialects take: every field required, no extra ones, nullable
 * instead of optional, anyOf instead of oneOf. Descriptions stand in the prompt, once, not here in every intent.
 */
export const predictionJsonSchema: Record<string, unknown> = withoutDialect(
  z.toJSONSchema(predictionSchema, {
    target: "draft-7",
    reused: "inline",
    override({ jsonSchema }) {
      delete jsonSchema.description;
      if (jsonSchema.oneOf === undefined) return;
      jsonSchema.anyOf = jsonSchema.oneOf;
      delete jsonSchema.oneOf;
    },
  }),
);

export type ParsedPrediction = { ok: true; value: Prediction } | { ok: false; problem: string };

/**
 * Reads a prediction out of what a model wrote. Repairs what is harmless: prose or code fences around the object, trailing
 * commas, absent slots (null), a number as order number. Everything else is a problem, named by field and without quoting
 * the answer, so that it may be logged.
 */
export function parsePrediction(text: string): ParsedPrediction {
  const raw = firstJsonObject(text);
  if (raw === undefined) return { ok: false, problem: text.trim() === "" ? "empty answer" : "no complete JSON object" };
  const checked = predictionSchema.safeParse(fillAbsent(raw));
  if (!checked.success) {
    const issues = checked.error.issues.slice(0, 5);
    return {
      ok: false,
      problem: issues.map((issue) => `${issue.path.join(".") || "answer"}: ${issue.message}`).join("; "),
    };
  }
  const { steps, acts, ...rest } = checked.data;
  return { ok: true, value: { steps: steps.slice(0, MAX_STEPS_CHARS), acts: acts.map(withAllSlots), ...rest } };
}

/** A slot that the intent doesn't have is null, as one that was not said. */
const withAllSlots = (act: z.infer<typeof actSchema>): PredictedAct => ({ ...NO_SLOTS, ...act });
const NO_SLOTS = { product: null, order_id: null, reason: null, wanted: null };

/** A prediction as a model writes it, for worked examples: no slots that its intents don't have. */
export function asWritten({ acts, ...rest }: Required<Prediction>): string {
  const { steps, ...after } = rest;
  return JSON.stringify({ steps, acts: acts.map((act) => actSchema.parse(act)), ...after });
}

/** The first balanced {...} of the text that parses, or undefined. */
export function firstJsonObject(text: string): Record<string, unknown> | undefined {
  for (let start = text.indexOf("{"); start !== -1; start = text.indexOf("{", start + 1)) {
    const end = endOfObject(text, start);
    if (end === undefined) continue;
    const parsed = parseTolerant(text.slice(start, end + 1));
    if (parsed !== undefined) return parsed;
  }
  return undefined;
}

function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === "\\") i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return i;
  }
  return undefined;
}

function parseTolerant(json: string): Record<string, unknown> | undefined {
  // A string literal is matched first and kept, so that only commas outside of strings are dropped.
  const withoutTrailingCommas = json.replace(
    /("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/gs,
    (_, literal?: string) => literal ?? "",
  );
  try {
    return JSON.parse(withoutTrailingCommas) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function fillAbsent(raw: Record<string, unknown>): Record<string, unknown> {
  const acts = Array.isArray(raw.acts) ? raw.acts.map(fillAbsentSlots) : raw.acts;
  return { steps: "", ...raw, acts, answer: raw.answer ?? null };
}

function fillAbsentSlots(act: unknown): unknown {
  if (typeof act !== "object" || act === null || Array.isArray(act)) return act;
  const filled: Record<string, unknown> = { ...NO_SLOTS, ...act };
  for (const [name, value] of Object.entries(filled)) if (value === "") filled[name] = null;
  if (Number.isSafeInteger(filled.order_id)) filled.order_id = String(filled.order_id);
  return filled;
}

function withoutDialect(schema: Record<string, unknown>): Record<string, unknown> {
  const { $schema: _, ...rest } = schema;
  return rest;
}
