import type { ReactNode } from "react";
import { useState } from "react";
import { useI18n } from "../i18n/index.tsx";
import { AlertIcon, BackIcon, CheckIcon, ClockIcon, CloseIcon, EditIcon, UndoIcon } from "../ui/icons.tsx";
import { RichText } from "../ui/RichText.tsx";
import { fullDay } from "../ui/time.ts";
import type { Entry, KnowledgeApi } from "./api.ts";
import { EntryTags } from "./parts.tsx";
import type { ReviewState } from "./useReview.ts";

interface EntryPaneProps {
  api: KnowledgeApi;
  entry: Entry;
  review: ReviewState;
  mayChange: boolean;
  onEdit: () => void;
  onBack: () => void;
}

/** One entry with its evidence, and what can be done with it. */
export function EntryPane({ api, entry, review, mayChange, onEdit, onBack }: EntryPaneProps) {
  const { t, locale } = useI18n();
  return (
    <>
      <article className="entry" data-testid="entry-pane" data-id={entry.id}>
        <button type="button" className="button button-quiet only-narrow entry-back" onClick={onBack}>
          <BackIcon size={18} /> {t("desk.back")}
        </button>
        <p className="entry-tags">
          <EntryTags entry={entry} />
          <span className="muted">{t(`knowledge.origin.${entry.origin}`)}</span>
        </p>
        <h1 lang={entry.locale}>{entry.question}</h1>
        <dl className="evidence">
          <Fact name={t("knowledge.asked")}>{t("knowledge.askedTimes", { count: entry.asked })}</Fact>
          {entry.conversations > 0 && (
            <Fact name={t("knowledge.conversations")}>
              {t("knowledge.conversationCount", { count: entry.conversations })}
            </Fact>
          )}
          <Fact name={t("knowledge.answeredAt")}>
            {entry.answeredAt ? fullDay(entry.answeredAt, locale) : t("knowledge.never")}
          </Fact>
          {entry.source && <Fact name={t("knowledge.source")}>{entry.source}</Fact>}
        </dl>
        <Flags entry={entry} />
        <section className="card">
          <h2>{t("knowledge.answer")}</h2>
          <div className="entry-answer" lang={entry.locale}>
            <RichText text={entry.answer} partial={false} />
          </div>
        </section>
        {entry.alternatives.length > 0 && (
          <section>
            <h2>
              {t("knowledge.alternatives")} <span className="muted">{entry.alternatives.length}</span>
            </h2>
            <ul className="wordings" lang={entry.locale}>
              {entry.alternatives.map((wording) => (
                <li key={wording}>{wording}</li>
              ))}
            </ul>
          </section>
        )}
        {entry.version > 1 && <Versions api={api} entry={entry} review={review} mayChange={mayChange} />}
      </article>
      {mayChange ? (
        <footer className="entry-actions">
          <button
            type="button"
            className="button button-primary button-large"
            data-testid="accept"
            onClick={() => void review.accept(entry)}
          >
            <CheckIcon /> {t("knowledge.accept")} <kbd>A</kbd>
          </button>
          <button type="button" className="button button-large" data-testid="edit" onClick={onEdit}>
            <EditIcon /> {t("knowledge.edit")} <kbd>E</kbd>
          </button>
          <button
            type="button"
            className="button button-large button-danger"
            data-testid="reject"
            onClick={() => void review.reject(entry)}
          >
            <CloseIcon /> {t("knowledge.reject")} <kbd>R</kbd>
          </button>
          <button
            type="button"
            className="button button-quiet button-large"
            data-testid="undo"
            disabled={!review.canUndo}
            onClick={review.undo}
          >
            <UndoIcon /> {t("knowledge.undo")} <kbd>U</kbd>
          </button>
        </footer>
      ) : (
        <p className="entry-actions read-only" data-testid="read-only">
          {t("knowledge.readOnly")}
        </p>
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Why somebody should look twice, in words. */
function Flags({ entry }: { entry: Entry }) {
  const { t } = useI18n();
  const stakes = entry.stakes && !entry.reviewed;
  if (!stakes && entry.flags.length === 0) return null;
  return (
    <ul className="flags">
      {stakes && (
        <li className="flag flag-danger">
          <AlertIcon />
          <div>
            <strong>{t(`knowledge.stakes.${entry.stakes ?? "none"}`)}</strong>
            <p>{t("knowledge.stakesLead")}</p>
          </div>
        </li>
      )}
      {entry.flags.map(({ kind, note }) => (
        <li
          key={kind + note}
          className={kind === "contradiction" ? "flag flag-danger" : kind === "stale" ? "flag flag-warn" : "flag"}
        >
          {kind === "stale" ? <ClockIcon /> : <AlertIcon />}
          <div>
            <strong>{t(`knowledge.flag.${kind}`)}</strong>
            <p>{t(`knowledge.flag.${kind}Lead`)}</p>
            {note && <blockquote>{note}</blockquote>}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** Fetched when somebody wants to see them. */
function Versions({ api, entry, review, mayChange }: Omit<EntryPaneProps, "onEdit" | "onBack">) {
  const { t, locale } = useI18n();
  const [versions, setVersions] = useState<Entry[] | null>(null);
  return (
    <details
      className="versions"
      // Another version of it is another list.
      key={entry.version}
      onToggle={(event) => event.currentTarget.open && void api.versions(entry.id).then(setVersions, () => undefined)}
    >
      <summary>{t("knowledge.versions")}</summary>
      <ol>
        {versions?.map((version) => (
          <li key={version.version}>
            <p className="version-head">
              <strong>{t("knowledge.version", { version: version.version })}</strong>
              <span className="tag tag-plain">{t(`knowledge.status.${version.status}`)}</span>
              <span className="muted">
                {version.updatedBy} · {fullDay(version.updatedAt, locale)}
              </span>
              {version.version === entry.version ? (
                <span className="muted">{t("knowledge.current")}</span>
              ) : (
                mayChange && (
                  <button type="button" className="link" onClick={() => void review.restore(entry, version.version)}>
                    {t("knowledge.restore")}
                  </button>
                )
              )}
            </p>
            <p className="version-text" lang={version.locale}>
              {version.question} — {version.answer}
            </p>
          </li>
        ))}
      </ol>
    </details>
  );
}
