import { useEffect, useMemo, useState } from "react";
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
import { Review, reviewKeys } from "./Review.tsx";

const api = createApi();

/** Who reviews, then what there is to review. */
export function KnowledgeApp() {
  const { identity, rejected, enter, leave } = useIdentity();
  if (!identity) return <SignIn api={api} page="knowledge" rejected={rejected} onEnter={enter} />;
  return <Knowledge key={identity.id} me={identity} onLeave={leave} />;
}

interface KnowledgeProps {
  me: Identity;
  onLeave: (because: "sign-out" | "rejected") => void;
}

function Knowledge({ me, onLeave }: KnowledgeProps) {
  const { t } = useI18n();
  const knowledge = useMemo(() => createKnowledgeApi(me.token), [me.token]);
  const [waiting, setWaiting] = useState(0);
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${t("app.knowledgeTitle")} · Colloquy`;
  }, [waiting, t]);
  return (
    <div className="knowledge">
      <header className="desk-head">
        <span className="brand">
          <Mark size={24} /> <span>{t("app.knowledgeTitle")}</span>
        </span>
        <div className="desk-me">
          <a className="button button-quiet" href="/desk" data-testid="to-desk">
            <HeadsetIcon size={18} /> <span>{t("knowledge.desk")}</span>
          </a>
          <Shortcuts keys={reviewKeys} />
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
      <Review api={knowledge} mayChange={me.reviews} onWaiting={setWaiting} onRejected={() => onLeave("rejected")} />
    </div>
  );
}
