import { useEffect, useRef } from "react";
import { useI18n } from "../i18n/index.tsx";
import { CheckIcon, PlusIcon, SearchIcon } from "../ui/icons.tsx";
import type { Entry } from "./api.ts";
import { flagTone } from "./parts.tsx";
import type { ReviewState } from "./useReview.ts";
import { TOPICS, VIEWS } from "./useReview.ts";

interface ReviewListProps {
  review: ReviewState;
  mayChange: boolean;
  selectedId: string | null;
  onSelect: (id: string) => void;
  onWrite: () => void;
}

/** Filters, progress and the queue. */
export function ReviewList({ review, mayChange, selectedId, onSelect, onWrite }: ReviewListProps) {
  const { t } = useI18n();
  const { filter, setFilter, counts, entries } = review;
  return (
    <aside className="queue" aria-label={t("knowledge.list")}>
      <div className="tabs">
        {VIEWS.map((view) => (
          <button
            key={view}
            type="button"
            aria-pressed={filter.view === view}
            data-testid={`view-${view}`}
            onClick={() => setFilter({ view })}
          >
            {t(`knowledge.view.${view}`)}
            {counts && counts[view] > 0 && (
              <span className={view === "waiting" ? "badge" : "badge badge-quiet"}>{counts[view]}</span>
            )}
          </button>
        ))}
      </div>
      <div className="review-filter">
        <div className="search">
          <SearchIcon size={16} />
          <input
            type="search"
            className="field"
            placeholder={t("knowledge.search")}
            aria-label={t("knowledge.search")}
            value={filter.text}
            data-testid="search"
            onChange={(event) => setFilter({ text: event.target.value })}
          />
          {mayChange && (
            <button type="button" className="button" onClick={onWrite} data-testid="write">
              <PlusIcon size={16} /> {t("knowledge.new")}
            </button>
          )}
        </div>
        <div className="topics">
          {TOPICS.map((topic) => (
            <button
              key={topic}
              type="button"
              className="topic"
              aria-pressed={filter.topic === topic}
              data-testid={`topic-${topic}`}
              onClick={() => setFilter({ topic })}
            >
              {t(`knowledge.topic.${topic}`)}
            </button>
          ))}
        </div>
      </div>
      {filter.view === "waiting" && <Progress review={review} />}
      <div className="queue-scroll">
        {entries?.map((entry) => (
          <Row key={entry.id} entry={entry} selected={entry.id === selectedId} onSelect={onSelect} />
        ))}
        {review.hasMore && (
          <button type="button" className="button button-quiet load-more" onClick={review.more}>
            {t("knowledge.more")}
          </button>
        )}
        {entries?.length === 0 && <Empty review={review} />}
      </div>
    </aside>
  );
}

/** How much of everything that ever waited has been decided. */
function Progress({ review: { counts } }: { review: ReviewState }) {
  const { t } = useI18n();
  if (!counts || counts.waiting + counts.reviewed === 0) return null;
  const total = counts.waiting + counts.reviewed;
  return (
    <div className="progress">
      <progress value={counts.reviewed} max={total} aria-labelledby="progress-text" />
      <span id="progress-text" data-testid="progress">
        {t("knowledge.progress", { done: counts.reviewed, total })}
      </span>
    </div>
  );
}

function Row({ entry, selected, onSelect }: { entry: Entry; selected: boolean; onSelect: (id: string) => void }) {
  const { t } = useI18n();
  const row = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (selected) row.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <button
      ref={row}
      type="button"
      className={selected ? "queue-item entry-item queue-item-selected" : "queue-item entry-item"}
      aria-current={selected}
      data-testid="entry"
      data-id={entry.id}
      onClick={() => onSelect(entry.id)}
    >
      <span className="entry-item-question">{entry.question}</span>
      <span className="entry-item-asked">{entry.asked > 0 ? `×${entry.asked}` : ""}</span>
      <span className="entry-item-answer">{entry.answer.replaceAll("**", "")}</span>
      {(entry.stakes || entry.flags.length > 0) && (
        <span className="queue-tags">
          {entry.stakes && <span className="tag tag-danger">{t(`knowledge.stakes.${entry.stakes}`)}</span>}
          {entry.flags.map(({ kind }) => (
            <span key={kind} className={`tag ${flagTone[kind]}`}>
              {t(`knowledge.topic.${kind}`)}
            </span>
          ))}
        </span>
      )}
    </button>
  );
}

const importCommand = "npm run knowledge -- import FILE";

/** Nothing here: because all is done, because nothing matches, or because nothing was ever imported. */
function Empty({ review: { filter, counts } }: { review: ReviewState }) {
  const { t } = useI18n();
  const filtered = filter.topic !== "all" || filter.text.trim() !== "";
  const nothing = counts !== null && counts.live + counts.draft + counts.retired === 0;
  const kind = nothing ? "Start" : filtered || filter.view !== "waiting" ? "Filter" : "Waiting";
  return (
    <div className="queue-empty" data-testid="empty" data-kind={kind}>
      {kind === "Waiting" && (
        <span className="empty-mark">
          <CheckIcon size={26} />
        </span>
      )}
      <p>
        <strong>{t(`knowledge.empty${kind}`)}</strong>
      </p>
      <p>{t(`knowledge.empty${kind}Lead`)}</p>
      {nothing && <code>{importCommand}</code>}
    </div>
  );
}
