import { useEffect, useRef } from "react";
import type { Handoff } from "../api.ts";
import { useI18n } from "../i18n/index.tsx";
import { Avatar } from "../ui/Avatar.tsx";
import { useNow } from "../ui/hooks.ts";
import { UserIcon } from "../ui/icons.tsx";
import { stopwatch } from "../ui/time.ts";
import type { Identity } from "./identity.ts";
import { groups, isClosed, isWaiting, lastText } from "./queue.ts";
import type { Handoffs } from "./useHandoffs.ts";

interface QueueProps {
  me: Identity;
  tab: "open" | "closed";
  onTab: (tab: "open" | "closed") => void;
  handoffs: Handoffs;
  /** In the order of the keyboard. */
  shown: Handoff[];
  selectedId: string | null;
  onSelect: (id: string) => void;
}

export function Queue({ me, tab, onTab, handoffs, shown, selectedId, onSelect }: QueueProps) {
  const { t } = useI18n();
  const item = (handoff: Handoff) => (
    <QueueItem key={handoff.id} handoff={handoff} selected={handoff.id === selectedId} onSelect={onSelect} />
  );
  return (
    <nav className="queue" aria-label={t("desk.queue")}>
      <div className="tabs">
        {(["open", "closed"] as const).map((name) => (
          <button
            type="button"
            key={name}
            aria-pressed={tab === name}
            data-testid={`tab-${name}`}
            onClick={() => onTab(name)}
          >
            {t(`desk.${name}`)}
            {name === "open" && handoffs.open.length > 0 && <span className="badge">{handoffs.open.length}</span>}
          </button>
        ))}
      </div>
      {handoffs.unreachable && (
        <p className="notice" role="status">
          {t("app.unreachable")}
        </p>
      )}
      <div className="queue-scroll">
        {tab === "open" &&
          groups(handoffs.open, me.id).map((group) => (
            <section key={group.name}>
              <h2>
                {t(`desk.group.${group.name}`)} <span>{group.handoffs.length}</span>
              </h2>
              <ul>{group.handoffs.map(item)}</ul>
            </section>
          ))}
        {tab === "closed" && <ul>{shown.map(item)}</ul>}
        {handoffs.loaded && shown.length === 0 && (
          <div className="queue-empty">
            <strong>{t(tab === "open" ? "desk.emptyOpen" : "desk.emptyClosed")}</strong>
            {tab === "open" && <p>{t("desk.emptyOpenLead")}</p>}
          </div>
        )}
      </div>
      <NewWaiting open={handoffs.open} />
    </nav>
  );
}

function QueueItem({
  handoff,
  selected,
  onSelect,
}: {
  handoff: Handoff;
  selected: boolean;
  onSelect: (id: string) => void;
}) {
  const { t, word } = useI18n();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (selected) button.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  const name = handoff.customer?.name ?? t("desk.visitor");
  return (
    <li>
      <button
        type="button"
        ref={button}
        className={selected ? "queue-item queue-item-selected" : "queue-item"}
        aria-current={selected}
        data-testid={`handoff-${handoff.id}`}
        data-status={handoff.status}
        onClick={() => onSelect(handoff.id)}
      >
        {handoff.customer ? (
          <Avatar id={handoff.customer.id} name={name} />
        ) : (
          <span className="avatar avatar-medium avatar-plain">
            <UserIcon />
          </span>
        )}
        <span className="queue-who">
          <strong>{name}</strong>
          {isClosed(handoff) ? (
            <span className={`status status-${handoff.status}`}>{word("status", handoff.status)}</span>
          ) : (
            <Since handoff={handoff} />
          )}
        </span>
        <span className="queue-what">
          <span>{lastText(handoff)}</span>
          {(handoff.unread ?? 0) > 0 && <span className="badge">{handoff.unread}</span>}
        </span>
        {(handoff.intent || handoff.agent) && (
          <span className="queue-tags">
            {handoff.intent && <span className="tag">{word("intent", handoff.intent)}</span>}
            {handoff.agent && !isWaiting(handoff) && <span className="tag tag-plain">{handoff.agent.name}</span>}
          </span>
        )}
      </button>
    </li>
  );
}

const warnAfterMs = 2 * 60_000;
const lateAfterMs = 5 * 60_000;

/** How long the customer has been waiting, or has been with an agent. */
export function Since({ handoff }: { handoff: Handoff }) {
  const { t } = useI18n();
  const now = useNow(1_000);
  const waiting = handoff.status !== "active";
  const ms = now - Date.parse(waiting ? handoff.createdAt : (handoff.claimedAt ?? handoff.createdAt));
  const level = !waiting ? "" : ms > lateAfterMs ? "since-late" : ms > warnAfterMs ? "since-warn" : "";
  return (
    <time className={`since ${level}`} title={t(waiting ? "desk.waited" : "desk.since", { time: stopwatch(ms) })}>
      {stopwatch(ms)}
    </time>
  );
}

/** Says aloud who has just begun to wait. */
function NewWaiting({ open }: { open: Handoff[] }) {
  const { t } = useI18n();
  const newest = open.filter(isWaiting).toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
  return (
    <p className="visually-hidden" aria-live="polite">
      {newest && t("desk.newWaiting", { name: newest.customer?.name ?? t("desk.visitor") })}
    </p>
  );
}
