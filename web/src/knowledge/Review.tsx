import { useEffect, useRef, useState } from "react";
import type { Shortcut } from "../desk/Shortcuts.tsx";
import { useShortcuts } from "../desk/useShortcuts.ts";
import { useI18n } from "../i18n/index.tsx";
import { BookIcon } from "../ui/icons.tsx";
import type { Entry, KnowledgeApi } from "./api.ts";
import { EntryForm } from "./EntryForm.tsx";
import { EntryPane } from "./EntryPane.tsx";
import { Failure, Toast } from "./parts.tsx";
import { ReviewList } from "./ReviewList.tsx";
import { useReview } from "./useReview.ts";

export const reviewKeys: readonly Shortcut[] = [
  [["J", "K"], "knowledge.key.move"],
  [["A"], "knowledge.key.accept"],
  [["E"], "knowledge.key.edit"],
  [["R"], "knowledge.key.reject"],
  [["U"], "knowledge.key.undo"],
  [["Ctrl", "Enter"], "knowledge.key.save"],
  [["Esc"], "knowledge.key.escape"],
];

interface ReviewProps {
  api: KnowledgeApi;
  mayChange: boolean;
  onWaiting: (count: number) => void;
  onRejected: () => void;
}

/** The queue on the left, the entry with its evidence on the right; on narrow screens one of them at a time. */
export function Review({ api, mayChange, onWaiting, onRejected }: ReviewProps) {
  const { t } = useI18n();
  const review = useReview(api, onRejected);
  const [mode, setMode] = useState<"look" | "edit" | "write">("look");
  const { selected, entries, counts } = review;
  const wide = useRef(window.matchMedia("(min-width: 760px)"));

  useEffect(() => onWaiting(counts?.waiting ?? 0), [counts?.waiting, onWaiting]);
  // Where there is room for both, the first entry is open at once.
  const { select } = review;
  useEffect(() => {
    if (wide.current.matches && !selected && entries?.[0]) select(entries[0].id);
  }, [entries, selected, select]);

  const acting = (act: (entry: Entry) => void) => () => {
    if (mayChange && selected && mode === "look") act(selected);
  };
  const open = (id: string | null) => {
    setMode("look");
    select(id);
  };
  const move = (step: 1 | -1) => () => {
    if (mode === "look") review.move(step);
  };
  useShortcuts({
    j: move(1),
    k: move(-1),
    ArrowDown: move(1),
    ArrowUp: move(-1),
    a: acting((entry) => void review.accept(entry)),
    e: acting(() => setMode("edit")),
    r: acting((entry) => void review.reject(entry)),
    u: () => mayChange && mode === "look" && review.undo(),
  });

  return (
    <div className={selected || mode === "write" ? "review review-open" : "review"}>
      <ReviewList
        review={review}
        mayChange={mayChange}
        selectedId={mode === "write" ? null : (selected?.id ?? null)}
        onSelect={open}
        onWrite={() => setMode("write")}
      />
      <main className="review-pane">
        <Failure failure={review.failure} onDismiss={review.clearFailure} />
        {mode === "write" ? (
          <EntryForm
            key="new"
            title={t("knowledge.newTitle")}
            submit={t("knowledge.create")}
            onCancel={() => setMode("look")}
            onSubmit={(content, locale) =>
              void review.create({ ...content, locale }).then((ok) => ok && setMode("look"))
            }
          />
        ) : selected && mode === "edit" ? (
          <EntryForm
            key={`${selected.id}:${selected.version}`}
            title={t("knowledge.edit")}
            initial={selected}
            submit={t("knowledge.acceptEdited")}
            onCancel={() => setMode("look")}
            onSubmit={(content) => void review.accept(selected, content).then((ok) => ok && setMode("look"))}
          />
        ) : selected ? (
          <EntryPane
            key={selected.id}
            api={api}
            entry={selected}
            review={review}
            mayChange={mayChange}
            onEdit={() => setMode("edit")}
            onBack={() => open(null)}
          />
        ) : (
          <div className="review-none">
            <BookIcon size={36} />
            <p>{t("knowledge.pick")}</p>
          </div>
        )}
        <Toast
          done={review.done}
          text={review.done && t(`knowledge.done.${review.done.what}`, { question: review.done.question })}
          onUndo={mayChange && review.canUndo ? review.undo : null}
        />
      </main>
    </div>
  );
}
