import type { OutboxItem } from "../core/outbox.ts";
import type { Snapshot } from "../core/snapshot.ts";
import { useI18n } from "../i18n/index.tsx";
import { useLasting } from "./hooks.ts";
import { AlertIcon, CheckIcon, ClockIcon, GlobeIcon } from "./icons.tsx";

/** Small parts that the chat and the desk share. */

export function LanguageSwitch() {
  const { t, locale, setLocale } = useI18n();
  return (
    <button
      type="button"
      className="button button-quiet"
      data-testid="language"
      lang={locale === "zh" ? "en" : "zh-CN"}
      onClick={() => setLocale(locale === "zh" ? "en" : "zh")}
    >
      <GlobeIcon size={18} />
      <span>{t("app.language")}</span>
    </button>
  );
}

/** An interruption shorter than this is not worth a word. */
export const noticeAfterMs = 1_200;

/** Says that the connection is gone, once that has lasted long enough to matter. */
export function ConnectionBar({ snapshot }: { snapshot: Snapshot }) {
  const { t } = useI18n();
  const unsent = snapshot.outbox.some((item) => item.state === "waiting" && item.why === "network");
  const down = useLasting(snapshot.connection === "connecting" || unsent, noticeAfterMs);
  if (!down) return null;
  return (
    <div className="connection-bar" role="status" data-testid="reconnecting">
      <span className="spinner" aria-hidden="true" />
      <span>
        {t("connection.reconnecting")} {unsent && t("connection.queued")}
      </span>
    </div>
  );
}

interface OutboxStatusProps {
  item: OutboxItem;
  onRetry: (messageId: string) => void;
  onDiscard: (messageId: string) => void;
}

/** Under a message that does not stand in the conversation yet. */
export function OutboxStatus({ item, onRetry, onDiscard }: OutboxStatusProps) {
  const { t } = useI18n();
  if (item.state === "sent") {
    return (
      <div className="outbox-status" data-state="sent">
        <CheckIcon size={14} /> {t("outbox.sent")}
      </div>
    );
  }
  if (item.state === "queued" || item.state === "sending") {
    return (
      <div className="outbox-status" data-state="sending">
        <ClockIcon size={14} /> {t("outbox.sending")}
      </div>
    );
  }
  const failed = item.state === "failed";
  return (
    <div
      className={failed ? "outbox-status outbox-failed" : "outbox-status outbox-waiting"}
      data-state={item.state}
      role="status"
    >
      {failed ? <AlertIcon size={14} /> : <ClockIcon size={14} />}
      <span>
        {failed
          ? `${t("outbox.failed")}${item.detail ? ` · ${item.detail}` : ""}`
          : t(item.why === "rate" ? "outbox.rate" : "outbox.network")}
      </span>
      <button type="button" className="link" onClick={() => onRetry(item.messageId)}>
        {failed ? t("app.retry") : t("outbox.retryNow")}
      </button>
      {failed && (
        <button type="button" className="link" onClick={() => onDiscard(item.messageId)}>
          {t("outbox.discard")}
        </button>
      )}
    </div>
  );
}
