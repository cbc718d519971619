import { Context } from "@temporalio/activity";
import type { WriteAnswersInput, WrittenAnswer } from "../dialogue/session.ts";
import type { AnswerWriter } from "../knowledge/answer.ts";
import type { LiveBus } from "../live/bus.ts";
import type { OutputScreen } from "../safety/output.ts";
import { heartbeating } from "./heartbeat.ts";

/** A few sentences; more would weigh on the history. */
const TEXT_MAX_CHARACTERS = 1_500;

/**
 * Words the answers of a turn by a tier that writes and streams drafts to the customer (M2). Drafts are void until the
 * turn's message is stored: what is overtaken is taken back, not sent (beyond-list 2).
 */
export function createWriteAnswers({
  answers,
  bus,
  output,
}: {
  answers: AnswerWriter;
  bus: LiveBus;
  output: OutputScreen;
}) {
  return async ({ identity, turn, questions }: WriteAnswersInput): Promise<WrittenAnswer[]> => {
    const { tenant, locale, sessionId } = identity;
    const signal = Context.current().cancellationSignal;
    const written: WrittenAnswer[] = [];
    const screened = await output.of(tenant);
    let draft = "";
    const show = (): void => bus.publish({ type: "delta", sessionId, turn, text: screened(draft) });
    let done = "";
    const onDelta = (text: string): void => {
      draft += text;
      show();
    };
    const onRestart = (): void => {
      draft = done;
    };
    try {
      await heartbeating(async () => {
        for (const { question, answers: ids } of questions) {
          const asked = { tenant, locale, question, ids, sessionId, turn };
          const answer = await answers.write(asked, { signal, onDelta, onRestart });
          if (answer && answer.text.length <= TEXT_MAX_CHARACTERS)
            written.push({ question, ...answer, text: screened(answer.text) });
          done = written.map(({ text }) => `${text}\n\n`).join("");
          draft = done;
        }
      });
    } catch (error) {
      draft = "";
      show();
      throw error;
    }
    return written;
  };
}
