import { useCallback, useEffect, useRef, useState } from "react";
import type { Api, DemoCustomer } from "../api.ts";
import { ApiError } from "../api.ts";
import { backoffMs, pause } from "../core/backoff.ts";
import { onNetworkChange } from "../ui/browser.ts";

export type Demo =
  | { status: "loading"; unreachable: boolean }
  /** The server is not in demo mode: the chat works for an anonymous visitor. */
  | { status: "off" }
  | { status: "ready"; customers: DemoCustomer[] };

/** The demo customers with their orders; `refresh` reads them again after something may have changed. */
export function useDemoCustomers(api: Api): { demo: Demo; refresh: () => void } {
  const [demo, setDemo] = useState<Demo>({ status: "loading", unreachable: false });
  const alive = useRef(new AbortController());

  useEffect(() => {
    const stopped = new AbortController();
    alive.current = stopped;
    const load = async () => {
      for (let attempt = 0; !stopped.signal.aborted; attempt += 1) {
        try {
          const customers = await api.demoCustomers();
          if (!stopped.signal.aborted) setDemo({ status: "ready", customers });
          return;
        } catch (error) {
          if (stopped.signal.aborted) return;
          if (error instanceof ApiError && !error.transient) return setDemo({ status: "off" });
          setDemo({ status: "loading", unreachable: true });
          await pause(backoffMs(attempt), onNetworkChange, stopped.signal);
        }
      }
    };
    void load();
    return () => stopped.abort();
  }, [api]);

  const refresh = useCallback(() => {
    const { signal } = alive.current;
    api.demoCustomers().then(
      (customers) => !signal.aborted && setDemo({ status: "ready", customers }),
      () => undefined, // what is shown stays; the next change refreshes again
    );
  }, [api]);
  return { demo, refresh };
}
