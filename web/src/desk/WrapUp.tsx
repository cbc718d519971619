import { useRef, useState } from "react";
import { useI18n } from "../i18n/index.tsx";
import { CheckIcon, ReturnIcon } from "../ui/icons.tsx";
import type { Actions } from "./useActions.ts";

const phrases = ["desk.summary1", "desk.summary2", "desk.summary3"] as const;

/** How an agent gives a conversation away: resolved, or back to the bot, always with one line on what was done. */
export function WrapUp({ busy, onClose }: { busy: boolean; onClose: Actions["close"] }) {
  const { t } = useI18n();
  const [summary, setSummary] = useState("");
  const [needed, setNeeded] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const close = (how: "return" | "resolve") => {
    if (summary.trim()) return void onClose(how, summary.trim());
    setNeeded(true);
    field.current?.focus();
  };
  const change = (text: string) => {
    setSummary(text);
    setNeeded(false);
  };
  return (
    <section className="card wrap-up">
      <h2>
        <label htmlFor="summary">{t("desk.wrapUp")}</label>
      </h2>
      <textarea
        id="summary"
        ref={field}
        className="field"
        rows={2}
        maxLength={1000}
        value={summary}
        placeholder={t("desk.summaryPlaceholder")}
        aria-invalid={needed}
        data-testid="summary"
        onChange={(event) => change(event.target.value)}
      />
      {needed && (
        <p className="field-error" role="alert">
          {t("desk.summaryNeeded")}
        </p>
      )}
      <div className="chips">
        {phrases.map((key) => (
          <button type="button" className="tag tag-button" key={key} data-testid={key} onClick={() => change(t(key))}>
            {t(key)}
          </button>
        ))}
      </div>
      <div className="wrap-up-actions">
        <button type="button" className="button" disabled={busy} data-testid="return" onClick={() => close("return")}>
          <ReturnIcon size={18} /> {t("desk.return")}
        </button>
        <button
          type="button"
          className="button button-primary"
          disabled={busy}
          data-testid="resolve"
          onClick={() => close("resolve")}
        >
          <CheckIcon size={18} /> {t("desk.resolve")}
        </button>
      </div>
    </section>
  );
}
