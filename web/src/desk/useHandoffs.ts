import { useCallback, useEffect, useRef, useState } from "react";
import type { Api, Handoff } from "../api.ts";
import { ApiError } from "../api.ts";
import { backoffMs, pause } from "../core/backoff.ts";
import { onNetworkChange } from "../ui/browser.ts";
import { closedStatuses, openStatuses } from "./queue.ts";

const pollMs = 2_000;
/** A tab in the background only keeps its title right. */
const hiddenPollMs = 8_000;

export interface Handoffs {
  open: Handoff[];
  closed: Handoff[];
  loaded: boolean;
  unreachable: boolean;
  /** Reads the lists at once, after an action; resolves when they are up to date. */
  refresh: () => Promise<Handoff[]>;
}

/** The handoffs of the shop, kept up to date. `withClosed`: the closed ones are being looked at. */
export function useHandoffs(api: Api, token: string, withClosed: boolean, onRejected: () => void): Handoffs {
  const [lists, setLists] = useState({
    open: [] as Handoff[],
    closed: [] as Handoff[],
    loaded: false,
    unreachable: false,
  });
  const round = useRef(0);

  const refresh = useCallback(async () => {
    round.current += 1;
    const mine = round.current;
    const read = async (statuses: typeof openStatuses) =>
      (await Promise.all(statuses.map((status) => api.handoffs(token, status)))).flat();
    const [open, closed] = await Promise.all([read(openStatuses), withClosed ? read(closedStatuses) : null]);
    // An older answer must not overwrite a newer one.
    if (mine === round.current)
      setLists((now) => ({
        open: unique(open),
        closed: closed ? unique(closed) : now.closed,
        loaded: true,
        unreachable: false,
      }));
    return unique([...open, ...(closed ?? [])]);
  }, [api, token, withClosed]);

  useEffect(() => {
    const stopped = new AbortController();
    const poll = async () => {
      let failures = 0;
      while (!stopped.signal.aborted) {
        try {
          await refresh();
          failures = 0;
        } catch (error) {
          if (stopped.signal.aborted) return;
          if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return onRejected();
          failures += 1;
          if (failures > 1) setLists((now) => ({ ...now, unreachable: true }));
        }
        const usualMs = document.hidden ? hiddenPollMs : pollMs;
        await pause(failures > 0 ? backoffMs(failures) : usualMs, onNetworkChange, stopped.signal);
      }
    };
    void poll();
    return () => stopped.abort();
  }, [refresh, onRejected]);

  return { ...lists, refresh };
}

/** One that changed status between two of the lists' requests stands in both: the later one counts. */
function unique(handoffs: Handoff[]): Handoff[] {
  return [...new Map(handoffs.map((handoff) => [handoff.id, handoff])).values()];
}
