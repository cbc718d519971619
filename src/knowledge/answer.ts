import type { Router } from "../models/router.ts";
import type { Knowledge } from "./index.ts";

/** Words answers from knowledge entries: phrased by a tier that writes, verbatim where none does. */
export interface AnswerWriter {
  write(request: {
    tenant: string;
    locale: "zh" | "en";
    question: string;
    ids: string[];
    onDelta: (text: string) => void;
  }): Promise<{ text: string; sources: string[] } | null>;
}

const PHRASE_TIMEOUT_MS = 4_000;

export function createAnswerWriter(
  knowledge: Knowledge,
  router: () => Router | null,
  log: (error: unknown) => void,
): AnswerWriter {
  return {
    async write({ locale, question, ids, onDelta }) {
      const entries = ids.flatMap((id) => knowledge.entry(id) ?? []);
      const [best] = entries;
      if (!best) return null;
      const verbatim = { text: best.answer, sources: best.source === null ? [] : [best.source] };
      const writer = router();
      if (!writer) return verbatim;
      const passages = entries.map((entry) => `${entry.question}\n${entry.answer}`);
      const signal = AbortSignal.timeout(PHRASE_TIMEOUT_MS);
      try {
        const phrased = await writer.phrase(
          { locale, question, passages },
          { signal, timeoutMs: PHRASE_TIMEOUT_MS, onDelta },
        );
        return { ...verbatim, text: phrased.value };
      } catch (error) {
        // The retrieved text answers too: a tier that can't write costs nothing but style.
        log(error);
        return verbatim;
      }
    },
  };
}
