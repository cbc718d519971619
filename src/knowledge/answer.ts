import type { Citation } from "../dialogue/session.ts";
import { systemPrompts } from "../models/prompts.ts";
import type { Router } from "../models/router.ts";
import { createLeakCheck } from "../safety/leak.ts";
import { isPrivate } from "../safety/private.ts";
import type { AnswerCache } from "./answer-cache.ts";
import type { Knowledge } from "./index.ts";
import { passageOf, restsOn, supports } from "./support.ts";
import type { KnowledgeEntry } from "./types.ts";

export interface Answer {
  text: string;
  /** Titles of the articles it rests on. */
  sources: string[];
  citations: Citation[];
  /** Of a verbatim one: the question that its entry answers, and those of the next best entries. */
  asked?: string;
  others?: string[];
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
  verbatim(tenant: string, ids: string[]): Promise<Answer | null>;
  /**
   * In a tier's words, resting on the entries; null when no tier writes, none could, or what it wrote says more than they do (P4).
   * @throws the signal's reason when aborted
   */
  write(asked: Asked, options: WriteOptions): Promise<Answer | null>;
}

/** Longer than this a customer shouldn't wait for style. */
const PHRASE_TIMEOUT_MS = 4_000;
/** A tier that was talked into repeating its instructions is not listened to. */
const leaks = createLeakCheck(systemPrompts());

/** A sentence, or a part of one that is long enough to wait for. */
const SENTENCE_END = /^[\s\S]*(?:[。！？!?；;\n]|\.(?=\s))/;

/** Drafts come sentence by sentence, as far as the passages support them, and end where a prompt begins to show. */
function checked(
  { onDelta, onRestart }: Omit<WriteOptions, "signal">,
  passages: string[],
): Omit<WriteOptions, "signal"> & { rest(text: string): void } {
  let draft = "";
  let shown = "";
  const show = (text: string): void => {
    if (text.length <= shown.length || leaks(text) || !supports(text, passages).supported) return;
    onDelta(text.slice(shown.length));
    shown = text;
  };
  return {
    onDelta(text) {
      draft += text;
      show(SENTENCE_END.exec(draft)?.[0] ?? "");
    },
    rest: (text) => {
      if (text.startsWith(shown)) show(text);
    },
    onRestart() {
      draft = "";
      shown = "";
      onRestart?.();
    },
  };
}

/** Thrown to the log only: a tier said what the passages don't. */
class UnsupportedAnswer extends Error {
  override readonly name = "UnsupportedAnswer";
}

function answerOf(text: string, entries: KnowledgeEntry[]): Answer {
  const sources = [...new Set(entries.flatMap(({ source }) => source ?? []))];
  return { text, sources, citations: entries.map(({ id, source, question }) => ({ id, title: source ?? question })) };
}

/** `cache` keeps what a tier worded; a text found there comes whole, without deltas. */
export function createAnswerWriter(
  knowledge: Pick<Knowledge, "ready" | "entry">,
  router: () => Router | null,
  log: (error: unknown) => void,
  cache?: AnswerCache,
): AnswerWriter {
  const entriesOf = async (tenant: string, ids: string[]): Promise<KnowledgeEntry[]> => {
    await knowledge.ready(tenant);
    return ids.flatMap((id) => knowledge.entry(tenant, id) ?? []);
  };
  return {
    async verbatim(tenant, ids) {
      const [best, ...others] = await entriesOf(tenant, ids);
      return best
        ? { ...answerOf(best.answer, [best]), asked: best.question, others: others.map(({ question }) => question) }
        : null;
    },
    async write({ tenant, locale, question, ids, sessionId, turn }, { signal, ...drafts }) {
      const writer = router();
      const entries = await entriesOf(tenant, ids);
      if (!writer || entries.length === 0) return null;
      const asked = { tenant, locale, question, entries };
      try {
        const kept = await cache?.find(asked).catch(log);
        if (kept) return answerOf(kept, restsOn(kept, entries));
        const passages = entries.map(passageOf);
        const drafted = checked(drafts, passages);
        const request = { locale, question, passages };
        const account = { tenant, sessionId, turn };
        const localOnly = isPrivate(question);
        const { value: text } = await writer.phrase(request, {
          ...{ ...account, onDelta: drafted.onDelta, onRestart: () => drafted.onRestart?.(), localOnly, signal },
          timeoutMs: PHRASE_TIMEOUT_MS,
        });
        if (leaks(text)) return null;
        const { supported, why } = supports(text, passages);
        if (!supported) throw new UnsupportedAnswer(why);
        drafted.rest(text);
        await cache?.keep(asked, text).catch(log);
        return answerOf(text, restsOn(text, entries));
      } catch (error) {
        signal.throwIfAborted();
        log(error);
        return null;
      }
    },
  };
}
