/** How well the index finds and refuses, on wordings that it hasn't seen and texts that nothing answers. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { wordingsOf } from "../src/knowledge/entries.ts";
import { LOCALES, readKnowledgeFiles } from "../src/knowledge/files.ts";
import { createLayer } from "../src/knowledge/layer.ts";
import type { Found } from "../src/knowledge/search.ts";
import { SURE_ENOUGH, searchIndexes } from "../src/knowledge/search.ts";
import type { KnowledgeEntry, KnowledgeLocale } from "../src/knowledge/types.ts";
import type { Embedder } from "../src/models/types.ts";
import { centre, embedSet } from "../src/understanding/vectors.ts";

const data = fileURLToPath(new URL("../data", import.meta.url));

export interface Quality {
  locale: KnowledgeLocale;
  /** Wordings left out of the index and searched: how many, and found among the first one and three. */
  wordings: number;
  first: number;
  three: number;
  /** Of these, how many score high enough to be answered. */
  answered: number;
  /** The same of its article: pairs and sections that say the same thing count as found. */
  threeOfArticle: number;
  /** Texts that aren't questions to a shop, and how many of them find something all the same. */
  unrelated: number;
  wronglyAnswered: number;
}

/** Every alternative of every pair is left out once and looked for; every out-of-scope example must find nothing. */
export async function measureQuality(
  { embedder, mean, cacheDir }: { embedder: Embedder; mean: Float32Array; cacheDir: string },
  search = searchIndexes,
  threshold = SURE_ENOUGH,
): Promise<Quality[]> {
  const entries = (await readKnowledgeFiles(join(data, "knowledge"))).map(({ entry }) => entry);
  const layer = createLayer(embedder.dimensions);
  const embedded = async (texts: string[]): Promise<Float32Array[]> =>
    (await embedSet(embedder, texts, cacheDir)).map((vector) => centre(vector, mean));
  const vectors = new Map<string, Float32Array[]>();
  const all = await embedded(entries.flatMap(wordingsOf));
  let at = 0;
  for (const entry of entries) {
    const own = all.slice(at, at + wordingsOf(entry).length);
    at += own.length;
    vectors.set(entry.id, own);
    layer.put(entry, own);
  }
  const found: Quality[] = [];
  for (const locale of LOCALES) {
    const result: Quality = {
      ...{ locale, wordings: 0, first: 0, three: 0, threeOfArticle: 0, answered: 0, unrelated: 0, wronglyAnswered: 0 },
    };
    const ask = (text: string, vector: Float32Array): Found => search([layer.locales[locale]], text, vector);
    for (const entry of entries.filter((one) => one.locale === locale && one.kind === "pair")) {
      const own = vectors.get(entry.id) ?? [];
      for (const [n, wording] of wordingsOf(entry).entries()) {
        if (n === 0) continue;
        const rest = { ...entry, alternatives: entry.alternatives.filter((_, index) => index !== n - 1) };
        layer.put(
          rest,
          own.filter((_, index) => index !== n),
        );
        count(result, ask(wording, own[n] ?? new Float32Array(0)), entry, threshold);
      }
      layer.put(entry, own);
    }
    const strange = await outOfScope(locale);
    const strangeVectors = await embedded(strange);
    strange.forEach((text, index) => {
      const { confidence } = ask(text, strangeVectors[index] ?? new Float32Array(0));
      result.unrelated++;
      if (confidence >= threshold) result.wronglyAnswered++;
    });
    found.push(result);
  }
  layer.close();
  return found;
}

function count(result: Quality, { hits, confidence }: Found, entry: KnowledgeEntry, threshold: number): void {
  const three = hits.slice(0, 3).map((hit) => hit.entry);
  result.wordings++;
  if (three[0]?.id === entry.id) result.first++;
  if (three.some(({ id }) => id === entry.id)) result.three++;
  if (three.some(({ id, source }) => id === entry.id || (source !== null && source === entry.source)))
    result.threeOfArticle++;
  if (confidence >= threshold) result.answered++;
}

async function outOfScope(locale: KnowledgeLocale): Promise<string[]> {
  const examples = JSON.parse(await readFile(join(data, "examples", `${locale}.json`), "utf8")) as {
    intent: Record<string, string[]>;
  };
  return examples.intent.out_of_scope ?? [];
}
