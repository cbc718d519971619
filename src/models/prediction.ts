import { z } from "zod";
import type { Prediction } from "./types.ts";
import { INTENTS } from "./types.ts";

const MAX_ACTS = 5;
const MAX_SLOT_CHARS = 300;
const MAX_STEPS_CHARS = 1_000;

// Lengths are refinements, not `max()`: those stay out of the JSON schema, whose strict dialects refuse maxLength.
const slot = z
  .string()
  .refine((value) => value.length <= MAX_SLOT_CHARS, `longer than ${MAX_SLOT_CHARS} characters`)
  .nullable();

const actSchema = z.object({
  intent: z.enum(INTENTS),
  product: slot,
  order_id: slot,
  reason: slot,
  wanted: slot,
});

/** `steps` comes first: a model writes its fields in order, so the answer is taken from the steps (M7). */
const predictionSchema = z.object({
  steps: z.string(),
  acts: z.array(actSchema).refine((acts) => acts.length <= MAX_ACTS, `more than ${MAX_ACTS} acts`),
  answer: z.enum(["yes", "no"]).nullable(),
  confidence: z.number().refine((value) => value >= 0 && value <= 1, "not between 0 and 1"),
});

/** Draft-7 JSON schema of Prediction; every field required, no extra ones, nullable instead of optional. */
export const predictionJsonSchema: Record<string, unknown> = withoutDialect(
  z.toJSONSchema(predictionSchema, { target: "draft-7", reused: "inline" }),
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
  return { ok: true, value: { ...checked.data, steps: checked.data.steps.slice(0, MAX_STEPS_CHARS) } };
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
  const filled: Record<string, unknown> = { product: null, order_id: null, reason: null, wanted: null, ...act };
  for (const [name, value] of Object.entries(filled)) if (value === "") filled[name] = null;
  if (Number.isSafeInteger(filled.order_id)) filled.order_id = String(filled.order_id);
  return filled;
}

function withoutDialect(schema: Record<string, unknown>): Record<string, unknown> {
  const { $schema: _, ...rest } = schema;
  return rest;
}
