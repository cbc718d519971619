import type { ApiError } from "../api.ts";
import { useI18n } from "../i18n/index.tsx";
import { AlertIcon, CheckIcon, CloseIcon, UndoIcon } from "../ui/icons.tsx";
import type { Entry } from "./api.ts";

/** Small parts of both views. */

export function Failure({ failure, onDismiss }: { failure: ApiError | null; onDismiss: () => void }) {
  const { t } = useI18n();
  if (!failure) return null;
  const detail = failure.fields[0] ? `${failure.fields[0].field}: ${failure.fields[0].message}` : failure.detail;
  return (
    <p className="notice notice-danger" role="alert" data-testid="failure">
      <AlertIcon size={18} />
      <span>{failure.status === 409 ? t("knowledge.conflict") : t("knowledge.failed", { detail })}</span>
      <button type="button" className="link" onClick={onDismiss} aria-label={t("app.dismiss")}>
        <CloseIcon size={16} />
      </button>
    </p>
  );
}

interface ToastProps {
  done: { what: string } | null;
  text: string | null;
  onUndo: (() => void) | null;
}

/** What was just done, said aloud, with the way back. */
export function Toast({ done, text, onUndo }: ToastProps) {
  const { t } = useI18n();
  return (
    <div className="toast-place" role="status" aria-live="polite">
      {done && (
        <div className="toast" data-testid="done" data-what={done.what}>
          <CheckIcon size={16} />
          <span>{text}</span>
          {onUndo && (done.what === "accepted" || done.what === "rejected") && (
            <button type="button" className="link" onClick={onUndo}>
              <UndoIcon size={15} /> {t("knowledge.undo")} <kbd>U</kbd>
            </button>
          )}
        </div>
      )}
    </div>
  );
}

/** Language, status and what hangs on it. */
export function EntryTags({ entry }: { entry: Entry }) {
  const { t } = useI18n();
  return (
    <>
      <span className="tag tag-plain">{t(`knowledge.locale.${entry.locale}`)}</span>
      <span className={entry.status === "live" ? "tag tag-live" : "tag tag-plain"}>
        {t(`knowledge.status.${entry.status}`)}
      </span>
      {entry.stakes && <span className="tag tag-danger">{t(`knowledge.stakes.${entry.stakes}`)}</span>}
    </>
  );
}

export const flagTone = { contradiction: "tag-danger", stale: "tag-missing", few: "tag" } as const;
