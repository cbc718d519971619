/** The hot window (T1): the last turns as the model sees them, in the workflow itself, never above 1 KB encoded. */
export interface WindowEntry {
  role: "customer" | "assistant" | "agent";
  text: string;
}

export const HOT_WINDOW_MAX_BYTES = 1_024;
const ENTRY_MAX_CHARACTERS = 120;

/** UTF-8 length without TextEncoder, which the workflow sandbox may lack. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Appends and drops the oldest until the window fits. */
export function remember(window: WindowEntry[], entries: WindowEntry[]): WindowEntry[] {
  const shortened = entries.map(({ role, text }) => ({
    role,
    text: [...text].slice(0, ENTRY_MAX_CHARACTERS).join(""),
  }));
  const next = [...window, ...shortened];
  while (next.length > 0 && utf8Bytes(JSON.stringify(next)) > HOT_WINDOW_MAX_BYTES) next.shift();
  return next;
}
