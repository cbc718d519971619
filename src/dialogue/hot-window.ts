/**
 * The hot window (T1): the last turns as the model sees them, in the workflow itself, never above 1 KB encoded. What falls
 * out of it leaves its notes in a running summary, its first entry.
 */
export interface WindowEntry {
  role: "customer" | "assistant" | "agent" | "summary";
  /** Of a summary: one note a line. */
  text: string;
  /** What must outlive the words: slots, decisions, promises, each whole. */
  notes?: string[];
}

export const HOT_WINDOW_MAX_BYTES = 1_024;
const ENTRY_MAX_CHARACTERS = 120;
/** The rest is for the turns themselves. */
export const SUMMARY_MAX_BYTES = HOT_WINDOW_MAX_BYTES / 2;

/** UTF-8 length without TextEncoder, which the workflow sandbox may lack. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

const fits = (window: WindowEntry[]): boolean => utf8Bytes(JSON.stringify(window)) <= HOT_WINDOW_MAX_BYTES;

/**
 * Appends what was said in a turn with its notes. While that is too much, the oldest entry is folded into the summary: its
 * words go, its notes stay. When the summary itself is too long its oldest notes go; a note is kept whole or not at all.
 */
export function remember(window: WindowEntry[], entries: WindowEntry[], notes: string[] = []): WindowEntry[] {
  const shortened = entries.map(
    ({ role, text }): WindowEntry => ({ role, text: [...text].slice(0, ENTRY_MAX_CHARACTERS).join("") }),
  );
  const noted = notes.map((note) => note.replace(/\s+/g, " ").trim()).filter((note) => note !== "");
  const last = shortened.at(-1);
  if (last && noted.length > 0) last.notes = noted;
  const summary = window[0]?.role === "summary" ? window[0].text.split("\n") : [];
  const lines = last ? summary : merged(summary, noted);
  const turns = [...window.filter(({ role }) => role !== "summary"), ...shortened];
  return folded(lines, turns);
}

function folded(summary: string[], turns: WindowEntry[]): WindowEntry[] {
  let lines = summary;
  while (!fits(joined(lines, turns))) {
    if (turns.length > 1) lines = merged(lines, turns.shift()?.notes ?? []);
    else if (lines.length > 0) lines.shift();
    // Alone and still too long: its words count more than notes about them.
    else if (turns[0]?.notes) turns[0] = { role: turns[0].role, text: turns[0].text };
    else turns.shift();
  }
  return joined(lines, turns);
}

const joined = (lines: string[], turns: WindowEntry[]): WindowEntry[] =>
  lines.length > 0 ? [{ role: "summary", text: lines.join("\n") }, ...turns] : turns;

/** A note replaces an older one about the same thing, which is what stands before its first colon. */
function merged(lines: string[], notes: string[]): string[] {
  const subjects = new Map<string, string>();
  for (const line of [...lines, ...notes]) {
    const subject = line.split(": ", 1)[0] ?? line;
    subjects.delete(subject);
    subjects.set(subject, line);
  }
  const kept = [...subjects.values()];
  while (utf8Bytes(kept.join("\n")) > SUMMARY_MAX_BYTES) kept.shift();
  return kept;
}
