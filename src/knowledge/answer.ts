import { systemPrompts } from "../models/prompts.ts";
import type { Router } from "../models/router.ts";
import { createLeakCheck } from "../safety/leak.ts";
import { isPrivate } from "../safety/private.ts";
import type { AnswerCache } from "./answer-cache.ts";
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
  /** Whose turn it is, for the accounts (M4). */
  sessionId: string;
  turn: number;
}

export interface WriteOptions {
  signal: AbortSignal;
  onDelta: (text: string) => void;
  /** What was written so far came from a tier that failed: forget it. */
  onRestart?: () => void;
}

/** Words answers from knowledge entries. */
export interface AnswerWriter {
  /** The best entry as it stands; null when there is none. */
  verbatim(ids: string[]): Answer | null;
  /** In a tier's words, resting on the entries; null when no tier writes or none could. @throws the signal's reason when aborted */
  write(asked: Asked, options: WriteOptions): Promise<Answer | null>;
}

/** Longer than this a customer shouldn't wait for style. */
const PHRASE_TIMEOUT_MS = 4_000;
/** A tier that was talked into repeating its instructions is not listened to. */
const leaks = createLeakCheck(systemPrompts());

/** Drafts end where a prompt begins to show. */
function withoutLeaks({ onDelta, onRestart }: Omit<WriteOptions, "signal">): Omit<WriteOptions, "signal"> {
  let draft = "";
  return {
    onDelta(text) {
      draft += text;
      if (!leaks(draft)) onDelta(text);
    },
    onRestart() {
      draft = "";
      onRestart?.();
    },
  };
}

/** `cache` keeps what a tier worded; a text found there comes whole, without deltas. */
export function createAnswerWriter(
  knowledge: Knowledge,
  router: () => Router | null,
  log: (error: unknown) => void,
  cache?: AnswerCache,
): AnswerWriter {
  const entriesOf = (ids: string[]) => ids.flatMap((id) => knowledge.entry(id) ?? []);
  const verbatim = (ids: string[]): Answer | null => {
    const [best] = entriesOf(ids);
    return best ? { text: best.answer, sources: best.source === null ? [] : [best.source] } : null;
  };
  return {
    verbatim,
    async write({ tenant, locale, question, ids, sessionId, turn }, { signal, ...drafts }) {
      const best = verbatim(ids);
      const writer = router();
      if (!writer || !best) return null;
      const entries = entriesOf(ids);
      const asked = { tenant, locale, question, entries };
      try {
        const kept = await cache?.find(asked).catch(log);
        if (kept) return { ...best, text: kept };
        const request = { locale, question, passages: entries.map((entry) => `${entry.question}\n${entry.answer}`) };
        const account = { tenant, sessionId, turn };
        const localOnly = isPrivate(question);
        const phrased = await writer.phrase(request, {
          ...{ ...account, ...withoutLeaks(drafts), localOnly, signal },
          timeoutMs: PHRASE_TIMEOUT_MS,
        });
        if (leaks(phrased.value)) return null;
        await cache?.keep(asked, phrased.value).catch(log);
        return { ...best, text: phrased.value };
      } catch (error) {
        signal.throwIfAborted();
        log(error);
        return null;
      }
    },
  };
}
