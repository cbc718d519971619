import type { Person } from "../api.ts";
import type { HandoffView } from "../core/snapshot.ts";
import { isOpen } from "../core/snapshot.ts";
import { useI18n } from "../i18n/index.tsx";
import { Avatar } from "../ui/Avatar.tsx";
import { ClockIcon, HeadsetIcon } from "../ui/icons.tsx";

/** Who answers when it is not the assistant: nobody yet, an agent by name, or somebody who will call back. */
export function HandoffBanner({ handoff, agent }: { handoff: HandoffView | null; agent: Person }) {
  const { t } = useI18n();
  if (!isOpen(handoff)) return null;
  const { status } = handoff;
  return (
    <section
      className={`handoff-banner handoff-${status}`}
      data-testid="handoff-banner"
      data-status={status}
      aria-live="polite"
    >
      {status === "active" ? (
        <Avatar id={agent.id} name={agent.name} size="small" />
      ) : (
        <span className="handoff-icon">
          {status === "callback" ? <ClockIcon size={18} /> : <HeadsetIcon size={18} />}
        </span>
      )}
      <p>
        <strong>{t(`handoff.${status}`, { name: agent.name })}</strong>
        <span>{t(`handoff.${status}Lead`)}</span>
      </p>
      {status === "waiting" && <span className="pulse" aria-hidden="true" />}
    </section>
  );
}
