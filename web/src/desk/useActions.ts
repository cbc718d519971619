import { useCallback, useState } from "react";
import type { Api, Handoff } from "../api.ts";
import { ApiError } from "../api.ts";
import { useI18n } from "../i18n/index.tsx";
import type { Identity } from "./identity.ts";

export interface Actions {
  busy: boolean;
  /** What went wrong with the last action, for the handoff it was taken on: who has it may become known only later. */
  failure: { handoffId: string; text: (now: Handoff) => string } | null;
  clearFailure: () => void;
  /** @returns whether this agent has it now. */
  claim: () => Promise<boolean>;
  release: () => Promise<boolean>;
  close: (how: "return" | "resolve", summary: string) => Promise<boolean>;
}

/** What an agent can do with the selected handoff. */
export function useActions(
  api: Api,
  me: Identity,
  selected: Handoff | null,
  refresh: () => Promise<Handoff[]>,
): Actions {
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Actions["failure"]>(null);

  const run = async (action: (id: string) => Promise<unknown>, explain: (error: ApiError, now: Handoff) => string) => {
    if (!selected || busy) return false;
    setBusy(true);
    setFailure(null);
    let problem: ApiError | null = null;
    try {
      await action(selected.id);
    } catch (error) {
      problem = error instanceof ApiError ? error : new ApiError(0, String(error));
    }
    await refresh().catch(() => undefined); // the list reads itself again anyway
    const refused = problem;
    if (refused) setFailure({ handoffId: selected.id, text: (now) => explain(refused, now) });
    setBusy(false);
    return problem === null;
  };
  const failed = (error: ApiError) => t("desk.failed", { detail: error.fields[0]?.message ?? error.detail });

  return {
    busy,
    failure,
    clearFailure: useCallback(() => setFailure(null), []),
    claim: () =>
      run(
        (id) => api.claim(me.token, id),
        (error, now) =>
          error.status === 409 ? t("desk.claimed", { name: now.agent?.name ?? t("desk.someone") }) : failed(error),
      ),
    release: () => run((id) => api.release(me.token, id), failed),
    close: (how, summary) => run((id) => api.close(me.token, id, how, summary), failed),
  };
}
