import { normalised } from "../safety/pii/find.ts";
import { mayAnswer, wordingsOf } from "./entries.ts";
import { LOCALES } from "./files.ts";
import { foldText, wordsOf } from "./fold.ts";
import type { KnowledgeEntry, KnowledgeLocale } from "./types.ts";
import type { VectorIndex } from "./vector-index.ts";
import { createVectorIndex, toInt8 } from "./vector-index.ts";
import type { WordIndex } from "./word-index.ts";
import { createWordIndex } from "./word-index.ts";

/** One wording of one entry. */
export interface Row {
  entry: KnowledgeEntry;
  /** Its wording as `says` looks in it. */
  folded: string;
  /** All that the entry says, its answer too; the same string in all its rows. */
  all: string;
}

/** The wordings of one language, found by words and by vectors. */
export interface LocaleIndex {
  rows: Array<Row | undefined>;
  rowsOf: Map<string, number[]>;
  words: WordIndex;
  vectors: VectorIndex;
}

/** The shop's files, or one tenant's entries. A change is there with the next search. */
export interface Layer {
  locales: Record<KnowledgeLocale, LocaleIndex>;
  /** Adds the entry, or replaces the one with its id. `vectors`: centred, one a wording, in the order of `wordingsOf`. */
  put(entry: KnowledgeEntry, vectors: Float32Array[]): void;
  remove(id: string): void;
  entry(id: string): KnowledgeEntry | undefined;
  /** Whether an entry says this; letters and digits only, lower case. */
  publishes(value: string): boolean;
  size(): number;
  close(): void;
}

/** What the words of an entry's rows are: its answer's belong to the first, its question. */
const indexed = (entry: KnowledgeEntry): string[] => [`${entry.question}\n${entry.answer}`, ...entry.alternatives];

/** What may be somebody's number or address: only such texts are kept for `publishes`. */
const MAY_BE_PERSONAL = /\d{5}|@/;

export function createLayer(dimensions: number): Layer {
  const open = (): LocaleIndex & { free: number[] } => ({
    rows: [],
    rowsOf: new Map(),
    free: [],
    words: createWordIndex(),
    vectors: createVectorIndex(dimensions),
  });
  const locales = { zh: open(), en: open() };
  const entries = new Map<string, KnowledgeEntry>();
  const published = new Map<string, string>();

  function remove(id: string): void {
    const entry = entries.get(id);
    if (!entry) return;
    const index = locales[entry.locale];
    for (const [n, row] of (index.rowsOf.get(id) ?? []).entries()) {
      index.words.remove(row, wordsOf(indexed(entry)[n] ?? ""));
      index.vectors.clear(row);
      index.rows[row] = undefined;
      index.free.push(row);
    }
    index.rowsOf.delete(id);
    entries.delete(id);
    published.delete(id);
  }

  return {
    locales,
    remove,
    put(entry, vectors) {
      remove(entry.id);
      if (!mayAnswer(entry)) return;
      const index = locales[entry.locale];
      const all = foldText([...wordingsOf(entry), entry.answer].join("\n"));
      const words = indexed(entry);
      const taken = wordingsOf(entry).map((wording, n) => {
        const row = index.free.pop() ?? index.rows.length;
        index.rows[row] = { entry, folded: foldText(wording), all };
        index.words.add(row, wordsOf(words[n] ?? ""));
        const vector = vectors[n];
        if (vector) index.vectors.set(row, toInt8(vector));
        return row;
      });
      index.rowsOf.set(entry.id, taken);
      entries.set(entry.id, entry);
      const text = `${entry.question}\n${entry.answer}`;
      const letters = normalised(text);
      if (MAY_BE_PERSONAL.test(letters) || text.includes("@")) published.set(entry.id, letters);
    },
    entry: (id) => entries.get(id),
    publishes: (value) => [...published.values()].some((letters) => letters.includes(value)),
    size: () => entries.size,
    close: () => {
      for (const locale of LOCALES) locales[locale].words.close();
    },
  };
}
