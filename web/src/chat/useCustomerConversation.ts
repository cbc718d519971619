import { useCallback, useState } from "react";
import type { Api, Locale } from "../api.ts";
import { SavedConversation } from "../core/outbox.ts";
import { browserStorage, newId, onNetworkChange } from "../ui/browser.ts";
import { useConversation } from "../ui/hooks.ts";

/**
 * The conversation of one customer (null: an anonymous visitor) in this browser. It goes on after a refresh; `restart`
 * begins a new one. The session is opened with the first message, so looking at the page costs the server nothing.
 */
export function useCustomerConversation(api: Api, customerId: string | null, locale: Locale) {
  const [generation, setGeneration] = useState(0);
  const saved = useSaved(customerId);
  const running = useConversation(`${customerId}:${generation}`, () => ({
    api,
    saved,
    onWake: onNetworkChange,
    newId,
    now: () => new Date(),
    open: async () => {
      const identity = customerId === null ? null : (await api.demoCustomerToken(customerId)).token;
      const { sessionId, token, expiresAt } = await api.openSession(identity, locale);
      return { sessionId, token, expiresAt, started: false };
    },
    post: (session, message) => api.postMessage(session.token, session.sessionId, message),
  }));
  const restart = useCallback(() => {
    saved.clear();
    setGeneration((now) => now + 1);
  }, [saved]);
  return { ...running, restart };
}

function useSaved(customerId: string | null): SavedConversation {
  const [saved] = useState(() => new SavedConversation(browserStorage, `colloquy.chat.${customerId ?? "visitor"}`));
  return saved;
}
