import type { ReactNode } from "react";
import type { Message } from "../api.ts";
import { useI18n } from "../i18n/index.tsx";
import { useReveal } from "./hooks.ts";
import { RichText } from "./RichText.tsx";
import { clock } from "./time.ts";

/** What was already on show of a reply that was streamed, so that the finished message goes on from there. */
export interface Progress {
  text: string;
  shown: number;
}

interface BubbleProps {
  message: Pick<Message, "role" | "text" | "at"> & { seq?: number };
  side: "start" | "end";
  /** Name and avatar, shown on the first message of a group. */
  head: { name: string; avatar: ReactNode } | null;
  /** Reveal it smoothly: it has just arrived. */
  fresh: boolean;
  shownBefore?: number;
  /** Where the message stands in the outbox. */
  status?: ReactNode;
  /** Stands under a reply when all of it is on show. */
  foot?: ReactNode;
}

export function Bubble({ message, side, head, fresh, shownBefore = 0, status, foot }: BubbleProps) {
  const { locale } = useI18n();
  const reveal = fresh && message.role === "assistant";
  const shown = useReveal(message.text, shownBefore, reveal);
  const entering = fresh && shownBefore === 0 ? "entering" : "";
  return (
    <div
      className={`row row-${side} role-${message.role} ${head ? "row-head" : ""} ${entering}`}
      data-testid="message"
      data-role={message.role}
      data-seq={message.seq}
    >
      <div className="row-avatar">{head?.avatar}</div>
      <div className="row-body">
        {head && (
          <div className="row-name">
            {head.name && <span>{head.name}</span>}
            <time dateTime={message.at}>{clock(message.at, locale)}</time>
          </div>
        )}
        <div className="bubble" title={clock(message.at, locale)}>
          <RichText
            text={part(message.text, shown)}
            partial={shown < message.text.length}
            seq={message.role === "assistant" ? undefined : message.seq}
          />
        </div>
        {shown >= message.text.length && foot}
        {status}
      </div>
    </div>
  );
}

/** The reply while it is being generated. */
export function DraftBubble({ text, head, progress }: { text: string; head: BubbleProps["head"]; progress: Progress }) {
  const shown = useReveal(text, 0, true);
  progress.text = text;
  progress.shown = shown;
  return (
    <div className={`row row-start role-assistant entering ${head ? "row-head" : ""}`} data-testid="draft">
      <div className="row-avatar">{head?.avatar}</div>
      <div className="row-body">
        {head && (
          <div className="row-name">
            <span>{head.name}</span>
          </div>
        )}
        <div className="bubble">
          <RichText text={part(text, shown)} partial />
        </div>
      </div>
    </div>
  );
}

/** The first characters of a text, never half of an emoji. */
function part(text: string, count: number): string {
  const code = text.charCodeAt(count - 1);
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? count - 1 : count);
}
