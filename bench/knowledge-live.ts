/** From a reviewer's write to a worker's answer, with a real MongoDB between them, and what a tenant's first use costs. */
import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { loadKnowledge } from "../src/knowledge/index.ts";
import type { EntryInput } from "../src/knowledge/store.ts";
import { createKnowledgeStore } from "../src/knowledge/store.ts";
import { createTextVectors } from "../src/knowledge/vectors.ts";
import type { Embedder } from "../src/models/types.ts";
import type { Store } from "../src/store/mongo.ts";
import type { Latency } from "./knowledge-scale.ts";
import { latency } from "./knowledge-scale.ts";

export interface Live {
  /** ms from the call of `put` to the first search that finds it, with the default poll. */
  visible: Latency;
  changes: number;
  /** A tenant with so many entries and all vectors made: s to write them, s until a worker that starts has all of them. */
  entries: number;
  writeS: number;
  loadS: number;
}

const CHANGES = 20;
const LOOK_MS = 10;

export async function measureLive(
  {
    store,
    embedder,
    mean,
    cacheDir,
    dir,
  }: {
    store: Store;
    embedder: Embedder;
    mean: Float32Array;
    cacheDir: string;
    dir: string;
  },
  texts: string[],
  count: number,
): Promise<Live> {
  const entries = createKnowledgeStore(store);
  const open = () => loadKnowledge({ dir, embedder, mean, cacheDir, store });
  const tenant = `bench-${randomUUID()}`;
  const worker = await open();
  const visible: number[] = [];
  await worker.ready(tenant);
  for (let n = 0; n < CHANGES; n++) {
    const id = `en/bench/${n}`;
    const start = performance.now();
    await entries.put(tenant, pair(id, `${texts[n] ?? ""} (${n})`), "bench");
    while (!worker.entry(tenant, id)) await sleep(LOOK_MS);
    visible.push(performance.now() - start);
  }
  worker.close();

  const many = `bench-${randomUUID()}`;
  // Their texts are those that have vectors already: making them is the embedder's time (docs/operations.md).
  await createTextVectors(store, embedder).of(texts);
  const writing = performance.now();
  const inputs = Array.from({ length: count }, (_, n) => pair(`en/bench/${n}`, texts[n % texts.length] ?? ""));
  await entries.putMany(many, inputs, "bench");
  const writeS = (performance.now() - writing) / 1_000;
  const late = await open();
  const loading = performance.now();
  await late.ready(many);
  while (!late.entry(many, `en/bench/${count - 1}`)) await sleep(LOOK_MS);
  const loadS = (performance.now() - loading) / 1_000;
  late.close();
  return { visible: latency(visible), changes: CHANGES, entries: count, writeS, loadS };
}

const pair = (id: string, question: string): EntryInput => ({
  ...{ id, locale: "en", kind: "pair", question, alternatives: [], answer: `About: ${question}`, source: null },
  ...{ stakes: null, reviewed: true, status: "live", origin: { by: "written" }, flags: [], asked: 0, answeredAt: null },
});
