import type { Person } from "../api.ts";
import { useI18n } from "../i18n/index.tsx";
import { AssistantAvatar, Avatar } from "../ui/Avatar.tsx";
import { LanguageSwitch, noticeAfterMs } from "../ui/common.tsx";
import { useLasting } from "../ui/hooks.ts";
import { BagIcon, NewIcon, SwitchIcon } from "../ui/icons.tsx";

interface ChatHeaderProps {
  /** The agent one is talking to, if any. */
  agent: Person | null;
  /** One is waiting for an agent. */
  waiting: boolean;
  connected: boolean;
  /** null: there is no orders panel to open. */
  orderCount: number | null;
  onOrders: () => void;
  onNew: (() => void) | null;
  onSwitch: (() => void) | null;
}

export function ChatHeader({ agent, waiting, connected, orderCount, onOrders, onNew, onSwitch }: ChatHeaderProps) {
  const { t } = useI18n();
  const offline = useLasting(!connected, noticeAfterMs);
  const status = offline ? "chat.offline" : agent ? "handoff.activeLead" : waiting ? "chat.waiting" : "chat.online";
  return (
    <header className="chat-head">
      {agent ? <Avatar id={agent.id} name={agent.name} /> : <AssistantAvatar />}
      <div className="chat-who">
        <h1>{agent ? agent.name : t("chat.assistant")}</h1>
        <p>
          <i className={offline ? "online-dot offline-dot" : "online-dot"} aria-hidden="true" />
          {t(status)}
        </p>
      </div>
      <nav className="chat-actions">
        {orderCount !== null && (
          <button
            type="button"
            className="button button-quiet only-narrow"
            onClick={onOrders}
            aria-label={t("chat.orders")}
            data-testid="open-orders"
          >
            <BagIcon />
            <span className="count">{orderCount}</span>
          </button>
        )}
        {onSwitch && (
          <button
            type="button"
            className="button button-quiet"
            onClick={onSwitch}
            title={t("picker.switch")}
            aria-label={t("picker.switch")}
          >
            <SwitchIcon size={18} />
          </button>
        )}
        <LanguageSwitch />
        {onNew && (
          <button
            type="button"
            className="button"
            onClick={onNew}
            title={t("chat.newHint")}
            data-testid="new-conversation"
          >
            <NewIcon size={18} />
            <span>{t("chat.new")}</span>
          </button>
        )}
      </nav>
    </header>
  );
}
