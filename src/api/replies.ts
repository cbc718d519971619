import { repliesTo } from "./conversations.ts";
import type { ApiDeps } from "./deps.ts";
import type { Message } from "./schemas.ts";

/** The bus wakes it, the clock makes sure: an event that got lost costs this much and nothing else. */
const POLL_MS = 1_000;

/**
 * Listens for a message's replies from now on; call it before the message is taken in, so that no reply can come between.
 * `within` resolves with the replies of the message's turn, or with none when the time is up; `stored` says that they may
 * be there already, otherwise nothing is looked up before the bus or the clock says so. Looking costs as much as answering.
 */
export function listenForReplies(deps: ApiDeps, sessionId: string, messageId: string) {
  const { bus } = deps;
  let heard = false;
  let wake: () => void = () => undefined;
  const close = bus.subscribe(sessionId, (event) => {
    if (event.type !== "message") return;
    heard = true;
    wake();
  });
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  return {
    close,
    async within(waitMs: number, { stored }: { stored: boolean }): Promise<Message[]> {
      const deadline = Date.now() + waitMs;
      heard ||= stored;
      while (true) {
        if (!heard) await pause(Math.min(POLL_MS, deadline - Date.now()));
        heard = false;
        const replies = await repliesTo(deps, sessionId, messageId);
        if (replies || Date.now() >= deadline) return replies ?? [];
      }
    },
  };
}
