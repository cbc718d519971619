/** Reviewed conversations as training data (M8): gathered, judged, split, written, with a card that says what is in it. */

import { readKnowledgeFiles } from "../knowledge/files.ts";
import type { KnowledgeStore } from "../knowledge/store.ts";
import type { Store } from "../store/mongo.ts";
import type { Sealer } from "../store/sealed.ts";
import { cardOf } from "./card.ts";
import { createConsent } from "./consent.ts";
import { handoffSource, logSource } from "./conversations.ts";
import { entrySource, fileSource } from "./entries.ts";
import type { WrittenFile } from "./files.ts";
import { openWorkplace } from "./files.ts";
import { datasetInfo, fileOf, lineOf, metadataOf, trainingFiles } from "./formats.ts";
import { createJudge } from "./judge.ts";
import { feedbackSource, versionSource } from "./preferences.ts";
import type { Scrub } from "./scrub.ts";
import { createScrub, personalLeft, publishedIn } from "./scrub.ts";
import type { Source, SourceContext } from "./source.ts";
import type { Tally } from "./tally.ts";
import { createTally } from "./tally.ts";
import type { ExportKind, ExportOptions, LeftOut, Side, TrainingRecord } from "./types.ts";
import { ExportError, LEFT_OUT } from "./types.ts";

export interface ExportDeps {
  store: Store;
  knowledge: KnowledgeStore;
  sealer: Sealer;
  /** Shapes of the tenant's order numbers. */
  orderShapes: readonly string[];
  pseudonym(kind: string, id: string): string;
  now: () => Date;
  /** The folder of the shop's own articles: what they publish isn't personal, whether or not they are exported. */
  knowledgeDir: string;
  /** Before anything is at its place; what it throws stops the export. */
  audit(refs: Record<string, string>): Promise<void>;
  /** Records seen so far. */
  onProgress?: (seen: number) => void;
  /** For tests: something that masks nothing. */
  scrub?: Scrub;
}

export interface ExportReport {
  out: string;
  train: number;
  test: number;
  leftOut: Partial<Record<LeftOut, number>>;
  files: WrittenFile[];
}

/** Entries first: of two that say the same, the reviewed one stays. */
const SOURCES: Record<ExportKind, readonly Source[]> = {
  sft: [entrySource, fileSource, handoffSource, logSource],
  lora: [entrySource, fileSource, handoffSource, logSource],
  dpo: [versionSource, feedbackSource],
};
const SPOOL = "spool";
const TELL_EVERY = 500;

/**
 * Writes an export to a folder. In memory there are only sketches of the records, some hundred bytes each; their texts pass through
 * a file that is gone when it ends. Nothing is at its place before everything is written and the audit log knows.
 * @throws ExportError when there is nothing to export, the place is taken, or personal data is left after masking
 */
export async function exportTraining(
  deps: ExportDeps,
  options: ExportOptions,
  { out, force, command }: { out: string; force: boolean; command: string },
): Promise<ExportReport> {
  const place = await openWorkplace(out, force);
  try {
    const published = (await readKnowledgeFiles(deps.knowledgeDir)).map(({ entry }) => entry.answer);
    const isPublic = publishedIn(published);
    const scrub = deps.scrub ?? createScrub(deps.orderShapes, isPublic);
    const tally = createTally();
    const context: SourceContext = {
      ...{ store: deps.store, knowledge: deps.knowledge, sealer: deps.sealer, options, scrub },
      consent: createConsent(deps.store, options),
      pseudonym: deps.pseudonym,
      leaveOut: tally.leaveOut,
    };
    const sides = await gather(context, place, tally, deps.onProgress);
    const files = await writeSides(place, sides, options, tally, (text) => personalLeft(text, isPublic));
    if (tally.train + tally.test === 0) throw nothingIn(options, tally);
    for (const { name, text } of extras(options, tally.test > 0)) {
      const file = place.file(name);
      await file.write(text);
      files.push(await file.end());
    }
    const card = place.file("card.md");
    await card.write(cardOf({ options, tally, files, command, at: deps.now() }));
    files.push(await card.end());
    await deps.audit(auditRefs(options, tally, files));
    await place.publish();
    return { out, train: tally.train, test: tally.test, leftOut: tally.leftOut, files };
  } finally {
    await place.discard();
  }
}

type Workplace = Awaited<ReturnType<typeof openWorkplace>>;

/** Every record to the spool; which side each is on comes back, in their order. */
async function gather(
  context: SourceContext,
  place: Workplace,
  tally: Tally,
  onProgress?: (seen: number) => void,
): Promise<Array<Side | null>> {
  const judge = createJudge(context.options);
  const spool = place.file(SPOOL);
  let seen = 0;
  for (const source of SOURCES[context.options.kind])
    for await (const record of source(context)) {
      judge.see(record);
      await spool.write(`${JSON.stringify(record)}\n`);
      if (++seen % TELL_EVERY === 0) onProgress?.(seen);
    }
  await spool.end();
  onProgress?.(seen);
  const sides = judge.decide();
  tally.leaveOut("duplicate", sides.filter((side) => side === null).length);
  return sides;
}

async function writeSides(
  place: Workplace,
  sides: ReadonlyArray<Side | null>,
  { format }: ExportOptions,
  tally: Tally,
  left: (text: string) => string[],
): Promise<WrittenFile[]> {
  const files = { train: place.file(fileOf("train")), test: place.file(fileOf("test")) };
  const index = place.file("records.jsonl");
  let at = 0;
  for await (const text of place.lines(SPOOL)) {
    const side = sides[at++];
    if (!side) continue;
    const record = JSON.parse(text) as TrainingRecord;
    assertClean(record, left);
    tally.count(side, record);
    await files[side].write(lineOf(format, record));
    await index.write(`${JSON.stringify({ file: fileOf(side), line: tally[side], ...metadataOf(record) })}\n`);
  }
  await place.remove(SPOOL);
  return [await files.train.end(), await files.test.end(), await index.end()];
}

/** The last look at each text as it goes out. Names what was found and where, never the text. */
function assertClean(
  { prompt, answer, rejected = "", source, id }: TrainingRecord,
  left: (text: string) => string[],
): void {
  for (const text of [...prompt.map(({ content }) => content), answer, rejected]) {
    const found = left(text);
    if (found.length > 0)
      throw new ExportError(
        `Record ${id} (${source}) still holds ${found.join(", ")} after masking. Nothing was exported; please report this.`,
      );
  }
}

function extras({ kind, format }: ExportOptions, hasTest: boolean): Array<{ name: string; text: string }> {
  const info = { name: "dataset_info.json", text: `${JSON.stringify(datasetInfo(kind, format), null, 2)}\n` };
  // LLaMA-Factory doesn't read OpenAI's preferences.
  const registry = format === "llama-factory" || kind === "lora" ? [info] : [];
  return [...registry, ...(kind === "lora" ? trainingFiles(hasTest) : [])];
}

function nothingIn({ kind, tenant, consent }: ExportOptions, tally: Tally): ExportError {
  const left = Object.entries(tally.leftOut).map(([why, count]) => `  ${count}: ${LEFT_OUT[why as LeftOut]}`);
  const todo =
    kind === "dpo"
      ? "Pairs come from reviewed entries whose answer somebody edited, and from answers that customers judged unhelpful."
      : "Import logs (`npm run knowledge -- import FILE`) and review what was mined on the page /knowledge; --with-files adds the shop's own articles.";
  const ask =
    consent === "none" && (tally.leftOut.consent ?? 0) > 0
      ? " TRAINING_CONSENT says on what basis customers' words may be used."
      : "";
  return new ExportError(
    [
      `There is nothing reviewed to export for tenant ${tenant} yet. ${todo}${ask}`,
      ...(left.length > 0 ? ["Left out:", ...left] : []),
    ].join("\n"),
  );
}

const auditRefs = (options: ExportOptions, tally: Tally, files: WrittenFile[]): Record<string, string> => ({
  ...{ kind: options.kind, format: options.format, consent: options.consent, seed: String(options.seed) },
  ...{ train: String(tally.train), test: String(tally.test) },
  sources: Object.entries(tally.by.source)
    .map(([source, count]) => `${source}=${count}`)
    .join(" "),
  leftOut: Object.entries(tally.leftOut)
    .map(([why, count]) => `${why}=${count}`)
    .join(" "),
  files: files.map(({ name, sha256 }) => `${name}=${sha256.slice(0, 16)}`).join(" "),
});
