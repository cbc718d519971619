/** `npm run bench -- memory [--archived N --recalls N --write]`: sizes, moves, recall and cost of the three tiers. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BSON } from "mongodb";
import { limitOpenMp, loadConfig } from "../src/config.ts";
import { startMongodb } from "../src/embedded/mongodb.ts";
import { bucketName, startS3 } from "../src/embedded/s3.ts";
import { ensureEmbedder } from "../src/embedded/weights.ts";
import { createLedger } from "../src/memory/ledger.ts";
import { createObjectStore } from "../src/memory/object-store.ts";
import type { SweepParts } from "../src/memory/sweep.ts";
import { createWarm } from "../src/memory/warm.ts";
import type { Store } from "../src/store/mongo.ts";
import { openStore } from "../src/store/mongo.ts";
import type { Played } from "./memory-dialogues.ts";
import { loadBrain, playAll } from "./memory-dialogues.ts";
import { answerQuestions } from "./memory-questions.ts";
import { fill, forgetAll, pickCustomers, SESSIONS_A_CUSTOMER, timeRecalls } from "./memory-recall.ts";
import type { MemoryResult } from "./memory-report.ts";
import { memoryTables, withTables } from "./memory-report.ts";
import { benchSealer } from "./memory-sealer.ts";
import { encodeRate, sizesOf, timeMoves } from "./memory-tiers.ts";

const page = join(import.meta.dirname, "..", "docs", "memory.md");
const USAGE = "Usage: npm run bench -- memory [--archived 1000000 --recalls 1000 --write]";
const FIRST_STEP = 10_000;
const DAY_MS = 86_400_000;
const MOVES = 2_000;
const ENCODE_ROUNDS = 8;
const REQUEST_TIMEOUT_MS = 60_000;
const say = (text: string): void => console.error(text);

interface Settings {
  archived: number;
  recalls: number;
  write: boolean;
}

function settingsFrom(args: string[]): Settings {
  const { values } = parseArgs({
    args,
    options: {
      archived: { type: "string", default: "1000000" },
      recalls: { type: "string", default: "1000" },
      write: { type: "boolean", default: false },
    },
  });
  const [archived, recalls] = [Number(values.archived), Number(values.recalls)];
  if (!Number.isSafeInteger(archived) || archived < FIRST_STEP || !Number.isSafeInteger(recalls) || recalls < 1)
    throw new Error(USAGE);
  return { archived, recalls, write: values.write };
}

/** 10,000 sessions, then ten times as many, up to the most. */
const steps = (most: number): number[] =>
  Array.from({ length: 7 }, (_, i) => FIRST_STEP * 10 ** i)
    .filter((step) => step < most)
    .concat(most);

async function measure(
  parts: SweepParts,
  store: Store,
  played: Played[],
  { archived, recalls }: Settings,
): Promise<Pick<MemoryResult, "archives" | "warm" | "moves" | "indexBytes" | "encode" | "sizes">> {
  const records = played.map(({ record }) => record);
  const sizes = sizesOf(records);
  const encode = encodeRate(records, ENCODE_ROUNDS);
  say(`encoded ${Math.round(encode.perS)} sessions/s`);
  const moves = await timeMoves(parts, records, MOVES);
  await parts.warm.save(records[0] as Played["record"]);
  await store.warm.deleteMany({});
  const archives: MemoryResult["archives"] = [];
  let customers = 0;
  let warm: MemoryResult["warm"] = { p50Ms: 0, p99Ms: 0, recalls: 0 };
  for (const sessions of steps(archived)) {
    const wanted = Math.ceil(sessions / SESSIONS_A_CUSTOMER);
    const filled = await fill(parts, records, customers, wanted);
    customers = wanted;
    const both = { warm: parts.warm, cold: parts };
    // What starts and warms up is no recall.
    await forgetAll(parts.warm, (await timeRecalls(both, pickCustomers(customers, recalls / 10))).sessions);
    const picked = pickCustomers(customers, recalls);
    const { latency: cold, sessions: back } = await timeRecalls(both, picked);
    // What came back from cold is warm now.
    warm = (await timeRecalls(both, picked)).latency;
    await forgetAll(parts.warm, back);
    archives.push({ sessions: customers * SESSIONS_A_CUSTOMER, filled, cold });
    say(`${customers * SESSIONS_A_CUSTOMER} archived in ${Math.round(filled.elapsedMs)} ms: ${JSON.stringify(cold)}`);
  }
  return { sizes, encode, moves, archives, warm, indexBytes: await entryBytes(store) };
}

/** BSON bytes of the index, by session: of a sample. */
async function entryBytes({ archiveEntries }: Store): Promise<number> {
  const entries = await archiveEntries.find({ tenant: "bench" }, { limit: 1_000 }).toArray();
  const bytes = entries.reduce((sum, entry) => sum + BSON.calculateObjectSize(entry), 0);
  return bytes / entries.reduce((sum, { sessions }) => sum + sessions.length, 0);
}

async function run(settings: Settings, dataDir: string): Promise<MemoryResult> {
  const { cacheDir } = loadConfig();
  const loadBefore = loadavg()[0] ?? 0;
  const options = { dataDir, cacheDir, configured: {}, onProgress: () => undefined, headless: true };
  const { brain, embedding } = await loadBrain(
    await ensureEmbedder({ cacheDir, onProgress: () => undefined }),
    cacheDir,
  );
  say("playing the evaluation dialogues");
  const played = await playAll(brain, embedding);
  const answered = [await answerQuestions("zh", played, embedding), await answerQuestions("en", played, embedding)];
  for (const { missed } of answered) for (const question of missed) say(`missed: ${question}`);
  const [mongodb, s3] = await Promise.all([startMongodb(options), startS3(options)]);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      const stopped = Promise.allSettled([mongodb.stop(), s3.stop()]);
      void stopped.then(() => rm(dataDir, { recursive: true, force: true })).then(() => process.exit(1));
    });
  const store = await openStore(mongodb.uri);
  const objects = createObjectStore({ ...s3, bucket: bucketName, timeoutMs: REQUEST_TIMEOUT_MS });
  try {
    const sealer = benchSealer();
    const warm = createWarm(store, sealer, 7 * DAY_MS, (trouble, error) => {
      throw new Error(trouble, { cause: error });
    });
    const parts = { warm, objects, ledger: createLedger(store), sealer };
    const build = await store.db.admin().command({ buildInfo: 1 });
    const engine = /secantus/i.test(JSON.stringify(build)) ? "SecantusDB" : "mongod";
    const engines = `MongoDB: ${engine}; S3: s3rver; as \`npm start\` runs them.`;
    return { engines, at: new Date(), loadBefore, answered, ...(await measure(parts, store, played, settings)) };
  } finally {
    objects.close();
    await store.close();
    await Promise.all([mongodb.stop(), s3.stop()]);
  }
}

export async function benchMemory(args: string[]): Promise<void> {
  limitOpenMp();
  const settings = settingsFrom(args);
  const dataDir = await mkdtemp(join(tmpdir(), "colloquy-bench-memory-"));
  try {
    const tables = memoryTables(await run(settings, dataDir));
    console.log(`\n${tables}\n`);
    if (settings.write) await writeFile(page, withTables(await readFile(page, "utf8"), tables));
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
