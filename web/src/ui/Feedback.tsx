import { useState } from "react";
import { useI18n } from "../i18n/index.tsx";
import { ThumbDownIcon, ThumbUpIcon } from "./icons.tsx";

interface FeedbackProps {
  /** What the customer said before; null: nothing yet. */
  helpful: boolean | null;
  /** Rejects when it couldn't be stored. */
  onJudge: (helpful: boolean) => Promise<unknown>;
}

/** Whether an answer helped: two small buttons under it. The last choice counts. */
export function Feedback({ helpful, onJudge }: FeedbackProps) {
  const { t } = useI18n();
  const [chosen, setChosen] = useState(helpful);
  const [thanked, setThanked] = useState(false);
  const judge = (choice: boolean) => {
    const before = chosen;
    setChosen(choice);
    setThanked(true);
    onJudge(choice).catch(() => {
      // Nothing was lost but a click: it can be made again.
      setChosen(before);
      setThanked(false);
    });
  };
  return (
    <fieldset className="feedback" data-testid="feedback">
      <legend className="visually-hidden">{t("feedback.ask")}</legend>
      {([true, false] as const).map((choice) => (
        <button
          key={String(choice)}
          type="button"
          aria-pressed={chosen === choice}
          aria-label={t(choice ? "feedback.yes" : "feedback.no")}
          title={t(choice ? "feedback.yes" : "feedback.no")}
          data-testid={choice ? "helpful" : "unhelpful"}
          onClick={() => judge(choice)}
        >
          {choice ? <ThumbUpIcon size={15} /> : <ThumbDownIcon size={15} />}
        </button>
      ))}
      <span role="status">{thanked ? t("feedback.thanks") : ""}</span>
    </fieldset>
  );
}
