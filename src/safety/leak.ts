import { normalised } from "./pii/find.ts";

/** Shorter stretches are words that anybody may use. */
const STRETCH_CHARACTERS = 40;

/**
 * Tells whether a text repeats a stretch of what must stay inside, such as the prompts: letters and digits are compared,
 * so that case, spacing and punctuation hide nothing. Translations and encodings are not recognised.
 */
export function createLeakCheck(secrets: readonly string[]): (text: string) => boolean {
  const stretches = new Set<string>();
  for (const secret of secrets.map(normalised))
    for (let at = 0; at + STRETCH_CHARACTERS <= secret.length; at++)
      stretches.add(secret.slice(at, at + STRETCH_CHARACTERS));
  return (text) => {
    const plain = normalised(text.normalize("NFKC"));
    for (let at = 0; at + STRETCH_CHARACTERS <= plain.length; at++)
      if (stretches.has(plain.slice(at, at + STRETCH_CHARACTERS))) return true;
    return false;
  };
}
