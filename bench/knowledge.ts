/** `npm run bench -- knowledge [--entries 100000 --write]`: the index side by side with brute force, and changes until they answer. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { limitOpenMp, loadConfig } from "../src/config.ts";
import { startMongodb } from "../src/embedded/mongodb.ts";
import { ensureEmbedder } from "../src/embedded/weights.ts";
import { wordingsOf } from "../src/knowledge/entries.ts";
import { readKnowledgeFiles } from "../src/knowledge/files.ts";
import { createEmbedder } from "../src/models/local/embedder.ts";
import { openStore } from "../src/store/mongo.ts";
import { loadClassifier } from "../src/understanding/examples.ts";
import { centre, embedSet } from "../src/understanding/vectors.ts";
import type { Live } from "./knowledge-live.ts";
import { measureLive } from "./knowledge-live.ts";
import type { Quality } from "./knowledge-quality.ts";
import { measureQuality } from "./knowledge-quality.ts";
import type { Latency, Scale } from "./knowledge-scale.ts";
import { latency, measureScale } from "./knowledge-scale.ts";
import { withSection } from "./page.ts";

const root = join(import.meta.dirname, "..");
const page = join(root, "docs", "knowledge.md");
const USAGE = "Usage: npm run bench -- knowledge [--entries 100000 --write]";
const EMBEDDED_QUESTIONS = 200;
const LIVE_ENTRIES_MAX = 5_000;
const SEED = 20_261_127;

export async function benchKnowledge(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { entries: { type: "string", default: "100000" }, write: { type: "boolean", default: false } },
  });
  const count = Number(values.entries);
  if (!Number.isSafeInteger(count) || count < 1_000) throw new Error(USAGE);
  limitOpenMp();
  const loadBefore = loadavg()[0] ?? 0;
  const { cacheDir, KNOWLEDGE_DIR } = loadConfig({});
  const embedder = await createEmbedder(await ensureEmbedder({ cacheDir, onProgress: () => undefined }));
  const { mean } = await loadClassifier(join(root, "data", "examples"), embedder, cacheDir);
  const dir = join(root, KNOWLEDGE_DIR);
  const texts = (await readKnowledgeFiles(dir)).flatMap(({ entry }) => wordingsOf(entry));
  const vectors = (await embedSet(embedder, texts, cacheDir)).map((vector) => centre(vector, mean));
  const random = seeded(SEED);

  const quality = await measureQuality({ embedder, mean, cacheDir });
  console.error("quality measured");
  const scales = [count / 10, count].map((size) => measureScale(texts, vectors, size, random));
  console.error("scale measured");
  const embedding = await timeEmbedding(texts, (text) => embedder.embed([text]));
  const live = await withMongodb((store) =>
    measureLive({ store, embedder, mean, cacheDir, dir }, texts, Math.min(count, LIVE_ENTRIES_MAX)),
  );
  const text = report({ quality, scales, embedding, live, loadBefore });
  console.log(`\n${text}\n`);
  if (values.write) await writeFile(page, withSection(await readFile(page, "utf8"), "index", text));
}

/** Each text is another one, so that no cache knows it. */
async function timeEmbedding(texts: string[], embed: (text: string) => Promise<unknown>): Promise<Latency> {
  const times: number[] = [];
  for (let n = 0; n < EMBEDDED_QUESTIONS; n++) {
    const start = performance.now();
    await embed(`${texts[(n * 7) % texts.length] ?? ""} ${n}`);
    times.push(performance.now() - start);
  }
  return latency(times);
}

async function withMongodb<T>(work: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), "colloquy-bench-"));
  const { cacheDir } = loadConfig({});
  const mongodb = await startMongodb({ dataDir, cacheDir, configured: {}, onProgress: () => undefined });
  const store = await openStore(mongodb.uri);
  try {
    return await work(store);
  } finally {
    await store.close();
    await mongodb.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** The same numbers in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Measured {
  quality: Quality[];
  scales: Scale[];
  embedding: Latency;
  live: Live;
  loadBefore: number;
}

const ms = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const both = ({ p50, p99 }: Latency): string => `${ms(p50)} / ${ms(p99)} ms`;
const mb = (bytes: number): string => `${Math.round(bytes / 1e6).toLocaleString("en")} MB`;
const share = (part: number, of: number): string => `${((100 * part) / of).toFixed(1)} %`;

function report({ quality, scales, embedding, live, loadBefore }: Measured): string {
  const [cpu] = cpus();
  return [
    `> Written by \`npm run bench -- knowledge --write\`; edits are lost. ${new Date().toISOString().slice(0, 10)}, ${cpu?.model.trim()}, ${availableParallelism()} cores, load ${loadBefore.toFixed(1)}, Node ${process.versions.node}.`,
    "",
    "| entries (wordings) | search p50 / p99 | of it processor | brute force p50 / p99 | a change p50 / p99 | built in | memory | of it vectors |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...scales.map(
      (one) =>
        `| ${one.entries.toLocaleString("en")} (${one.wordings.toLocaleString("en")}) | ${both(one.hybrid)} | ${both(one.hybridCpu)} | ${both(one.bruteForce)} | ${both(one.change)} | ${one.buildS.toFixed(1)} s | ${mb(one.memory)} | ${mb(one.vectorBytes)} |`,
    ),
    "",
    `The question's embedding comes on top, ${both(embedding)} for one that the cache doesn't know; most turns have it already, from understanding the words. Made-up entries, all of one tenant and language; brute force is what this index replaced: 32-bit vectors, one after another.`,
    "",
    `A change answers ${ms(live.visible.p50)} ms after its write at the median of ${live.changes}, ${ms(live.visible.most)} ms at most. ${live.entries.toLocaleString("en")} entries are written in ${live.writeS.toFixed(1)} s; a worker that has never heard of the tenant has all of them ${live.loadS.toFixed(1)} s after its first question.`,
    "",
    "| language | wordings left out | found first | among three | three, of its article | near enough to answer | texts out of scope that find something |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...quality.map(
      (one) =>
        `| ${one.locale} | ${one.wordings} | ${share(one.first, one.wordings)} | ${share(one.three, one.wordings)} | ${share(one.threeOfArticle, one.wordings)} | ${share(one.answered, one.wordings)} | ${share(one.wronglyAnswered, one.unrelated)} |`,
    ),
  ].join("\n");
}
