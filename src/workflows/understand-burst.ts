import { CancellationScope, condition, isCancellation } from "@temporalio/workflow";
import { quietTimeMs } from "../dialogue/burst.ts";
import { localeOf } from "../dialogue/locale.ts";
import type { InboundMessage, UnderstandInput } from "../dialogue/session.ts";
import type { Understanding } from "../dialogue/types.ts";
import { local, model } from "./activities.ts";
import { identityOf, type Session } from "./turn.ts";

/** A burst ends at the latest after this many messages or characters: the model's input has a limit. */
const BURST_MAX_MESSAGES = 20;
const BURST_MAX_CHARACTERS = 8_000;
/** A customer who never stops typing is answered all the same. */
const BURST_MAX_WAITS = 8;

/** Waits until the customer has finished speaking (D5), at most `BURST_MAX_WAITS` pauses. */
export async function gatherBurst({ input, state }: Session): Promise<void> {
  for (let waits = 0; waits < BURST_MAX_WAITS; waits++) {
    const count = state.inbox.length;
    const quietMs = quietTimeMs(state.dialogue.state, state.inbox.at(-1)?.text ?? "", input.times);
    if (quietMs === 0 || count >= BURST_MAX_MESSAGES) return;
    if (!(await condition(() => state.inbox.length > count, quietMs))) return;
  }
}

function takeBurst(inbox: InboundMessage[], taken: InboundMessage[]): InboundMessage[] {
  const batch = [...taken];
  let characters = batch.reduce((sum, message) => sum + message.text.length, 0);
  while (inbox.length > 0 && batch.length < BURST_MAX_MESSAGES) {
    characters += inbox[0]?.text.length ?? 0;
    if (batch.length > 0 && characters > BURST_MAX_CHARACTERS) break;
    const next = inbox.shift();
    if (next) batch.push(next);
  }
  return batch;
}

/**
 * Understands everything the inbox holds as one turn. A model that is still thinking when the customer writes again is
 * cancelled, and the new words join the burst (beyond-list 2). `onTake` hears of the batch before anything can fail.
 */
export async function understandBurst(
  session: Session,
  onTake: (batch: InboundMessage[]) => void,
): Promise<{ batch: InboundMessage[]; understanding: Understanding }> {
  const { state } = session;
  let batch: InboundMessage[] = [];
  while (true) {
    batch = takeBurst(state.inbox, batch);
    onTake(batch);
    state.locale = localeOf(batch.map((message) => message.text).join(" "), state.locale);
    const request = understandInput(session, batch);
    const quick = await local.understand(request);
    if (quick.recalled) state.window = quick.recalled;
    if (quick.settled) return { batch, understanding: quick.understanding };
    const understanding = await unlessOvertaken(session, { ...request, window: state.window, recall: false }, batch.length);
    if (understanding) return { batch, understanding };
  }
}

/** Null when a newer message overtook the model; the last message of a full burst can't be overtaken. */
async function unlessOvertaken({ state }: Session, request: UnderstandInput, size: number): Promise<Understanding | null> {
  const scope = new CancellationScope();
  const thinking = scope.run(() => model.understandByModel(request));
  const overtaken = (): boolean => state.inbox.length > 0 && size < BURST_MAX_MESSAGES;
  const settled = thinking.then(
    () => true,
    () => true,
  );
  await Promise.race([settled, condition(overtaken)]);
  if (!overtaken()) return thinking;
  scope.cancel();
  try {
    await thinking;
  } catch (error) {
    if (!isCancellation(error)) return null;
  }
  return null;
}

const understandInput = (session: Session, batch: InboundMessage[]): UnderstandInput => ({
  identity: identityOf(session),
  texts: batch.map((message) => message.text),
  dialogue: session.state.dialogue,
  window: session.state.window,
  recall: session.state.idle,
  now: Date.now(),
});
