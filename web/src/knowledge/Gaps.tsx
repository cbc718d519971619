import { useEffect, useRef } from "react";
import type { Shortcut } from "../desk/Shortcuts.tsx";
import { useShortcuts } from "../desk/useShortcuts.ts";
import { useI18n } from "../i18n/index.tsx";
import { BookIcon, CheckIcon, RefreshIcon } from "../ui/icons.tsx";
import type { Gap, KnowledgeApi } from "./api.ts";
import { GapPane } from "./GapPane.tsx";
import { Failure, Toast } from "./parts.tsx";
import type { GapsState } from "./useGaps.ts";
import { GAP_VIEWS, useGaps } from "./useGaps.ts";

export const gapKeys: readonly Shortcut[] = [
  [["J", "K"], "gaps.key.move"],
  [["E"], "gaps.key.write"],
  [["Ctrl", "Enter"], "gaps.key.add"],
  [["D"], "gaps.key.dismiss"],
  [["Esc"], "knowledge.key.escape"],
];

interface GapsProps {
  api: KnowledgeApi;
  mayChange: boolean;
  onOpen: (count: number) => void;
  onRejected: () => void;
}

/** What customers ask in vain, most asked first; beside it the gap with its draft. */
export function Gaps({ api, mayChange, onOpen, onRejected }: GapsProps) {
  const { t } = useI18n();
  const state = useGaps(api, onRejected);
  const { selected, page, select, view } = state;
  const wide = useRef(window.matchMedia("(min-width: 760px)"));
  useEffect(() => {
    if (page) onOpen(page.counts.open);
  }, [page, onOpen]);
  useEffect(() => {
    if (wide.current.matches && !selected && page?.gaps[0]) select(page.gaps[0].id);
  }, [page, selected, select]);
  const down = () => state.move(1);
  const up = () => state.move(-1);
  useShortcuts({
    ...{ j: down, k: up, ArrowDown: down, ArrowUp: up },
    e: () => document.getElementById("gap-answer")?.focus(),
    d: () => mayChange && selected && view === "open" && void state.dismiss(selected),
  });
  return (
    <div className={selected ? "review review-open" : "review"}>
      <GapList state={state} />
      <main className="review-pane">
        <Failure failure={state.failure} onDismiss={state.clearFailure} />
        {selected ? (
          <GapPane key={selected.id} gap={selected} state={state} mayChange={mayChange} />
        ) : (
          <div className="review-none">
            <BookIcon size={36} />
            <p>{t("gaps.pick")}</p>
          </div>
        )}
        <Toast
          done={state.done}
          text={state.done && t(`gaps.done.${state.done.what}`, { question: state.done.question })}
          onUndo={null}
        />
      </main>
    </div>
  );
}

function GapList({ state }: { state: GapsState }) {
  const { t } = useI18n();
  const { view, page, selected } = state;
  const most = Math.max(
    1,
    ...(page?.gaps.map(({ volume, deflected }) => (view === "added" ? deflected : volume)) ?? []),
  );
  return (
    <aside className="queue" aria-label={t("knowledge.gaps")}>
      <div className="tabs">
        {GAP_VIEWS.map((choice) => (
          <button
            key={choice}
            type="button"
            aria-pressed={view === choice}
            data-testid={`gaps-${choice}`}
            onClick={() => state.setView(choice)}
          >
            {t(`gaps.view.${choice}`)}
            {page && page.counts[choice] > 0 && (
              <span className={choice === "open" ? "badge" : "badge badge-quiet"}>{page.counts[choice]}</span>
            )}
          </button>
        ))}
      </div>
      <div className="gaps-lead">
        <p>{t("gaps.lead")}</p>
        <button
          type="button"
          className="button"
          disabled={state.collecting}
          data-testid="collect"
          onClick={() => void state.collect()}
        >
          {state.collecting ? <span className="spinner" /> : <RefreshIcon size={16} />}
          {t(state.collecting ? "gaps.collecting" : "gaps.collect")}
        </button>
      </div>
      <div className="queue-scroll">
        {page?.gaps.map((gap) => (
          <GapRow
            key={gap.id}
            gap={gap}
            share={(view === "added" ? gap.deflected : gap.volume) / most}
            selected={gap.id === selected?.id}
            onSelect={() => state.select(gap.id)}
          />
        ))}
        {page?.gaps.length === 0 && page.counts[view] === 0 && <Empty view={view} />}
      </div>
    </aside>
  );
}

const TITLES = { open: "Open", added: "Added", dismissed: "Dismissed" } as const;

function Empty({ view }: { view: GapsState["view"] }) {
  const { t } = useI18n();
  return (
    <div className="queue-empty" data-testid="empty">
      {view === "open" && (
        <span className="empty-mark">
          <CheckIcon size={26} />
        </span>
      )}
      <p>
        <strong>{t(`gaps.empty${TITLES[view]}`)}</strong>
      </p>
      <p>{t(`gaps.empty${TITLES[view]}Lead`)}</p>
    </div>
  );
}

interface GapRowProps {
  gap: Gap;
  /** Of the largest one's volume. */
  share: number;
  selected: boolean;
  onSelect: () => void;
}

function GapRow({ gap, share, selected, onSelect }: GapRowProps) {
  const { t } = useI18n();
  const row = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (selected) row.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  const figure = gap.status === "added" ? gap.deflected : gap.volume;
  return (
    <button
      ref={row}
      type="button"
      className={selected ? "queue-item gap-item queue-item-selected" : "queue-item gap-item"}
      aria-current={selected}
      data-testid="gap"
      data-id={gap.id}
      onClick={onSelect}
    >
      <span className="gap-item-figure">{figure}</span>
      <span className="entry-item-question">{gap.question || t("gaps.erased")}</span>
      <meter className="gap-bar" value={share} aria-label={t("gaps.volume", { count: figure })} />
    </button>
  );
}
