import { useCallback, useState } from "react";
import type { Api } from "../api.ts";
import { tabStorage } from "../ui/browser.ts";
import type { Identity } from "./identity.ts";
import { identityOf } from "./identity.ts";

const identityKey = "colloquy.agent";

/** Back from the identity provider: the token stands in the fragment, and in the address bar no longer than this. */
function fromLogin(): Identity | null {
  const token = /^#token=([\w.-]+)$/.exec(location.hash)?.[1];
  const identity = token ? identityOf(token) : null;
  if (!identity) return null;
  history.replaceState(null, "", location.pathname);
  tabStorage.write(identityKey, identity);
  return identity;
}

/** Who works in this tab, on the desk and on the knowledge page alike. */
export function useIdentity(api: Pick<Api, "revoke">) {
  const [identity, setIdentity] = useState(() => fromLogin() ?? (tabStorage.read(identityKey) as Identity | null));
  const [rejected, setRejected] = useState(false);
  const enter = useCallback((next: Identity) => {
    tabStorage.write(identityKey, next);
    setRejected(false);
    setIdentity(next);
  }, []);
  const leave = useCallback(
    (because: "sign-out" | "rejected") => {
      const token = (tabStorage.read(identityKey) as Identity | null)?.token;
      // A token that was left behind is good for nobody. Away, the server is not waited for: it ends by itself.
      if (because === "sign-out" && token) void api.revoke(token).catch(() => undefined);
      tabStorage.remove(identityKey);
      setRejected(because === "rejected");
      setIdentity(null);
    },
    [api],
  );
  return { identity, rejected, enter, leave };
}
