import { useCallback, useEffect, useMemo, useState } from "react";
import { createApi } from "../api.ts";
import type { Identity } from "../desk/identity.ts";
import { Shortcuts } from "../desk/Shortcuts.tsx";
import { SignIn } from "../desk/SignIn.tsx";
import { useIdentity } from "../desk/useIdentity.ts";
import { useI18n } from "../i18n/index.tsx";
import { Avatar } from "../ui/Avatar.tsx";
import { LanguageSwitch } from "../ui/common.tsx";
import { HeadsetIcon, Mark } from "../ui/icons.tsx";
import { createKnowledgeApi } from "./api.ts";
import { Gaps, gapKeys } from "./Gaps.tsx";
import { Review, reviewKeys } from "./Review.tsx";

const api = createApi();

/** Who reviews, then what there is to review. */
export function KnowledgeApp() {
  const { identity, rejected, enter, leave } = useIdentity(api);
  if (!identity) return <SignIn api={api} page="knowledge" rejected={rejected} onEnter={enter} />;
  return <Knowledge key={identity.id} me={identity} onLeave={leave} />;
}

interface KnowledgeProps {
  me: Identity;
  onLeave: (because: "sign-out" | "rejected") => void;
}

type View = "review" | "gaps";
const viewOf = (): View => (location.hash === "#gaps" ? "gaps" : "review");

function Knowledge({ me, onLeave }: KnowledgeProps) {
  const { t } = useI18n();
  const knowledge = useMemo(() => createKnowledgeApi(me.token), [me.token]);
  const [view, setView] = useState(viewOf);
  const [counts, setCounts] = useState<Partial<Record<View, number>>>({});
  const onWaiting = useCallback((review: number) => setCounts((now) => ({ ...now, review })), []);
  const onOpen = useCallback((gaps: number) => setCounts((now) => ({ ...now, gaps })), []);
  const onRejected = useCallback(() => onLeave("rejected"), [onLeave]);
  useEffect(() => {
    const follow = () => setView(viewOf());
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  // How many gaps there are is worth knowing before one looks at them.
  useEffect(() => {
    knowledge.gaps("open").then(
      (page) => onOpen(page.counts.open),
      () => undefined,
    );
  }, [knowledge, onOpen]);
  useEffect(() => {
    const waiting = counts[view] ?? 0;
    document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${t("app.knowledgeTitle")} · Colloquy`;
  }, [counts, view, t]);
  const shared = { api: knowledge, mayChange: me.reviews === true, onRejected };
  return (
    <div className="knowledge">
      <header className="desk-head">
        <span className="brand">
          <Mark size={24} /> <span>{t("app.knowledgeTitle")}</span>
        </span>
        <nav className="views">
          {(["review", "gaps"] as const).map((choice) => (
            <a
              key={choice}
              href={`#${choice}`}
              aria-current={view === choice ? "page" : undefined}
              data-testid={`to-${choice}`}
            >
              {t(`knowledge.${choice}`)}
              {(counts[choice] ?? 0) > 0 && <span className="badge badge-quiet">{counts[choice]}</span>}
            </a>
          ))}
        </nav>
        <div className="desk-me">
          <a className="button button-quiet" href="/desk" data-testid="to-desk">
            <HeadsetIcon size={18} /> <span>{t("knowledge.desk")}</span>
          </a>
          <Shortcuts keys={view === "review" ? reviewKeys : gapKeys} />
          <LanguageSwitch />
          <Avatar id={me.id} name={me.name} size="small" />
          <strong>{me.name}</strong>
          <button
            type="button"
            className="button button-quiet"
            onClick={() => onLeave("sign-out")}
            data-testid="sign-out"
          >
            {t("desk.signOut")}
          </button>
        </div>
      </header>
      {view === "review" ? <Review {...shared} onWaiting={onWaiting} /> : <Gaps {...shared} onOpen={onOpen} />}
    </div>
  );
}
