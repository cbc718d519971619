import { quietTimeMs } from "../dialogue/burst.ts";
import { localeOf } from "../dialogue/locale.ts";
import type { UnderstandInput, WrittenAnswer } from "../dialogue/session.ts";
import { transition } from "../dialogue/transition.ts";
import type { Transition, Understanding } from "../dialogue/types.ts";
import { activities, local, model, writer } from "./activities.ts";
import { overtaken, takeIn, unlessOvertaken } from "./burst.ts";
import type { Burst, Session } from "./session-state.ts";
import { identityOf } from "./turn.ts";

/** What a turn will do; nothing of it is done yet, so that a newer message can still change it. */
export interface Plan {
  understanding: Understanding;
  step: Transition;
  written: WrittenAnswer[];
}

/**
 * Understands everything the inbox holds as one turn, decides what follows and words its answers. A model that is still
 * thinking or writing when the customer writes again is cancelled, and the new words join the burst (beyond-list 2).
 */
export async function planTurn(session: Session, burst: Burst): Promise<Plan> {
  const { state } = session;
  while (true) {
    const understanding = await understandBurst(session, burst);
    const last = burst.batch.at(-1);
    const early = last !== undefined && last.at < state.proposedAt;
    const step = transition(state.dialogue, { type: "understood", understanding, early });
    const written = await writtenFor(session, burst, understanding, step);
    if (written) return { understanding, step, written };
  }
}

async function understandBurst(session: Session, burst: Burst): Promise<Understanding> {
  const { state, input } = session;
  while (true) {
    takeIn(session, burst);
    state.locale = localeOf(burst.batch.map((message) => message.text).join(" "), state.locale);
    const quietMs = quietTimeMs(state.dialogue.state, burst.batch.at(-1)?.text ?? "", input.times);
    const request = { ...understandInput(session, burst), quietMs };
    // Waiting for the rest of a burst is part of the activity: a timer of the server would take a second.
    const quick = await (quietMs > 0 ? activities.understand(request) : local.understand(request));
    if (quick.recalled) state.window = quick.recalled;
    // P3: what is of high risk is remembered and stored masked.
    if (quick.masked) mask(burst, quick.masked);
    if (quick.focus) state.dialogue = { ...state.dialogue, focus: quick.focus };
    if (overtaken(session, burst)) continue;
    if (quick.settled) return quick.understanding;
    const texts = burst.batch.map((message) => message.text);
    const asked = { ...request, texts, dialogue: state.dialogue, window: state.window, recall: false };
    const understanding = await unlessOvertaken(session, burst, () => model.understandByModel(asked));
    if (understanding) return understanding;
  }
}

function mask(burst: Burst, masked: string[]): void {
  burst.batch = burst.batch.map((message, index) => ({ ...message, text: masked[index] ?? message.text }));
}

/** Null when a newer message overtook the writing. A tier that can't write costs nothing but style. */
async function writtenFor(
  session: Session,
  burst: Burst,
  understanding: Understanding,
  step: Transition,
): Promise<WrittenAnswer[] | null> {
  const says = step.effects.flatMap((effect) => (effect.type === "say" ? [effect.say] : []));
  const questions = says.flatMap((say) =>
    say.key === "answer" ? [{ question: say.question, answers: say.answers }] : [],
  );
  if (!understanding.writes || questions.length === 0) return [];
  const request = { identity: identityOf(session), turn: session.state.turn + 1, questions };
  return unlessOvertaken(session, burst, () => writer.writeAnswers(request)).catch(() => []);
}

const understandInput = (session: Session, { batch }: Burst): Omit<UnderstandInput, "quietMs"> => ({
  identity: identityOf(session),
  texts: batch.map((message) => message.text),
  dialogue: session.state.dialogue,
  turn: session.state.turn + 1,
  recall: session.state.idle || session.state.turn === 0,
  now: Date.now(),
});
