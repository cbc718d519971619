import type { FormEvent, ReactNode } from "react";
import { useCallback, useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import type { Api, Handoff } from "../api.ts";
import { ApiError } from "../api.ts";
import { useI18n } from "../i18n/index.tsx";
import { useNow } from "../ui/hooks.ts";
import { EyeIcon, LockIcon } from "../ui/icons.tsx";
import type { PlaceholderPlace } from "../ui/placeholders.ts";
import { Placeholders } from "../ui/placeholders.ts";
import type { Identity } from "./identity.ts";
import { isMine } from "./queue.ts";

/** How long an original stays on the screen. */
const shownForMs = 30_000;
const reasonMinCharacters = 2;
const reasonMaxCharacters = 500;
const reasons = ["reveal.reason1", "reveal.reason2", "reveal.reason3"] as const;

type Reveal = (place: PlaceholderPlace, reason: string) => Promise<string>;

interface RevealableProps {
  api: Api;
  me: Identity;
  handoff: Handoff;
  children: ReactNode;
}

/** Personal data in the messages inside can be shown, by whoever has the conversation, with a reason (P3). */
export function RevealablePlaceholders({ api, me, handoff, children }: RevealableProps) {
  const { word } = useI18n();
  const may = isMine(handoff, me.id) || me.admin === true;
  const { id } = handoff;
  const reveal = useCallback<Reveal>(
    async ({ seq, label, nth }, reason) =>
      (await api.reveal(me.token, id, { seq, placeholder: label, nth, reason })).original,
    [api, me.token, id],
  );
  const chip = useCallback(
    (place: PlaceholderPlace) => {
      const what = word("pii", place.label);
      return what === place.label ? null : <Chip place={place} what={what} reveal={may ? reveal : null} />;
    },
    [word, may, reveal],
  );
  return <Placeholders value={chip}>{children}</Placeholders>;
}

/** @param reveal null: who looks at it may not see more than that there is something */
function Chip({ place, what, reveal }: { place: PlaceholderPlace; what: string; reveal: Reveal | null }) {
  const { t } = useI18n();
  const [asking, setAsking] = useState(false);
  const [shown, setShown] = useState<{ original: string; untilMs: number } | null>(null);
  const hide = useCallback(() => setShown(null), []);
  // Whoever loses the conversation loses what they saw of it.
  if (shown && reveal) return <Original what={what} {...shown} onHide={hide} />;
  return (
    <span className="pii" data-testid="placeholder" data-label={place.label}>
      <LockIcon size={14} />
      <span title={reveal ? undefined : t("reveal.locked", { what })}>{what}</span>
      {reveal && (
        <button
          type="button"
          className="pii-show"
          aria-label={t("reveal.showWhat", { what })}
          data-testid="reveal"
          onClick={() => setAsking(true)}
        >
          <EyeIcon size={14} /> {t("reveal.show")}
        </button>
      )}
      {asking && reveal && (
        <AskReason
          what={what}
          onCancel={() => setAsking(false)}
          onReason={async (reason) => {
            const original = await reveal(place, reason);
            setShown({ original, untilMs: Date.now() + shownForMs });
            setAsking(false);
          }}
        />
      )}
    </span>
  );
}

interface OriginalProps {
  what: string;
  original: string;
  untilMs: number;
  onHide: () => void;
}

function Original({ what, original, untilMs, onHide }: OriginalProps) {
  const { t } = useI18n();
  const seconds = Math.max(0, Math.ceil((untilMs - useNow(1_000)) / 1_000));
  useEffect(() => {
    const timer = setTimeout(onHide, untilMs - Date.now());
    return () => clearTimeout(timer);
  }, [untilMs, onHide]);
  return (
    <span className="pii pii-open" data-testid="original">
      <span className="visually-hidden">{what}</span>
      <strong>{original}</strong>
      <span className="pii-left">{t("reveal.hidesIn", { seconds })}</span>
      <button type="button" className="pii-show" onClick={onHide} data-testid="hide-original">
        {t("reveal.hide")}
      </button>
    </span>
  );
}

interface AskReasonProps {
  what: string;
  onReason: (reason: string) => Promise<void>;
  onCancel: () => void;
}

/** Says what looking means before anything is shown. */
function AskReason({ what, onReason, onCancel }: AskReasonProps) {
  const { t } = useI18n();
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
    field.current?.focus();
  }, []);
  const change = (text: string) => {
    setReason(text);
    setProblem(null);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const why = reason.trim();
    if (why.length < reasonMinCharacters) {
      setProblem(t("reveal.reasonNeeded"));
      field.current?.focus();
      return;
    }
    setBusy(true);
    try {
      await onReason(why);
    } catch (error) {
      setProblem(explained(error, t));
      setBusy(false);
    }
  };
  // A message is a paragraph, and a dialog can't stand in one.
  return createPortal(
    <dialog
      className="reveal"
      ref={dialog}
      aria-labelledby="reveal-title"
      data-testid="reveal-dialog"
      onCancel={(event) => {
        event.preventDefault();
        onCancel();
      }}
    >
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="reveal-title">{t("reveal.title", { what })}</h2>
        <p className="notice">
          <LockIcon size={18} /> <span>{t("reveal.audited", { seconds: shownForMs / 1_000 })}</span>
        </p>
        <label htmlFor="reveal-reason">{t("reveal.reason")}</label>
        <input
          id="reveal-reason"
          className="field"
          ref={field}
          value={reason}
          maxLength={reasonMaxCharacters}
          placeholder={t("reveal.reasonPlaceholder")}
          aria-invalid={problem !== null}
          autoComplete="off"
          data-testid="reveal-reason"
          onChange={(event) => change(event.target.value)}
        />
        {problem && (
          <p className="field-error" role="alert" data-testid="reveal-problem">
            {problem}
          </p>
        )}
        <div className="chips">
          {reasons.map((key) => (
            <button type="button" className="tag tag-button" key={key} onClick={() => change(t(key))}>
              {t(key)}
            </button>
          ))}
        </div>
        <div className="reveal-actions">
          <button type="button" className="button" onClick={onCancel} data-testid="reveal-cancel">
            {t("reveal.cancel")}
          </button>
          <button type="submit" className="button button-primary" disabled={busy} data-testid="reveal-confirm">
            <EyeIcon size={18} /> {t("reveal.confirm")}
          </button>
        </div>
      </form>
    </dialog>,
    document.body,
  );
}

function explained(error: unknown, t: ReturnType<typeof useI18n>["t"]): string {
  if (error instanceof ApiError && error.status === 404) return t("reveal.gone");
  if (error instanceof ApiError && error.status === 409) return t("reveal.notYours");
  return t("desk.failed", { detail: error instanceof ApiError ? error.detail : String(error) });
}
