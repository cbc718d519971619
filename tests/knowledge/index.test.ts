/** P4: what two workers find of two tenants' entries, on the real embedder and database. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Knowledge } from "../../src/knowledge/index.ts";
import { loadKnowledge } from "../../src/knowledge/index.ts";
import type { KnowledgeStore } from "../../src/knowledge/store.ts";
import { createKnowledgeStore } from "../../src/knowledge/store.ts";
import { createEmbedder } from "../../src/models/local/embedder.ts";
import type { Embedder } from "../../src/models/types.ts";
import { loadClassifier } from "../../src/understanding/examples.ts";
import { BRAIN_LOAD_TIMEOUT_MS } from "../support/brain.ts";
import { eventually } from "../support/eventually.ts";
import { pair } from "../support/knowledge.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner, testServers } from "../support/servers.ts";

const data = join(import.meta.dirname, "..", "..", "data");
let corner: Corner;
let store: KnowledgeStore;
let embedder: Embedder;
let mean: Float32Array;
let noFiles: string;
const workers: Knowledge[] = [];
const errors: unknown[] = [];

const FILES = join(data, "knowledge");
/** With the shop's files, or with none: then only what a tenant has can be found. */
const startWorker = async (dir = noFiles): Promise<Knowledge> => {
  const { cacheDir } = testServers();
  const onError = (error: unknown): void => void errors.push(error);
  const worker = await loadKnowledge({ dir, embedder, mean, cacheDir, store: corner.store, pollMs: 50, onError });
  workers.push(worker);
  return worker;
};

/** On a busy machine a first question may be answered before all is loaded. */
const knows = (worker: Knowledge, tenant: string, id: string) =>
  eventually(`${id} is loaded`, () => worker.entry(tenant, id) !== undefined);

beforeAll(async () => {
  noFiles = await mkdtemp(join(tmpdir(), "colloquy-knowledge-"));
  corner = await openCorner();
  store = createKnowledgeStore(corner.store);
  embedder = await createEmbedder(testServers().embedder);
  ({ mean } = await loadClassifier(join(data, "examples"), embedder, testServers().cacheDir));
}, BRAIN_LOAD_TIMEOUT_MS);

afterAll(async () => {
  for (const worker of workers) worker.close();
  await corner?.close();
  await rm(noFiles, { recursive: true });
  expect(errors).toEqual([]);
});

const ENGRAVE = pair("en/qa/engrave", "Can you engrave a watch?", "Yes, up to 20 letters, 30 yuan, in 2 working days.");
const ASKED = "do you do engraving on watches?";

describe("live", () => {
  test("two workers answer from what is added, changed and retired while they run", async () => {
    const tenant = `${corner.tenant}-live`;
    const [one, two] = [await startWorker(), await startWorker()];
    const foundBy = (worker: Knowledge) => worker.search(tenant, "en", ASKED);
    expect(await foundBy(one)).toEqual([]);
    expect(await foundBy(two)).toEqual([]);

    await store.put(tenant, ENGRAVE, "ann");
    const added = async () => (await foundBy(one))[0] === ENGRAVE.id && (await foundBy(two))[0] === ENGRAVE.id;
    await eventually("both workers answer", added);
    await store.put(tenant, { ...ENGRAVE, answer: "Not any more." }, "ben");
    await eventually("both say what it says now", () =>
      [one, two].every((worker) => worker.entry(tenant, ENGRAVE.id)?.answer === "Not any more."),
    );
    await store.setStatus(tenant, ENGRAVE.id, "retired", "ann");
    await eventually("neither answers", async () => (await foundBy(one)).length + (await foundBy(two)).length === 0);
    // Each wording was embedded once, whoever asked first.
    expect(await corner.store.knowledgeVectors.countDocuments()).toBe(1);
  });

  test("a worker that starts later knows what was there before", async () => {
    const tenant = `${corner.tenant}-before`;
    await store.putMany(tenant, [ENGRAVE, pair("en/qa/piano", "Do you tune pianos?", "No.")], "import");
    const worker = await startWorker();
    await knows(worker, tenant, "en/qa/piano");
    expect(await worker.search(tenant, "en", ASKED)).toEqual([ENGRAVE.id]);
    expect(worker.entry(tenant, "en/qa/piano")?.answer).toBe("No.");
  });
});

test("tenants never see each other's entries, and all see the files", async () => {
  const [mine, theirs] = [`${corner.tenant}-mine`, `${corner.tenant}-theirs`];
  await store.put(mine, { ...ENGRAVE, answer: "Call 139-0000-1111." }, "ann");
  const worker = await startWorker();
  await knows(worker, mine, ENGRAVE.id);
  expect(await worker.search(mine, "en", ASKED)).toEqual([ENGRAVE.id]);
  expect(await worker.search(theirs, "en", ASKED)).toEqual([]);
  expect(worker.entry(theirs, ENGRAVE.id)).toBeUndefined();
  expect(worker.publishes(mine, "13900001111")).toBe(true);
  expect(worker.publishes(theirs, "13900001111")).toBe(false);
  const withFiles = await startWorker(FILES);
  for (const tenant of [mine, theirs])
    expect(await withFiles.search(tenant, "en", "who pays for return shipping?")).toContain(
      "en/qa/return-shipping-fee",
    );
});

describe("a tenant's entry with the id of the files' one", () => {
  const id = "en/qa/return-shipping-fee";
  const question = "who pays for return shipping?";

  test("stands instead of it, retired takes it away, and as a draft leaves it", async () => {
    const tenant = `${corner.tenant}-override`;
    const worker = await startWorker(FILES);
    const own = pair(id, "Who pays for return shipping?", "Always us.");
    await store.put(tenant, { ...own, status: "draft" }, "ann");
    expect(await worker.search(tenant, "en", question)).toContain(id);
    expect(worker.entry(tenant, id)?.answer).not.toBe("Always us.");
    await store.put(tenant, own, "ann");
    await eventually("its own answer", () => worker.entry(tenant, id)?.answer === "Always us.");
    expect((await worker.search(tenant, "en", question)).filter((found) => found === id)).toEqual([id]);
    await store.setStatus(tenant, id, "retired", "ann");
    await eventually("none", () => worker.entry(tenant, id) === undefined);
    expect(await worker.search(tenant, "en", question)).not.toContain(id);
    expect(await worker.search(`${tenant}-other`, "en", question)).toContain(id);
  });
});

test.each(["money", "medicine"] as const)(
  "an entry about %s that nobody reviewed never answers (M6)",
  async (stakes) => {
    const tenant = `${corner.tenant}-${stakes}`;
    const entry = pair("en/mined/1", "Can you engrave a watch?", "For 30 yuan.", { stakes, reviewed: false });
    await store.putMany(tenant, [entry, pair("en/qa/piano", "Do you tune pianos?", "No.")], "import");
    const worker = await startWorker();
    await knows(worker, tenant, "en/qa/piano");
    expect(await worker.search(tenant, "en", "do you tune pianos")).toEqual(["en/qa/piano"]);
    expect(await worker.search(tenant, "en", ASKED)).toEqual([]);
    expect(worker.entry(tenant, entry.id)).toBeUndefined();
    await store.setStatus(tenant, entry.id, "live", "ann", true);
    await eventually("reviewed, it answers", async () => (await worker.search(tenant, "en", ASKED)).includes(entry.id));
  },
);

test("names and numbers tell apart what is asked in the same words, in the question's language only", async () => {
  const tenant = `${corner.tenant}-words`;
  const models = Array.from({ length: 40 }, (_, index) =>
    pair(`zh/mined/${index}`, `ZX-${100 + index} 这款吸尘器的噪音大吗`, `${50 + index} 分贝。`, { locale: "zh" }),
  );
  await store.putMany(tenant, models, "import");
  const worker = await startWorker();
  await knows(worker, tenant, "zh/mined/39");
  const [best] = await worker.search(tenant, "zh", "吸尘器zx-127噪音怎么样");
  expect(best).toBe("zh/mined/27");
  expect(await worker.search(tenant, "en", "吸尘器zx-127噪音怎么样")).toEqual([]);
});

test("unrelated questions find nothing among the files", async () => {
  const worker = await startWorker(FILES);
  const strange = [
    "给我讲个鬼故事",
    "帮我写一首关于秋天的诗",
    "what's the capital of France",
    "is this jacket waterproof",
  ];
  for (const text of strange)
    expect([text, await worker.search("nobody", /\p{Script=Han}/u.test(text) ? "zh" : "en", text)]).toEqual([text, []]);
});

test("what nobody has reviewed answers no question that money or health hangs on, however near it is (M6)", async () => {
  const tenant = `${corner.tenant}-weighs`;
  const plain = pair("en/mined/pad", "can the baby sleep with the diffuser pad", "Put the drops on the pad.", {
    reviewed: false,
  });
  await store.putMany(tenant, [plain], "import");
  const worker = await startWorker();
  await knows(worker, tenant, plain.id);
  expect((await worker.find(tenant, "en", "can the baby sleep with the diffuser pad")).ids).toEqual([plain.id]);
  const { ids } = await worker.find(
    tenant,
    "en",
    "can the baby sleep with the diffuser pad if she has a fever and asthma",
  );
  expect(ids).toEqual([]);
});
