import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createAnthropicTier } from "../src/models/anthropic/tier.ts";
import { createOpenAITier } from "../src/models/openai/tier.ts";
import { predictionJsonSchema } from "../src/models/prediction.ts";
import type { ModelFailureKind, Tier } from "../src/models/types.ts";
import {
  API_KEY,
  expectNoSecrets,
  failureOf,
  lampReturn,
  options,
  protocols,
  question,
  request,
  until,
} from "./support/models.ts";
import type { VendorCall, VendorReply, VendorServer } from "./support/vendor-server.ts";
import { startVendorServer } from "./support/vendor-server.ts";

let vendor: VendorServer;
beforeAll(async () => {
  vendor = await startVendorServer([]);
});
afterAll(() => vendor.close());

describe.each(protocols)("M1: the $protocol tier through its real SDK", ({ protocol, create: createOn }) => {
  const create = (timeoutMs?: number) => createOn(vendor, timeoutMs);

  test("predicts intent and slots in one call, with its usage", async () => {
    vendor.script([{ kind: "json", value: lampReturn, usage: [812, 61] }]);
    const answer = await create().predict(request, options());
    expect(answer).toEqual({ value: lampReturn, usage: { inputTokens: 812, outputTokens: 61 } });
    expect(vendor.calls).toHaveLength(1);
    expect(vendor.calls[0]).toMatchObject({ protocol, stream: false });
    expect(vendor.calls[0]?.text).toContain(request.text);
  });

  test("M7: the schema it sends asks for the steps first", async () => {
    vendor.script([{ kind: "json", value: lampReturn }]);
    await create().predict(request, options());
    const sent = JSON.stringify(vendor.calls[0]?.body);
    expect(sent).toContain(JSON.stringify(predictionJsonSchema).slice(1, -1));
    expect(Object.keys(predictionJsonSchema.properties as object)[0]).toBe("steps");
  });

  test("phrases an answer from passages, streamed", async () => {
    vendor.script([{ kind: "text", text: "The shop pays, within 7 days.", usage: [90, 9] }]);
    const deltas: string[] = [];
    const answer = await create().phrase?.(question, { ...options(), onDelta: (text) => deltas.push(text) });
    expect(answer).toEqual({ value: "The shop pays, within 7 days.", usage: { inputTokens: 90, outputTokens: 9 } });
    expect(deltas.length).toBeGreaterThan(1);
    expect(deltas.join("")).toBe("The shop pays, within 7 days.");
    expect(vendor.calls[0]?.stream).toBe(true);
  });

  const repaired: Array<[name: string, text: string]> = [
    ["prose around it", `Sure! Here is the report:\n${JSON.stringify(lampReturn)}\nAnything else?`],
    ["a code fence", `\`\`\`json\n${JSON.stringify(lampReturn, null, 2)}\n\`\`\``],
    [
      "trailing commas",
      JSON.stringify(lampReturn, null, 2).replaceAll("null\n", "null,\n").replace("0.93\n", "0.93,\n"),
    ],
  ];
  test.each(repaired)("repairs %s without asking again", async (_, text) => {
    vendor.script([{ kind: "text", text }]);
    expect((await create().predict(request, options())).value).toEqual(lampReturn);
    expect(vendor.calls).toHaveLength(1);
  });

  const unusable: Array<[name: string, reply: VendorReply, problem: RegExp]> = [
    ["prose", { kind: "text", text: "The customer wants to return a lamp." }, /no complete JSON object/],
    ["truncated JSON", { kind: "text", text: JSON.stringify(lampReturn).slice(0, 60) }, /no complete JSON object/],
    [
      "wrong types",
      { kind: "json", value: { ...lampReturn, acts: "return", confidence: "high" } },
      /acts: .*confidence: /,
    ],
    [
      "an unknown intent",
      { kind: "json", value: { ...lampReturn, acts: [{ intent: "refund_now" }] } },
      /acts\.0\.intent/,
    ],
    ["a confidence of 95", { kind: "json", value: { ...lampReturn, confidence: 95 } }, /confidence: not between/],
    [
      "an over-long slot",
      { kind: "json", value: { ...lampReturn, acts: [{ ...lampReturn.acts[0], reason: "x".repeat(301) }] } },
      /acts\.0\.reason/,
    ],
    [
      "an answer cut at max_tokens",
      { kind: "truncated", text: JSON.stringify(lampReturn).slice(0, 80) },
      /cut off at the limit of length: no complete JSON object/,
    ],
    ["nothing", { kind: "text", text: "" }, /empty answer/],
  ];
  test.each(unusable)(
    "asks once more after %s, naming the problem, and takes the second answer",
    async (_, reply, problem) => {
      vendor.script([reply, { kind: "json", value: lampReturn }]);
      const answer = await create().predict(request, options());
      expect(answer.value).toEqual(lampReturn);
      expect(answer.usage).toEqual({ inputTokens: 200, outputTokens: 40 });
      expect(vendor.calls).toHaveLength(2);
      expect(vendor.calls[1]?.text).toMatch(problem);
    },
  );

  test.each(unusable)("gives up with BadAnswer after %s twice, and says what it cost", async (_, reply, problem) => {
    vendor.script([reply]);
    const error = await failureOf(create().predict(request, options()));
    expect(error.kind).toBe("BadAnswer");
    expect(error.message).toMatch(problem);
    expect(error.usage).toEqual({ inputTokens: 200, outputTokens: 40 });
    expect(vendor.calls).toHaveLength(2);
    expectNoSecrets(error);
  });

  const failing: Array<[name: string, reply: VendorReply, kind: ModelFailureKind]> = [
    ["a 429", { kind: "status", status: 429, headers: { "retry-after": "7" } }, "RateLimited"],
    ["a 500", { kind: "status", status: 500 }, "Unavailable"],
    ["a 503", { kind: "status", status: 503 }, "Unavailable"],
    ["a 529", { kind: "status", status: 529, code: "overloaded_error" }, "Unavailable"],
    ["a 400", { kind: "status", status: 400, code: "invalid_request_error" }, "BadRequest"],
    ["a 401", { kind: "status", status: 401, code: "invalid_api_key" }, "BadRequest"],
    ["a 403", { kind: "status", status: 403 }, "BadRequest"],
    ["a 404", { kind: "status", status: 404 }, "BadRequest"],
    ["a refusal", { kind: "refusal" }, "Refused"],
    ["a cut connection", { kind: "cut", after: JSON.stringify(lampReturn) }, "Unavailable"],
    ["a body that is no JSON", { kind: "raw", body: "<html>bad gateway</html>" }, "Unavailable"],
  ];
  test.each(failing)("predict: %s fails once, leaking neither key nor prompt", async (_, reply, kind) => {
    vendor.script([reply]);
    const error = await failureOf(create().predict(request, options()));
    expect(error.kind).toBe(kind);
    expect(vendor.calls).toHaveLength(1);
    expectNoSecrets(error);
  });

  test.each(failing.filter(([name]) => !name.includes("no JSON")))(
    "phrase: %s fails likewise",
    async (_, reply, kind) => {
      vendor.script([reply]);
      const error = await failureOf(create().phrase?.(question, options()) ?? Promise.resolve());
      expect(error.kind).toBe(kind);
      expectNoSecrets(error);
    },
  );

  test("M4: a failure on the second ask says what the first one cost", async () => {
    for (const second of [{ kind: "status", status: 429 }, { kind: "hang" }] as const) {
      vendor.script([{ kind: "text", text: "Hmm.", usage: [800, 3] }, second]);
      const error = await failureOf(create(300).predict(request, options()));
      expect(error.kind).toBe(second.kind === "hang" ? "Timeout" : "RateLimited");
      expect(error.usage).toEqual({ inputTokens: 800, outputTokens: 3 });
    }
  });

  test("phrase: half a sentence, cut at max_tokens, is a BadAnswer that says what it cost", async () => {
    vendor.script([{ kind: "truncated", text: "The shop pays, but", usage: [90, 400] }]);
    const error = await failureOf(create().phrase?.(question, options()) ?? Promise.resolve());
    expect(error.kind).toBe("BadAnswer");
    expect(error.usage).toEqual({ inputTokens: 90, outputTokens: 400 });
  });

  test("phrase: an error inside a stream that began well is the vendor's, and leaks nothing", async () => {
    vendor.script([{ kind: "error-event", after: "The shop", code: "overloaded_error" }]);
    const error = await failureOf(create().phrase?.(question, options()) ?? Promise.resolve());
    expect(error.kind).toBe("Unavailable");
    expectNoSecrets(error);
  });

  test("a 429's Retry-After arrives in milliseconds", async () => {
    vendor.script([{ kind: "status", status: 429, headers: { "retry-after": "7" } }]);
    expect((await failureOf(create().predict(request, options()))).retryAfterMs).toBe(7_000);
    vendor.script([{ kind: "status", status: 429 }]);
    expect((await failureOf(create().predict(request, options()))).retryAfterMs).toBeUndefined();
  });

  test("nobody listening is Unavailable", async () => {
    const gone = await startVendorServer([]);
    const bases = { openai: gone.openaiBaseURL, anthropic: gone.anthropicBaseURL };
    await gone.close();
    const make = protocol === "openai" ? createOpenAITier : createAnthropicTier;
    const tier = make({
      id: "gone",
      where: "cloud",
      baseURL: bases[protocol],
      apiKey: API_KEY,
      model: "m",
      timeoutMs: 10_000,
    });
    expect((await failureOf(tier.predict(request, options()))).kind).toBe("Unavailable");
  });

  test("a server that hangs is a Timeout, by the caller's limit or the tier's own, and is hung up on", async () => {
    vendor.script([{ kind: "hang" }]);
    expect((await failureOf(create().predict(request, options(150)))).kind).toBe("Timeout");
    expect((await failureOf(create(150).predict(request, options()))).kind).toBe("Timeout");
    await until(() => vendor.aborted === 2);
  });

  test("a stream that stalls is a Timeout, with the deltas until then", async () => {
    vendor.script([{ kind: "stall", after: "The shop pays" }]);
    const deltas: string[] = [];
    const call = create().phrase?.(question, { ...options(400), onDelta: (text) => deltas.push(text) });
    expect((await failureOf(call ?? Promise.resolve())).kind).toBe("Timeout");
    expect(deltas.join("")).toBe("The shop pays");
  });

  test("an abort by the caller rejects with the signal's reason and ends the request", async () => {
    vendor.script([{ kind: "hang" }]);
    const controller = new AbortController();
    const overtaken = new Error("overtaken by a newer message");
    const call = create().predict(request, options(10_000, controller.signal));
    await until(() => vendor.calls.length === 1);
    controller.abort(overtaken);
    await expect(call).rejects.toBe(overtaken);
    await until(() => vendor.aborted === 1);
  });
});

describe("OpenAI-compatible servers that know less", () => {
  const tier = (): Tier => protocols[0]?.create(vendor) as Tier;
  const refusing =
    (unknown: (body: VendorCall["body"]) => string | undefined) =>
    (call: VendorCall): VendorReply => {
      const message = unknown(call.body);
      return message === undefined ? { kind: "json", value: lampReturn } : { kind: "status", status: 400, message };
    };

  test("without json_schema: falls back to json_object, then to plain, and remembers", async () => {
    const formats: unknown[] = [];
    vendor.script(
      refusing((body) => {
        const format = (body.response_format as { type: string } | undefined)?.type;
        formats.push(format);
        return format === undefined ? undefined : `response_format ${format} is not supported`;
      }),
    );
    const old = tier();
    expect((await old.predict(request, options())).value).toEqual(lampReturn);
    expect((await old.predict(request, options())).value).toEqual(lampReturn);
    expect(formats).toEqual(["json_schema", "json_object", undefined, undefined]);
  });

  test("models that want max_completion_tokens and no temperature get both", async () => {
    vendor.script(
      refusing((body) => {
        if ("max_tokens" in body) return "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.";
        return "temperature" in body ? "Unsupported value: 'temperature' does not support 0" : undefined;
      }),
    );
    expect((await tier().predict(request, options())).value).toEqual(lampReturn);
    expect(vendor.calls.at(-1)?.body).toMatchObject({ max_completion_tokens: 4_000 });
  });

  test("a local server needs no key", async () => {
    vendor.script([{ kind: "json", value: lampReturn }]);
    const local = createOpenAITier({
      id: "glm",
      where: "local-network",
      baseURL: vendor.openaiBaseURL,
      model: "chatglm3-6b",
      timeoutMs: 10_000,
    });
    expect((await local.predict(request, options())).value).toEqual(lampReturn);
  });

  test("M7: a reasoning model's thoughts are neither parsed nor shown", async () => {
    const thoughts = '<think>\nMaybe {"acts": []}?\n</think>\n\n';
    vendor.script([{ kind: "text", text: thoughts + JSON.stringify(lampReturn) }]);
    expect((await tier().predict(request, options())).value).toEqual(lampReturn);
    vendor.script([{ kind: "text", text: `${thoughts}The shop pays. <b>` }]);
    let shown = "";
    const onDelta = (text: string) => {
      shown += text;
    };
    expect((await tier().phrase?.(question, { ...options(), onDelta }))?.value).toBe("The shop pays. <b>");
    expect(shown).toBe("The shop pays. <b>");
    vendor.script([{ kind: "text", text: "<think>and nothing else</think>" }]);
    expect((await failureOf(tier().phrase?.(question, options()) ?? Promise.resolve())).kind).toBe("BadAnswer");
  });

  test("another 400 is not retried in simpler words", async () => {
    vendor.script([{ kind: "status", status: 400, message: "context length exceeded" }]);
    expect((await failureOf(tier().predict(request, options()))).kind).toBe("BadRequest");
    expect(vendor.calls).toHaveLength(1);
  });
});
