import type { FormEvent } from "react";
import { useEffect, useState } from "react";
import type { Api, Person } from "../api.ts";
import { ApiError } from "../api.ts";
import { backoffMs, pause } from "../core/backoff.ts";
import { useI18n } from "../i18n/index.tsx";
import { Avatar } from "../ui/Avatar.tsx";
import { onNetworkChange } from "../ui/browser.ts";
import { LanguageSwitch } from "../ui/common.tsx";
import { Mark } from "../ui/icons.tsx";
import type { Identity } from "./identity.ts";
import { identityOf } from "./identity.ts";

interface SignInProps {
  api: Api;
  page: "desk" | "knowledge";
  /** The last token was refused. */
  rejected: boolean;
  onEnter: (identity: Identity) => void;
}

type Agents = "loading" | "unreachable" | "off" | Person[];

/** In the demo one picks an agent; otherwise one pastes a token. */
export function SignIn({ api, page, rejected, onEnter }: SignInProps) {
  const { t } = useI18n();
  const agents = useDemoAgents(api);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    document.title = `${t(page === "desk" ? "app.deskTitle" : "app.knowledgeTitle")} · Colloquy`;
  }, [t, page]);

  const pick = async (agent: Person) => {
    try {
      const { token } = await api.demoAgentToken(agent.id);
      onEnter({ ...agent, token, reviews: identityOf(token)?.reviews === true });
    } catch (error) {
      setFailure(t("desk.failed", { detail: error instanceof Error ? error.message : String(error) }));
    }
  };
  const waiting = agents === "loading" || agents === "unreachable";
  return (
    <div className="sign-in">
      <header className="top-bar">
        <span className="brand">
          <Mark size={26} /> Colloquy
        </span>
        <LanguageSwitch />
      </header>
      <main className="sign-in-card">
        <h1>{t(page === "desk" ? "desk.signIn" : "knowledge.signIn")}</h1>
        <p className="lead">
          {waiting
            ? t(agents === "loading" ? "app.loading" : "app.unreachable")
            : t(agents === "off" ? TOKEN_LEAD[page] : page === "desk" ? "desk.signInLead" : "knowledge.signInLead")}
        </p>
        {(failure ?? rejected) && (
          <p className="notice notice-danger" role="alert">
            {failure ?? t("desk.badToken")}
          </p>
        )}
        {Array.isArray(agents) && (
          <ul className="agents">
            {agents.map((agent) => (
              <li key={agent.id}>
                <button
                  type="button"
                  className="agent"
                  data-testid={`agent-${agent.id}`}
                  onClick={() => void pick(agent)}
                >
                  <Avatar id={agent.id} name={agent.name} />
                  <strong>{agent.name}</strong>
                </button>
              </li>
            ))}
          </ul>
        )}
        {!waiting && <CompanyLogin api={api} page={page} />}
        {agents === "off" && <TokenForm page={page} onEnter={onEnter} />}
      </main>
    </div>
  );
}

/** Where an identity provider is configured. */
function CompanyLogin({ api, page }: Pick<SignInProps, "api" | "page">) {
  const { t } = useI18n();
  const [offered, setOffered] = useState(false);
  useEffect(() => {
    void api.hasLogin().then(setOffered);
  }, [api]);
  return offered ? (
    <p>
      <a href={page === "desk" ? "/v1/login" : `/v1/login?page=${page}`} data-testid="login">
        {t("desk.login")}
      </a>
    </p>
  ) : null;
}

const TOKEN_LEAD = { desk: "desk.tokenLead", knowledge: "knowledge.tokenLead" } as const;
const tokenCommand = {
  desk: "npm run token -- --role agent --sub AGENT_ID",
  knowledge: "npm run token -- --role agent --reviews --sub AGENT_ID",
};

function TokenForm({ page, onEnter }: Pick<SignInProps, "page" | "onEnter">) {
  const { t } = useI18n();
  const [token, setToken] = useState("");
  const [bad, setBad] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const identity = identityOf(token);
    if (identity) onEnter(identity);
    else setBad(true);
  };
  return (
    <form className="token-form" onSubmit={submit}>
      <code>{tokenCommand[page]}</code>
      <label htmlFor="token">{t("desk.token")}</label>
      <textarea
        id="token"
        className="field"
        rows={4}
        spellCheck={false}
        value={token}
        data-testid="token"
        onChange={(event) => setToken(event.target.value)}
      />
      {bad && (
        <p className="notice notice-danger" role="alert">
          {t("desk.badToken")}
        </p>
      )}
      <button type="submit" className="button button-primary" disabled={!token.trim()}>
        {t(page === "desk" ? "desk.enter" : "knowledge.enter")}
      </button>
    </form>
  );
}

function useDemoAgents(api: Api): Agents {
  const [agents, setAgents] = useState<Agents>("loading");
  useEffect(() => {
    const stopped = new AbortController();
    const load = async () => {
      for (let attempt = 0; !stopped.signal.aborted; attempt += 1) {
        try {
          return setAgents(await api.demoAgents());
        } catch (error) {
          if (error instanceof ApiError && !error.transient) return setAgents("off");
          setAgents("unreachable");
          await pause(backoffMs(attempt), onNetworkChange, stopped.signal);
        }
      }
    };
    void load();
    return () => stopped.abort();
  }, [api]);
  return agents;
}
