import type { Snapshot } from "../core/snapshot.ts";
import { useI18n } from "../i18n/index.tsx";
import { NewIcon } from "../ui/icons.tsx";

/** Quick replies under the last message, for as long as nothing was answered to it. */
export function Choices({ snapshot, onChoose }: { snapshot: Snapshot; onChoose: (text: string) => void }) {
  const last = snapshot.messages.at(-1);
  const choices = last?.role === "assistant" && snapshot.outbox.length === 0 ? (last.data?.choices ?? []) : [];
  if (choices.length === 0) return null;
  return (
    <div className="choices" data-testid="choices">
      {choices.map((choice) => (
        <button
          type="button"
          className="choice"
          key={`${choice.label}:${choice.text}`}
          onClick={() => onChoose(choice.text)}
        >
          {choice.label}
        </button>
      ))}
    </div>
  );
}

export function Ended() {
  const { t } = useI18n();
  return <p className="system-line">{t("chat.ended")}</p>;
}

export function Gone({ onNew }: { onNew: () => void }) {
  const { t } = useI18n();
  return (
    <div className="gone" role="status">
      <p>{t("chat.gone")}</p>
      <button type="button" className="button button-primary" onClick={onNew}>
        <NewIcon size={18} /> {t("chat.new")}
      </button>
    </div>
  );
}
