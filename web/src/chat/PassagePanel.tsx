import { useEffect, useRef, useState } from "react";
import type { Citation, Passage } from "../api.ts";
import { ApiError } from "../api.ts";
import { useI18n } from "../i18n/index.tsx";
import { CloseIcon } from "../ui/icons.tsx";
import { RichText } from "../ui/RichText.tsx";
import { day } from "../ui/time.ts";

interface PassagePanelProps {
  citation: Citation;
  load: (id: string) => Promise<Passage>;
  onClose: () => void;
}

type Loaded = { passage: Passage } | { error: "gone" | "failed" } | null;

/** The passage that a reply cites, beside the conversation; on narrow screens over its lower half. */
export function PassagePanel({ citation, load, onClose }: PassagePanelProps) {
  const { t, locale } = useI18n();
  const dialog = useRef<HTMLDialogElement>(null);
  const [loaded, setLoaded] = useState<Loaded>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  useEffect(() => {
    let current = true;
    setLoaded(null);
    load(citation.id).then(
      (passage) => current && setLoaded({ passage }),
      (error: unknown) =>
        current && setLoaded({ error: error instanceof ApiError && error.status === 404 ? "gone" : "failed" }),
    );
    return () => {
      current = false;
    };
  }, [citation.id, load]);
  const passage = loaded && "passage" in loaded ? loaded.passage : null;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the dialog closes on Escape by itself
    <dialog
      ref={dialog}
      className="passage"
      aria-labelledby="passage-title"
      onClose={onClose}
      // A click beside the panel falls on the dialog itself.
      onClick={(event) => event.target === dialog.current && dialog.current.close()}
      data-testid="passage"
    >
      <div className="passage-body">
        <header>
          <div>
            <p className="passage-kind">{t("cite.title")}</p>
            <h2 id="passage-title">{citation.title}</h2>
          </div>
          <button
            type="button"
            className="button button-quiet"
            onClick={() => dialog.current?.close()}
            aria-label={t("app.close")}
          >
            <CloseIcon />
          </button>
        </header>
        {passage ? (
          <article>
            {/* A section's answer begins with its heading, and its title stands above. */}
            {!passage.answer.startsWith(`**${passage.question}**`) && passage.question !== citation.title && (
              <h3>{passage.question}</h3>
            )}
            <RichText text={passage.answer} />
            <footer>{t("cite.updated", { date: day(passage.updatedAt, locale) })}</footer>
          </article>
        ) : (
          <p className="muted" role="status">
            {t(loaded && "error" in loaded ? `cite.${loaded.error}` : "app.loading")}
          </p>
        )}
      </div>
    </dialog>
  );
}
