import { createApi } from "../api.ts";
import { Desk } from "./Desk.tsx";
import { SignIn } from "./SignIn.tsx";
import { useIdentity } from "./useIdentity.ts";

const api = createApi();

/** The agents' page: who works here, then the desk. */
export function DeskApp() {
  const { identity, rejected, enter, leave } = useIdentity(api);
  if (!identity) return <SignIn api={api} page="desk" rejected={rejected} onEnter={enter} />;
  return <Desk key={identity.id} api={api} me={identity} onLeave={leave} />;
}
