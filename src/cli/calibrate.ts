/**
 * `npm run calibrate`: fits what confidences are worth, and the drift threshold of the embedder in use, on the tuning split, and
 * writes data/calibration.json.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { limitOpenMp, loadConfig } from "../config.ts";
import { createProgressDisplay } from "../embedded/progress.ts";
import { ensureEmbedder } from "../embedded/weights.ts";
import type { Mind } from "../evaluation/brain.ts";
import { loadMind, tierAlone } from "../evaluation/brain.ts";
import { loadMessages, loadTopics } from "../evaluation/data.ts";
import { readMessage } from "../evaluation/messages.ts";
import type { Judged } from "../evaluation/metrics.ts";
import { calibrationError } from "../evaluation/metrics.ts";
import type { CalibrationFile } from "../models/calibration.ts";
import { createCalibration, driftThreshold, fitIsotonic, taskTopic } from "../models/calibration.ts";
import type { Tier } from "../models/types.ts";
import { centre, dot } from "../understanding/vectors.ts";
import { availableTiers } from "./evaluation-tiers.ts";
import { runCommand } from "./instance.ts";

const path = join(fileURLToPath(new URL("../..", import.meta.url)), "data", "calibration.json");
/** Fewer readings than this say nothing about a source. */
const MIN_READINGS = 30;

/** A tier that reads costs a second or more a message: it is asked about every third one. */
const TIERS_EVERY = 3;

/** Readings of the tuning split by patterns and examples alone, and by each tier alone. */
async function readings(mind: Mind, tiers: Tier[], tell: (message: string) => void): Promise<Map<string, Judged[]>> {
  const all = await loadMessages("tuning");
  const some = all.filter((_, index) => index % TIERS_EVERY === 0);
  const subjects = [
    { id: "examples", brain: mind.uncalibrated(null), messages: all },
    ...tiers.map((tier) => ({ id: tier.id, brain: tierAlone(mind, tier), messages: some })),
  ];
  const bySource = new Map<string, Judged[]>();
  for (const { id, brain, messages } of subjects) {
    tell(`Reading ${messages.length} messages with ${id}`);
    const judged: Judged[] = [];
    for (const message of messages) {
      const { source, confidence, intentRight } = await readMessage(message, brain);
      // A tier that failed says nothing about its confidence.
      if (source === id) judged.push({ confidence, right: intentRight });
    }
    bySource.set(id, judged);
  }
  return bySource;
}

async function drift({ embedder, classifier }: Mind): Promise<CalibrationFile["drift"]> {
  const pairs = await loadTopics();
  const cosines = await Promise.all(
    pairs.map(async ({ kind, product, locale, text, on }) => {
      const [topic, turn] = await embedder.embed([taskTopic(kind, [product], locale), text]);
      if (!topic || !turn) throw new Error("the embedder returned nothing");
      return { on, cosine: dot(centre(topic, classifier.mean), centre(turn, classifier.mean)) };
    }),
  );
  const onTopic = cosines.filter(({ on }) => on).map(({ cosine }) => cosine);
  const offTopic = cosines.filter(({ on }) => !on).map(({ cosine }) => cosine);
  return {
    embedder: embedder.id,
    ...driftThreshold(onTopic, offTopic),
    onTopic: onTopic.length,
    offTopic: offTopic.length,
  };
}

const shown = (value: number | null): string => (value === null ? "–" : value.toFixed(3));

await runCommand(async () => {
  limitOpenMp();
  const config = loadConfig();
  const display = createProgressDisplay(process.stderr);
  const tell = (message: string): void => display.onProgress({ part: "evaluation", message });
  const { onProgress } = display;
  const embedderFiles = await ensureEmbedder({
    cacheDir: config.cacheDir,
    indexUrl: config.PYTHON_INDEX_URL,
    onProgress,
  });
  const mind = await loadMind({ embedderFiles, cacheDir: config.cacheDir });
  const bySource = await readings(mind, (await availableTiers(config, display)).tiers, tell);
  const enough = [...bySource].filter(([, judged]) => judged.length >= MIN_READINGS);
  const file: CalibrationFile = {
    fittedAt: new Date().toISOString().slice(0, 10),
    embedder: mind.embedder.id,
    sources: Object.fromEntries(
      enough.map(([source, judged]) => [source, { count: judged.length, knots: fitIsotonic(judged) }]),
    ),
    drift: await drift(mind),
  };
  await writeFile(path, `${JSON.stringify(file, null, 2)}\n`);
  display.done();
  const { probability } = createCalibration(file);
  for (const [source, judged] of bySource) {
    const after = judged.map(({ confidence, right }) => ({ confidence: probability(source, confidence), right }));
    const fitted = judged.length >= MIN_READINGS ? "" : `, left alone: fewer than ${MIN_READINGS}`;
    console.log(
      `${source}: ${judged.length} readings, calibration error ${shown(calibrationError(judged))} → ${shown(calibrationError(after))}${fitted}`,
    );
  }
  const { threshold, balancedAccuracy, onTopic, offTopic } = file.drift;
  console.log(
    `drift: below ${shown(threshold)} is off topic (${mind.embedder.id}; ${onTopic} on, ${offTopic} off, ${(balancedAccuracy * 100).toFixed(1)} % told apart)`,
  );
  console.log(`${path}: written`);
});
