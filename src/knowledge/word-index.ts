import { DatabaseSync } from "node:sqlite";

/** Rows by their words: SQLite's full-text search in memory, ranked by BM25. Words come segmented (fold.ts). */
export interface WordIndex {
  /** A row's number is a non-negative integer; one that was removed may be used again. */
  add(row: number, words: string[]): void;
  remove(row: number, words: string[]): void;
  /** Rows with any of the words, best first. */
  find(words: string[], limit: number): number[];
  /** In how many rows a word stands. */
  rows(word: string): number;
  close(): void;
}

/** What stands in more rows than this tells too few of them apart to be looked up: it bounds what a search costs. */
const COMMON_ROWS = 2_000;

export function createWordIndex(): WordIndex {
  const db = new DatabaseSync(":memory:");
  // Only numbers are kept, not texts: rows are found by them, and what they say is in the entries.
  db.exec(
    "CREATE VIRTUAL TABLE words USING fts5(text, content='', contentless_delete=1, detail=none, " +
      "tokenize=\"unicode61 remove_diacritics 0 tokenchars '#&+'\")",
  );
  const insert = db.prepare("INSERT INTO words(rowid, text) VALUES (?, ?)");
  const erase = db.prepare("DELETE FROM words WHERE rowid = ?");
  const search = db.prepare("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?");
  const counts = new Map<string, number>();
  const rows = (word: string): number => counts.get(word) ?? 0;
  return {
    add(row, words) {
      insert.run(row + 1, words.join(" "));
      for (const word of words) counts.set(word, rows(word) + 1);
    },
    remove(row, words) {
      erase.run(row + 1);
      for (const word of words)
        if (rows(word) > 1) counts.set(word, rows(word) - 1);
        else counts.delete(word);
    },
    find(words, limit) {
      const telling = words.filter((word) => rows(word) > 0 && rows(word) <= COMMON_ROWS);
      if (telling.length === 0) return [];
      const query = telling.map((word) => `"${word.replaceAll('"', '""')}"`).join(" OR ");
      return search.all(query, limit).map(({ rowid }) => Number(rowid) - 1);
    },
    rows,
    close: () => db.close(),
  };
}
