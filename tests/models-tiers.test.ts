/** M1: tiers as a file: what is accepted, what is refused and how it is said, and that a worker runs on it. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Ajv } from "ajv";
import { loadConfig } from "../src/config.ts";
import { candidatesFor, policyOf } from "../src/models/routes.ts";
import { createTiers, inProcessTier } from "../src/models/tiers.ts";
import { parseTiersFile, TiersFileError, tiersSchemaText } from "../src/models/tiers-file.ts";
import type { Stakes, Task, Tier } from "../src/models/types.ts";
import { createLogger } from "../src/telemetry/log.ts";
import { serveMetrics } from "../src/telemetry/metrics-server.ts";
import { startModels } from "../src/worker/models.ts";
import { failureOf, lampReturn, options, request } from "./support/models.ts";
import type { VendorServer } from "./support/vendor-server.ts";
import { startVendorServer } from "./support/vendor-server.ts";

const root = join(import.meta.dirname, "..");
const examplePath = "deploy/tiers.example.json";
const example = await readFile(join(root, examplePath), "utf8");
const keys: Record<string, string> = { OPENAI_API_KEY: "sk-o", ANTHROPIC_API_KEY: "sk-a" };
const keyOf = (name: string) => keys[name];

interface Row {
  [field: string]: unknown;
}
interface File {
  tiers: Row[];
  routes: Record<string, Row>;
}

/** What is said of the example once it was changed. */
function problemOf(change: (file: File, row: (id: string) => Row) => void): string {
  const file = JSON.parse(example) as File;
  change(file, (id) => file.tiers.find((row) => row.id === id) as Row);
  try {
    parseTiersFile("tiers.json", JSON.stringify(file), keyOf);
  } catch (error) {
    expect(error).toBeInstanceOf(TiersFileError);
    return (error as Error).message;
  }
  return "it was accepted";
}

describe("the example file", () => {
  const file = parseTiersFile(examplePath, example, keyOf);
  const small: Tier = { id: "small", where: "in-process", predict: () => Promise.reject(new Error("not asked")) };
  const tiers = [inProcessTier(small, file.tiers), ...createTiers(file.tiers, { timeoutMs: 1_000, keyOf })];
  const order = (stakes: Stakes, localOnly = false, task: Task = "predict") =>
    candidatesFor(tiers, file.routes, { task, stakes, localOnly }).map(({ id }) => id);
  const LOCAL = ["small", "chatglm3-6b", "llama2-chinese-13b"];

  test("has the reference's five models and the small one, and follows the published schema", () => {
    expect(tiers.map(({ id }) => id)).toEqual([...LOCAL, "gpt-3.5-turbo", "claude-sonnet", "gpt-4"]);
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(
      JSON.parse(tiersSchemaText()) as object,
    );
    expect([validate(JSON.parse(example)), validate.errors]).toEqual([true, null]);
    expect(validate({ ...JSON.parse(example), tires: [] })).toBe(false);
  });

  test("docs/tiers.schema.json is what `npm run docs` writes", async () => {
    expect(await readFile(join(root, "docs/tiers.schema.json"), "utf8")).toBe(tiersSchemaText());
  });

  test("M2, M3: local first, then cloud; GPT-4 last, for high value, and not for what is cheap", () => {
    expect(order("normal")).toEqual([...LOCAL, "gpt-3.5-turbo", "claude-sonnet"]);
    for (const stakes of ["high-value", "money", "medicine"] as const)
      expect(order(stakes)).toEqual([...LOCAL, "gpt-3.5-turbo", "claude-sonnet", "gpt-4"]);
  });

  test("M2: private text stays in the network; the small model doesn't write", () => {
    expect(order("money", true)).toEqual(LOCAL);
    expect(order("money", true, "phrase")).toEqual(LOCAL.slice(1));
  });

  test("prices, quotas and contexts are each tier's own", () => {
    expect(policyOf(tiers.find(({ id }) => id === "gpt-4") as Tier)).toEqual({
      price: { currency: "USD", inputPerMillion: 2.5, outputPerMillion: 10 },
      tokensPerMinute: 30_000,
      contextTokens: 128_000,
      maySee: "public",
      tasks: ["predict", "phrase"],
      lastResort: true,
    });
  });
});

describe("a bad file names the field", () => {
  const bad: Array<[field: string, change: Parameters<typeof problemOf>[0], message: RegExp]> = [
    ["tiers.1.baseUrl", (_, row) => (row("chatglm3-6b").baseUrl = "127.0.0.1:8001"), /an http or https address/],
    [
      "tiers.1.protocol",
      (_, row) => (row("chatglm3-6b").protocol = "grpc"),
      /not one of openai, anthropic, in-process/,
    ],
    ["tiers.3.apiKeyEnv", (_, row) => (row("gpt-3.5-turbo").apiKeyEnv = "sk-secret-1"), /never the key itself/],
    ["tiers.3.apiKeyEnv", (_, row) => (row("gpt-3.5-turbo").apiKeyEnv = "OTHER_KEY"), /OTHER_KEY is not set/],
    ["tiers.4.price.currency", (_, row) => (row("claude-sonnet").price = { currency: "$" }), /three capital letters/],
    ["tiers.4.tokensPerMinute", (_, row) => (row("claude-sonnet").tokensPerMinute = 0), /./],
    ["tiers.5.maySee", (_, row) => (row("gpt-4").maySee = "private"), /a cloud tier never sees private text/],
    ["tiers.5.where", (_, row) => delete row("gpt-4").where, /./],
    ["tiers.5.id", (_, row) => (row("gpt-4").id = "small"), /small is there twice/],
    ["tiers.0", (_, row) => (row("small").baseUrl = "http://x"), /baseUrl/],
    ["tiers", (file) => (file.tiers = []), /./],
    ["routes.money.tiers.0", (file) => (file.routes.money = { tiers: ["gpt-5"] }), /no tier has the id gpt-5/],
    ["routes.money.tiers.0", (file) => (file.routes.money = { tiers: ["gpt-4", "small"] }), /it comes last/],
    ["routes.money.minConfidence", (file) => (file.routes.money = { minConfidence: 85 }), /./],
    ["routes", (file) => (file.routes.refunds = {}), /refunds/],
  ];
  test.each(bad)("%s", (field, change, message) => {
    const problem = problemOf((...at) => void change(...at));
    expect(problem).toMatch(/^TIERS_FILE tiers\.json can't be used:\n/);
    expect(problem).toContain(`  ${field}: `);
    expect(problem).toMatch(message);
    expect(problem).not.toContain("sk-");
  });

  test("what isn't JSON, or isn't there", async () => {
    expect(() => parseTiersFile("t.json", "{", keyOf)).toThrow(/^TIERS_FILE t\.json can't be used:\n {2}not JSON: /);
    const config = loadConfig({ TIERS_FILE: "no/such/file.json" });
    const log = createLogger("silent", "test");
    await expect(startModels(config, log)).rejects.toThrow(
      "TIERS_FILE no/such/file.json can't be used:\n  it can't be read: ENOENT",
    );
  });
});

describe("a worker's models", () => {
  const log = createLogger("silent", "test");
  let vendor: VendorServer;
  let folder: string;
  beforeAll(async () => {
    vendor = await startVendorServer([{ kind: "json", value: lampReturn }]);
    folder = await mkdtemp(join(tmpdir(), "colloquy-tiers-"));
  });
  afterAll(async () => {
    await vendor.close();
    await rm(folder, { recursive: true });
  });

  test("come from TIERS_FILE, with the keys it names; what the other variables say doesn't count", async () => {
    const path = join(folder, "tiers.json");
    const row = { id: "glm", protocol: "openai", baseUrl: vendor.openaiBaseURL, model: "chatglm3-6b" };
    const tiers = [
      {
        ...row,
        where: "local-network",
        apiKeyEnv: "GLM_KEY",
        price: { currency: "CNY", inputPerMillion: 1, outputPerMillion: 2 },
      },
    ];
    await writeFile(path, JSON.stringify({ tiers }));
    const config = loadConfig({ TIERS_FILE: path, GLM_KEY: "key-of-glm", OPENAI_API_KEY: "sk-unused" });
    const models = await startModels(config, log);
    const answer = await models.router()?.predict(request, { ...options(), tenant: "shop-1" });
    expect(answer).toMatchObject({ tier: "glm", accepted: true, cost: { CNY: (100 * 1 + 20 * 2) / 1e6 } });
    expect(vendor.calls[0]?.headers.authorization).toBe("Bearer key-of-glm");
    const served = await serveMetrics(models.metrics, "127.0.0.1", 0);
    const lines = await (await fetch(`http://127.0.0.1:${served.port}/metrics`)).text();
    expect(lines).toContain('colloquy_model_tokens_total{tier="glm",tenant="shop-1",direction="input"} 100');
    expect(lines).toContain('colloquy_model_breaker_state{tier="glm"} 0');
    expect((await fetch(`http://127.0.0.1:${served.port}/`)).status).toBe(404);
    await served.close();
    await models.close();
  });

  test("without a file: one for each server or key that is set, local first; none at all is no router", async () => {
    vendor.script([{ kind: "status", status: 500 }]);
    const both = await startModels(
      loadConfig({
        OPENAI_API_KEY: "sk-o",
        OPENAI_BASE_URL: vendor.openaiBaseURL,
        ANTHROPIC_API_KEY: "sk-a",
        ANTHROPIC_BASE_URL: vendor.anthropicBaseURL,
        LOCAL_LLM_BASE_URL: vendor.openaiBaseURL,
      }),
      log,
    );
    await failureOf(both.router()?.predict(request, options()) ?? Promise.resolve());
    expect(vendor.calls.map(({ model }) => model)).toEqual(["chatglm3-6b", "claude-sonnet-5-5", "gpt-4o"]);
    const none = await startModels(loadConfig({}), log);
    expect(none.router()).toBeNull();
    await Promise.all([both.close(), none.close()]);
  });

  test("a tier that joins later goes first, and the others' breakers stay as they were", async () => {
    vendor.script([{ kind: "status", status: 500 }]);
    const models = await startModels(loadConfig({ LOCAL_LLM_BASE_URL: vendor.openaiBaseURL }), log);
    for (let i = 0; i < 3; i++) await failureOf(models.router()?.predict(request, options()) ?? Promise.resolve());
    models.add({
      id: "small",
      where: "in-process",
      predict: async () => ({ value: { ...lampReturn, confidence: 0.2 }, usage: { inputTokens: 1, outputTokens: 1 } }),
    });
    const answer = await models.router()?.predict(request, options());
    expect(answer).toMatchObject({ tier: "small", accepted: false });
    expect(answer?.attempts).toMatchObject([{ outcome: "LowConfidence" }, { outcome: "Skipped", because: "breaker" }]);
    expect(vendor.calls).toHaveLength(3);
    await models.close();
  });
});
