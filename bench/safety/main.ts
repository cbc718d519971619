/** `npm run evaluate-safety [-- pii|moderation] [--write] [--count 100000] [--seed 1] [--cross] [--misses]`: what the recognisers and the moderation model get right. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runCommand } from "../../src/cli/instance.ts";
import { limitOpenMp, loadConfig } from "../../src/config.ts";
import { ensureEmbedder } from "../../src/embedded/weights.ts";
import { createEmbedder } from "../../src/models/local/embedder.ts";
import { loadModerator } from "../../src/safety/moderation.ts";
import { headPath, trainHead } from "./moderation.ts";
import { crossReport, table, testReport } from "./moderation-report.ts";
import { measurePii, precision, recall } from "./pii.ts";
import { piiCases } from "./pii-texts.ts";

const page = fileURLToPath(new URL("../../docs/security.md", import.meta.url));
const USAGE =
  "Usage: npm run evaluate-safety [-- pii|moderation] [--write] [--count 100000] [--seed 1] [--cross] [--misses]";

/** Between its markers in docs/security.md. @throws Error when they are missing */
async function write(name: string, text: string): Promise<void> {
  const before = await readFile(page, "utf8");
  const marked = new RegExp(`(<!-- ${name}: written by npm run evaluate-safety -->\n)[\\s\\S]*?(<!-- end -->)`);
  if (!marked.test(before)) throw new Error(`docs/security.md has no markers for ${name}`);
  await writeFile(
    page,
    before.replace(marked, (_, from: string, to: string) => `${from}${text}\n${to}`),
  );
}

function pii(count: number, seed: number, misses: boolean): string {
  const { byLabel, all, meanMs, wrong } = measurePii(piiCases(seed, count));
  const row = (name: string, tally: typeof all): string[] => [
    name,
    String(tally.there),
    `${(100 * recall(tally)).toFixed(3)} %`,
    `${(100 * precision(tally)).toFixed(3)} %`,
  ];
  const rows = [...byLabel].sort(([a], [b]) => a.localeCompare(b)).map(([label, tally]) => row(`\`${label}\``, tally));
  if (misses) for (const each of wrong) console.log(JSON.stringify(each));
  console.log(`${meanMs.toFixed(2)} ms a text, ${wrong.length} texts not wholly right`);
  return [
    `${count} texts, seed ${seed}.`,
    "",
    table(["what", "there", "recall", "precision"], [...rows, row("**all**", all)]),
  ].join("\n");
}

/** Trains when asked to, then measures: the test, or with `cross` the training rows, each by a head that never saw its family. */
async function moderation({
  train,
  cross,
  misses,
}: {
  train: boolean;
  cross: boolean;
  misses: boolean;
}): Promise<string> {
  limitOpenMp();
  const config = loadConfig();
  const onProgress = (): void => undefined;
  const embedder = await createEmbedder(
    await ensureEmbedder({ cacheDir: config.cacheDir, indexUrl: config.PYTHON_INDEX_URL, onProgress }),
  );
  if (cross) return crossReport(embedder, config.cacheDir, misses);
  if (train) await writeFile(headPath, `${JSON.stringify(await trainHead(embedder, config.cacheDir), null, 1)}\n`);
  return testReport(await loadModerator(headPath, embedder));
}

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      write: { type: "boolean", default: false },
      misses: { type: "boolean", default: false },
      cross: { type: "boolean", default: false },
      count: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
    },
  });
  const [count, seed] = [Number(values.count), Number(values.seed)];
  const parts = positionals.length > 0 ? positionals : ["pii", "moderation"];
  if (!parts.every((part) => part === "pii" || part === "moderation") || !(count > 0) || !Number.isInteger(seed))
    throw new Error(USAGE);
  const { write: kept, cross, misses } = values;
  if (kept && cross) throw new Error("--cross is for tuning: it writes nothing");
  for (const part of parts) {
    const text = part === "pii" ? pii(count, seed, misses) : await moderation({ train: kept, cross, misses });
    console.log(`\n${text}\n`);
    if (kept) await write(part, text);
  }
});
