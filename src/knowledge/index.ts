import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Embedder } from "../models/types.ts";
import { normalised } from "../safety/pii/find.ts";
import { centre, dot, embedSet, meanOf } from "../understanding/vectors.ts";
import type { KnowledgeEntry } from "./types.ts";

export interface Knowledge {
  /** Ids of the entries that answer the question, best first, at most three; empty when nothing is near enough. */
  search(tenant: string, locale: "zh" | "en", question: string): Promise<string[]>;
  entry(id: string): KnowledgeEntry | undefined;
  /** Whether an entry says this; letters and digits only, lower case. Such a telephone number is the shop's own. */
  publishes(tenant: string, value: string): boolean;
}

/** Centred cosine under which nothing answers; calibrated: answerable questions .38-.88, others .22-.38. */
const NEAR_ENOUGH = 0.37;
/** A pair's answer stands on its own; an article's section speaks of what stands around it. */
const PAIR_ADVANTAGE = 0.03;
const ANSWERS_MAX = 3;
const LOCALES = ["zh", "en"] as const;

const pairSchema = z.array(
  z.strictObject({
    id: z.string(),
    question: z.string().min(1),
    alternatives: z.array(z.string().min(1)).default([]),
    answer: z.string().min(1),
    article: z.string().optional(),
  }),
);

/** Thrown for an article or pair file that can't be used; names the file. */
export class KnowledgeError extends Error {
  override readonly name = "KnowledgeError";
}

/**
 * Loads a folder of Markdown articles and question/answer pairs, one sub-folder a language.
 * @throws KnowledgeError naming the file that is malformed
 */
export async function loadKnowledge(
  dir: string,
  embedder: Embedder,
  cacheDir: string,
  onProgress?: (done: number, total: number) => void,
): Promise<Knowledge> {
  const entries = (await Promise.all(LOCALES.map((locale) => readLocale(dir, locale)))).flat();
  const rows = entries.flatMap((entry) => [entry.question, ...entry.alternatives].map((text) => ({ entry, text })));
  const raw = await embedSet(
    embedder,
    rows.map((row) => row.text),
    cacheDir,
    (done) => onProgress?.(done, rows.length),
  );
  const mean = meanOf(raw);
  const vectors = raw.map((vector) => centre(vector, mean));
  const published = entries.map(({ question, answer }) => normalised(`${question}\n${answer}`)).join("\n");
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  return {
    entry: (id) => byId.get(id),
    publishes: (_tenant, value) => published.includes(value),
    async search(_tenant, locale, question) {
      const [embedded] = await embedder.embed([question]);
      if (!embedded || rows.length === 0) return [];
      const query = centre(embedded, mean);
      const cosines = new Map<KnowledgeEntry, number[]>();
      rows.forEach(({ entry }, index) => {
        const vector = vectors[index];
        if (entry.locale === locale && vector) cosines.set(entry, [...(cosines.get(entry) ?? []), dot(query, vector)]);
      });
      return [...cosines]
        .map(([entry, found]) => ({
          entry,
          score: bestTwo(found) + (entry.source !== null && entry.alternatives.length === 0 ? 0 : PAIR_ADVANTAGE),
        }))
        .filter(({ score }) => score >= NEAR_ENOUGH)
        .sort((a, b) => b.score - a.score)
        .slice(0, ANSWERS_MAX)
        .map(({ entry }) => entry.id);
    },
  };
}

/** The mean of the two nearest wordings, so that one odd alternative doesn't decide. */
function bestTwo(cosines: number[]): number {
  const [first = 0, second = first] = cosines.sort((a, b) => b - a);
  return (first + second) / 2;
}

async function readLocale(dir: string, locale: (typeof LOCALES)[number]): Promise<KnowledgeEntry[]> {
  const folder = join(dir, locale);
  const files = await readdir(folder).catch((): string[] => []);
  const articles = (
    await Promise.all(
      files.filter((file) => file.endsWith(".md")).map((file) => readArticle(join(folder, file), locale)),
    )
  ).flat();
  const titles = new Map(articles.map((entry) => [entry.id.split("#")[0]?.split("/")[1] ?? "", entry.source]));
  const pairs = files.includes("qa.json") ? await readPairs(join(folder, "qa.json"), locale, titles) : [];
  return [...pairs, ...articles];
}

async function readPairs(
  path: string,
  locale: "zh" | "en",
  titles: Map<string, string | null>,
): Promise<KnowledgeEntry[]> {
  try {
    return pairSchema.parse(JSON.parse(await readFile(path, "utf8"))).map(({ article, ...pair }) => ({
      ...pair,
      id: `${locale}/qa/${pair.id}`,
      locale,
      kind: "pair",
      stakes: null,
      reviewed: true,
      source: article === undefined ? null : (titles.get(article) ?? null),
    }));
  } catch (error) {
    throw new KnowledgeError(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Front matter gives id and title; every `##` heading is one question, the text below it the answer. */
async function readArticle(path: string, locale: "zh" | "en"): Promise<KnowledgeEntry[]> {
  const text = await readFile(path, "utf8");
  const front = /^---\n([\s\S]*?)\n---\n/.exec(text);
  const id = /^id:\s*(\S+)/m.exec(front?.[1] ?? "")?.[1];
  const title = /^title:\s*(.+)$/m.exec(front?.[1] ?? "")?.[1]?.trim();
  if (!front || !id || !title) throw new KnowledgeError(`${path}: front matter with id and title is missing`);
  const sections = text.slice(front[0].length).split(/^## /m).slice(1);
  return sections.map((section, index) => {
    const [heading = "", ...body] = section.split("\n");
    return {
      id: `${locale}/${id}#${index + 1}`,
      locale,
      kind: "section",
      stakes: null,
      reviewed: true,
      question: heading.trim(),
      alternatives: [],
      answer: `**${heading.trim()}**\n${body.join("\n").trim()}`,
      source: title,
    };
  });
}
