import type { KeyboardEvent } from "react";
import { useState } from "react";
import type { Locale } from "../api.ts";
import { useI18n } from "../i18n/index.tsx";
import { CheckIcon } from "../ui/icons.tsx";
import type { Content, Stakes } from "./api.ts";
import { StakesField } from "./StakesField.tsx";

interface EntryFormProps {
  title: string;
  submit: string;
  /** Absent: an entry that doesn't exist yet, whose language is asked for. */
  initial?: Content & { locale: Locale };
  onSubmit: (content: Content, locale: Locale) => void;
  onCancel: () => void;
}

/** Question, answer, other wordings, stakes. Ctrl+Enter saves, Escape leaves it as it was. */
export function EntryForm({ title, submit, initial, onSubmit, onCancel }: EntryFormProps) {
  const { t, locale: reading } = useI18n();
  const [locale, setLocale] = useState<Locale>(initial?.locale ?? reading);
  const [question, setQuestion] = useState(initial?.question ?? "");
  const [answer, setAnswer] = useState(initial?.answer ?? "");
  const [alternatives, setAlternatives] = useState((initial?.alternatives ?? []).join("\n"));
  const [stakes, setStakes] = useState<Stakes>(initial?.stakes ?? null);
  const complete = question.trim() !== "" && answer.trim() !== "";
  const save = () => {
    if (!complete) return;
    const wordings = alternatives.split("\n").flatMap((line) => line.trim() || []);
    onSubmit({ question: question.trim(), answer: answer.trim(), alternatives: wordings, stakes }, locale);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
    else if (event.key === "Escape") onCancel();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <form
      className="entry-form"
      data-testid="entry-form"
      onKeyDown={onKey}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className="entry entry-fields">
        <h1>{title}</h1>
        {!initial && (
          <div>
            <label htmlFor="form-locale">{t("knowledge.language")}</label>
            <select
              id="form-locale"
              className="field"
              value={locale}
              onChange={(event) => setLocale(event.target.value as Locale)}
            >
              {(["zh", "en"] as const).map((choice) => (
                <option key={choice} value={choice}>
                  {t(`knowledge.locale.${choice}`)}
                </option>
              ))}
            </select>
          </div>
        )}
        <div>
          <label htmlFor="form-question">{t("knowledge.question")}</label>
          <input
            id="form-question"
            className="field"
            maxLength={500}
            value={question}
            data-testid="form-question"
            onChange={(event) => setQuestion(event.target.value)}
          />
        </div>
        <div>
          <label htmlFor="form-answer">{t("knowledge.answer")}</label>
          <textarea
            id="form-answer"
            className="field"
            rows={8}
            maxLength={6000}
            value={answer}
            data-testid="form-answer"
            // biome-ignore lint/a11y/noAutofocus: who pressed E wants to change the answer
            autoFocus
            onChange={(event) => setAnswer(event.target.value)}
          />
        </div>
        <div>
          <label htmlFor="form-alternatives">
            {t("knowledge.alternatives")} <span className="muted">{t("knowledge.alternativesHint")}</span>
          </label>
          <textarea
            id="form-alternatives"
            className="field"
            rows={5}
            value={alternatives}
            data-testid="form-alternatives"
            onChange={(event) => setAlternatives(event.target.value)}
          />
        </div>
        <div>
          <StakesField id="form-stakes" value={stakes} onChange={setStakes} />
        </div>
      </div>
      <footer className="entry-actions">
        <button
          type="submit"
          className="button button-primary button-large"
          disabled={!complete}
          data-testid="form-save"
        >
          <CheckIcon /> {submit} <kbd>Ctrl ⏎</kbd>
        </button>
        <button type="button" className="button button-large" onClick={onCancel} data-testid="form-cancel">
          {t("app.cancel")} <kbd>Esc</kbd>
        </button>
      </footer>
    </form>
  );
}
