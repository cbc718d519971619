import type { Router } from "../models/router.ts";
import type { Knowledge } from "./index.ts";

export interface Answer {
  text: string;
  /** Titles of the articles it rests on. */
  sources: string[];
}

export interface Asked {
  tenant: string;
  locale: "zh" | "en";
  question: string;
  /** Knowledge entries that answer it, best first. */
  ids: string[];
}

/** Words answers from knowledge entries. */
export interface AnswerWriter {
  /** The best entry as it stands; null when there is none. */
  verbatim(ids: string[]): Answer | null;
  /** In a tier's words, resting on the entries; null when no tier writes or none could. @throws the signal's reason when aborted */
  write(asked: Asked, options: { signal: AbortSignal; onDelta: (text: string) => void }): Promise<Answer | null>;
}

/** Longer than this a customer shouldn't wait for style. */
const PHRASE_TIMEOUT_MS = 4_000;

export function createAnswerWriter(
  knowledge: Knowledge,
  router: () => Router | null,
  log: (error: unknown) => void,
): AnswerWriter {
  const entriesOf = (ids: string[]) => ids.flatMap((id) => knowledge.entry(id) ?? []);
  const verbatim = (ids: string[]): Answer | null => {
    const [best] = entriesOf(ids);
    return best ? { text: best.answer, sources: best.source === null ? [] : [best.source] } : null;
  };
  return {
    verbatim,
    async write({ locale, question, ids }, { signal, onDelta }) {
      const best = verbatim(ids);
      const writer = router();
      if (!writer || !best) return null;
      const passages = entriesOf(ids).map((entry) => `${entry.question}\n${entry.answer}`);
      try {
        const request = { locale, question, passages };
        const phrased = await writer.phrase(request, { signal, timeoutMs: PHRASE_TIMEOUT_MS, onDelta });
        return { ...best, text: phrased.value };
      } catch (error) {
        signal.throwIfAborted();
        log(error);
        return null;
      }
    },
  };
}
