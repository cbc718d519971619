/** D2: each intent of the catalog is one schema, and everything a model is told or held to comes from it. */
import { describe, expect, test } from "@jest/globals";
import { slots } from "../src/intents/catalog/define.ts";
import { CATALOG, INTENTS } from "../src/intents/catalog/index.ts";
import { SMALL_LABELS, SMALL_SYSTEM } from "../src/models/local/small-prompt.ts";
import { parsePrediction, predictionJsonSchema } from "../src/models/prediction.ts";
import { predictPrompt } from "../src/models/prompts.ts";
import { request } from "./support/models.ts";

type ActSchema = { properties: Record<string, { enum?: string[]; type?: string[] }>; required: string[] };
const acts = (predictionJsonSchema.properties as { acts: { items: { anyOf: ActSchema[] } } }).acts.items.anyOf;
const schemaOf = (name: string) => acts.find(({ properties }) => properties.intent?.enum?.[0] === name) as ActSchema;
const parse = (act: object) => parsePrediction(JSON.stringify({ steps: "", acts: [act], answer: null, confidence: 1 }));

describe.each(CATALOG.map((intent) => [intent.name, intent] as const))("%s", (name, intent) => {
  const own = Object.keys(intent.schema.shape).slice(1);

  test("is in the JSON schema with its own slots, all required and nullable", () => {
    expect(Object.keys(schemaOf(name).properties)).toEqual(["intent", ...own]);
    expect(schemaOf(name).required).toEqual(["intent", ...own]);
    for (const slot of own) expect(schemaOf(name).properties[slot]?.type).toEqual(["string", "null"]);
  });

  test("is in the prompts of both kinds of model", () => {
    expect(predictPrompt(request).system).toContain(`${name}: ${intent.line.en} (${own.join(", ") || "no slots"})`);
    expect(SMALL_SYSTEM.en).toContain(`${name}: ${intent.line.en}`);
    expect(SMALL_SYSTEM.zh).toContain(`${name} ${intent.line.zh}`);
    expect(SMALL_LABELS).toContain(name);
  });

  test("is validated by it: slots it lacks are null, its own must be text", () => {
    const said = Object.fromEntries(Object.keys(slots).map((slot) => [slot, `a ${slot}`]));
    const kept = Object.fromEntries(Object.keys(slots).map((slot) => [slot, own.includes(slot) ? `a ${slot}` : null]));
    expect(parse({ intent: name, ...said })).toMatchObject({ ok: true, value: { acts: [{ intent: name, ...kept }] } });
    for (const slot of own) {
      expect(parse({ intent: name, [slot]: { text: "x" } })).toEqual({
        ok: false,
        problem: expect.stringContaining(`acts.0.${slot}: `),
      });
    }
  });
});

test("an intent that isn't in the catalog is a problem that names those that are", () => {
  expect(parse({ intent: "refund_now" })).toEqual({
    ok: false,
    problem: `acts.0.intent: not one of ${INTENTS.join(", ")}`,
  });
});

test("the JSON schema has only what OpenAI's strict mode takes", () => {
  const text = JSON.stringify(predictionJsonSchema);
  for (const word of ["oneOf", "maxLength", "maxItems", "minimum", "$ref", "description", "default"])
    expect(text).not.toContain(`"${word}"`);
  const objects = [...text.matchAll(/"type":"object"/g)].length;
  expect([...text.matchAll(/"additionalProperties":false/g)]).toHaveLength(objects);
});
