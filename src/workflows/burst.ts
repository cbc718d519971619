import { CancellationScope, condition, isCancellation } from "@temporalio/workflow";
import type { Burst, Session } from "./session-state.ts";
import { sendInterim } from "./turn.ts";

/** A burst ends at the latest after this many messages or characters: the model's input has a limit. */
const BURST_MAX_MESSAGES = 20;
const BURST_MAX_CHARACTERS = 8_000;
/** A customer who never stops typing is answered all the same. */
const BURST_MAX_ROUNDS = 8;

/** Moves what the inbox holds into the burst, as far as it has room. */
export function takeIn({ state }: Session, burst: Burst): void {
  burst.rounds += 1;
  let characters = burst.batch.reduce((sum, message) => sum + message.text.length, 0);
  while (state.inbox.length > 0 && burst.batch.length < BURST_MAX_MESSAGES) {
    characters += state.inbox[0]?.text.length ?? 0;
    if (burst.batch.length > 0 && characters > BURST_MAX_CHARACTERS) break;
    const next = state.inbox.shift();
    if (next) burst.batch.push(next);
  }
}

/** Something newer waits, and the burst has room for it. */
export const overtaken = ({ state }: Session, { batch, rounds }: Burst): boolean =>
  state.inbox.length > 0 && batch.length < BURST_MAX_MESSAGES && rounds < BURST_MAX_ROUNDS;

/**
 * What `run` resolves with, or null when a newer message overtook it: then it was cancelled, and nothing of it is sent
 * (beyond-list 2). A customer who waits long is told so, once a turn.
 */
export async function unlessOvertaken<T>(session: Session, burst: Burst, run: () => Promise<T>): Promise<T | null> {
  const scope = new CancellationScope();
  const working = scope.run(run);
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  void working.then(settle, settle);
  const over = (): boolean => settled || overtaken(session, burst);
  const { slowNoticeMs } = session.input.times;
  if (slowNoticeMs !== undefined && burst.numbered === 0 && !(await condition(over, slowNoticeMs))) {
    await sendInterim(session, burst, [{ key: "oneMoment" }]);
  }
  await condition(over);
  if (!overtaken(session, burst)) return working;
  scope.cancel();
  try {
    await working;
  } catch (error) {
    if (!isCancellation(error)) return null;
  }
  return null;
}
