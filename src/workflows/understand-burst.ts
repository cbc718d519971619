import { CancellationScope, condition, isCancellation } from "@temporalio/workflow";
import { quietTimeMs } from "../dialogue/burst.ts";
import { localeOf } from "../dialogue/locale.ts";
import type { InboundMessage, UnderstandInput } from "../dialogue/session.ts";
import type { Understanding } from "../dialogue/types.ts";
import { activities, local, model } from "./activities.ts";
import type { Session } from "./turn.ts";
import { identityOf } from "./turn.ts";

/** A burst ends at the latest after this many messages or characters: the model's input has a limit. */
const BURST_MAX_MESSAGES = 20;
const BURST_MAX_CHARACTERS = 8_000;
/** A customer who never stops typing is answered all the same. */
const BURST_MAX_ROUNDS = 8;

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
  const { state, input } = session;
  let batch: InboundMessage[] = [];
  for (let round = 1; ; round++) {
    batch = takeBurst(state.inbox, batch);
    onTake(batch);
    state.locale = localeOf(batch.map((message) => message.text).join(" "), state.locale);
    const quietMs = quietTimeMs(state.dialogue.state, batch.at(-1)?.text ?? "", input.times);
    const request = { ...understandInput(session, batch), quietMs };
    // Waiting for the rest of a burst is part of the activity: a timer of the server would take a second.
    const quick = await (quietMs > 0 ? activities.understand(request) : local.understand(request));
    if (quick.recalled) state.window = quick.recalled;
    if (state.inbox.length > 0 && batch.length < BURST_MAX_MESSAGES && round < BURST_MAX_ROUNDS) continue;
    if (quick.settled) return { batch, understanding: quick.understanding };
    const understanding = await unlessOvertaken(
      session,
      { ...request, window: state.window, recall: false },
      batch.length,
    );
    if (understanding) return { batch, understanding };
  }
}

/** Null when a newer message overtook the model; the last message of a full burst can't be overtaken. */
async function unlessOvertaken(
  { state }: Session,
  request: UnderstandInput,
  size: number,
): Promise<Understanding | null> {
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

const understandInput = (session: Session, batch: InboundMessage[]): Omit<UnderstandInput, "quietMs"> => ({
  identity: identityOf(session),
  texts: batch.map((message) => message.text),
  dialogue: session.state.dialogue,
  recall: session.state.idle,
  now: Date.now(),
});
