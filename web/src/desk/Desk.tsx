import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Api, Handoff } from "../api.ts";
import { useI18n } from "../i18n/index.tsx";
import { Avatar } from "../ui/Avatar.tsx";
import type { ComposerHandle } from "../ui/Composer.tsx";
import { LanguageSwitch } from "../ui/common.tsx";
import { BookIcon, InboxIcon, Mark } from "../ui/icons.tsx";
import type { Identity } from "./identity.ts";
import { Queue } from "./Queue.tsx";
import { groups, isClaimable, isWaiting, neighbour } from "./queue.ts";
import { deskKeys, Shortcuts } from "./Shortcuts.tsx";
import { Thread } from "./Thread.tsx";
import { useActions } from "./useActions.ts";
import { useHandoffs } from "./useHandoffs.ts";
import { useShortcuts } from "./useShortcuts.ts";

interface DeskProps {
  api: Api;
  me: Identity;
  onLeave: (because: "sign-out" | "rejected") => void;
}

/** Queue, conversation, context. On narrow screens one of them at a time. */
export function Desk({ api, me, onLeave }: DeskProps) {
  const { t } = useI18n();
  const [tab, setTab] = useState<"open" | "closed">("open");
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const rejected = useCallback(() => onLeave("rejected"), [onLeave]);
  // The selected one has left the open list: read the closed ones too, to say how it ended.
  const [selectedLeft, setSelectedLeft] = useState(false);
  const handoffs = useHandoffs(api, me.token, tab === "closed" || selectedLeft, rejected);
  const composer = useRef<ComposerHandle>(null);

  const shown = useMemo(() => {
    if (tab === "open") return groups(handoffs.open, me.id).flatMap((group) => group.handoffs);
    return [...handoffs.closed].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }, [tab, handoffs.open, handoffs.closed, me.id]);
  const selected = useSelected(selectedId, handoffs.open, handoffs.closed);
  const selectedIsOpen = handoffs.open.some((handoff) => handoff.id === selectedId);
  useEffect(() => setSelectedLeft(selectedId !== null && !selectedIsOpen), [selectedId, selectedIsOpen]);
  const actions = useActions(api, me, selected, handoffs.refresh);

  const claim = () => {
    if (selected && isClaimable(selected)) void actions.claim();
  };
  const move = (step: 1 | -1) => setSelectedId((now) => neighbour(shown, now, step)?.id ?? now);
  useShortcuts({ j: () => move(1), k: () => move(-1), c: claim, r: () => composer.current?.focus() });
  useTitle(handoffs.open);

  return (
    <div className={selected ? "desk desk-selected" : "desk"}>
      <header className="desk-head">
        <span className="brand">
          <Mark size={24} /> {t("app.deskTitle")}
        </span>
        <div className="desk-me">
          <a className="button button-quiet" href="/knowledge" data-testid="to-knowledge">
            <BookIcon size={18} /> <span>{t("app.knowledgeTitle")}</span>
          </a>
          <Shortcuts keys={deskKeys} />
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
      <Queue
        me={me}
        tab={tab}
        onTab={setTab}
        handoffs={handoffs}
        shown={shown}
        selectedId={selectedId}
        onSelect={setSelectedId}
      />
      {selected ? (
        <Thread
          key={selected.id}
          api={api}
          me={me}
          handoff={selected}
          actions={actions}
          composer={composer}
          onClaim={claim}
          onBack={() => setSelectedId(null)}
        />
      ) : (
        <div className="desk-empty">
          <InboxIcon size={36} />
          <p>{t("desk.pick")}</p>
        </div>
      )}
    </div>
  );
}

/** The selected handoff as last seen: it stays on show when it leaves the list that is being read. */
function useSelected(id: string | null, open: Handoff[], closed: Handoff[]): Handoff | null {
  const last = useRef<Handoff | null>(null);
  const found = [...open, ...closed].find((handoff) => handoff.id === id);
  if (found) last.current = found;
  return last.current?.id === id ? last.current : null;
}

function useTitle(open: Handoff[]): void {
  const { t } = useI18n();
  const waiting = open.filter(isWaiting).length;
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${t("app.deskTitle")} · Colloquy`;
  }, [waiting, t]);
}
