import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { KnowledgeEntry, KnowledgeLocale } from "./types.ts";

/** An entry out of the shop's files, and when its file was last changed. */
export interface FileEntry {
  entry: KnowledgeEntry;
  updatedAt: Date;
}

export const LOCALES = ["zh", "en"] as const;

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
 * Reads a folder of Markdown articles and question/answer pairs, one sub-folder a language.
 * @throws KnowledgeError naming the file that is malformed
 */
export const readKnowledgeFiles = async (dir: string): Promise<FileEntry[]> =>
  (await Promise.all(LOCALES.map((locale) => readLocale(dir, locale)))).flat();

async function readLocale(dir: string, locale: KnowledgeLocale): Promise<FileEntry[]> {
  const folder = join(dir, locale);
  const files = await readdir(folder).catch((): string[] => []);
  const articles = (
    await Promise.all(
      files.filter((file) => file.endsWith(".md")).map((file) => readArticle(join(folder, file), locale)),
    )
  ).flat();
  const titles = new Map(
    articles.map(({ entry }) => [entry.id.split("#")[0]?.split("/")[1] ?? "", entry.source] as const),
  );
  const pairs = files.includes("qa.json") ? await readPairs(join(folder, "qa.json"), locale, titles) : [];
  return [...pairs, ...articles];
}

async function readPairs(
  path: string,
  locale: KnowledgeLocale,
  titles: Map<string, string | null>,
): Promise<FileEntry[]> {
  try {
    const pairs = pairSchema.parse(JSON.parse(await readFile(path, "utf8")));
    const updatedAt = (await stat(path)).mtime;
    return pairs.map(({ article, ...pair }) => ({
      updatedAt,
      entry: {
        ...pair,
        id: `${locale}/qa/${pair.id}`,
        locale,
        kind: "pair",
        stakes: null,
        reviewed: true,
        source: article === undefined ? null : (titles.get(article) ?? null),
      },
    }));
  } catch (error) {
    throw new KnowledgeError(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Front matter gives id and title; every `##` heading is one question, the text below it the answer. */
async function readArticle(path: string, locale: KnowledgeLocale): Promise<FileEntry[]> {
  const [text, { mtime: updatedAt }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
  const front = /^---\n([\s\S]*?)\n---\n/.exec(text);
  const id = /^id:\s*(\S+)/m.exec(front?.[1] ?? "")?.[1];
  const title = /^title:\s*(.+)$/m.exec(front?.[1] ?? "")?.[1]?.trim();
  if (!front || !id || !title) throw new KnowledgeError(`${path}: front matter with id and title is missing`);
  const sections = text.slice(front[0].length).split(/^## /m).slice(1);
  return sections.map((section, index) => {
    const [heading = "", ...body] = section.split("\n");
    return {
      updatedAt,
      entry: {
        id: `${locale}/${id}#${index + 1}`,
        locale,
        kind: "section",
        stakes: null,
        reviewed: true,
        question: heading.trim(),
        alternatives: [],
        answer: `**${heading.trim()}**\n${body.join("\n").trim()}`,
        source: title,
      },
    };
  });
}
