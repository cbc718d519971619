import type { ReactNode } from "react";
import { Fragment, useEffect, useRef, useState } from "react";
import type { Citation, Message, Person, Role } from "../api.ts";
import type { OutboxItem } from "../core/outbox.ts";
import type { Snapshot } from "../core/snapshot.ts";
import { continues, differentDay } from "../core/thread.ts";
import { useI18n } from "../i18n/index.tsx";
import type { Progress } from "./Bubble.tsx";
import { Bubble, DraftBubble } from "./Bubble.tsx";
import { Citations } from "./Citations.tsx";
import { Feedback } from "./Feedback.tsx";
import { DownIcon } from "./icons.tsx";
import { day, relativeDay } from "./time.ts";

export interface MessageListProps {
  snapshot: Snapshot;
  /** Whose messages stand on the right, and as whom outbox messages are shown. */
  own: Role;
  /** Roles on the right besides `own`. */
  alsoEnd?: Role[];
  /** Name and avatar of a role; for the role agent, of the one who wrote. */
  head: (role: Role, writer?: Person | null) => { name: string; avatar: ReactNode };
  outboxStatus: (item: OutboxItem) => ReactNode;
  /** Opens what a reply rests on; without it that isn't shown. */
  onCite?: (citation: Citation) => void;
  /** Takes the reader's judgement of an answer; without it none is asked for. Rejects when it couldn't be stored. */
  onJudge?: (seq: number, helpful: boolean) => Promise<unknown>;
  /** Shown above the first message. */
  intro?: ReactNode;
  /** Shown under the last one. */
  outro?: ReactNode;
}

const nearBottomPx = 80;

/** The conversation: keeps to its end while the reader is there, and says aloud what arrives. */
export function MessageList(props: MessageListProps) {
  const { snapshot, own, head, intro, outro } = props;
  const { t } = useI18n();
  const { box, content, behind, toEnd } = useStickToEnd(snapshot);
  const progress = useRef<Progress>({ text: "", shown: 0 }).current;
  const typingHead = head("assistant");
  const lastRole = snapshot.messages.at(-1)?.role;
  const showDraft = snapshot.draft !== null && snapshot.draft !== "";
  return (
    <div className="list-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <div className="list" ref={box} role="log" aria-live="off" aria-label={t("chat.log")} tabIndex={0}>
        <div className="list-content" ref={content}>
          {intro}
          {snapshot.loaded ? (
            <Rows {...props} progress={progress} />
          ) : (
            <p className="list-loading">{t("chat.history")}</p>
          )}
          {showDraft && (
            <DraftBubble
              text={snapshot.draft ?? ""}
              head={lastRole === "assistant" && snapshot.outbox.length === 0 ? null : typingHead}
              progress={progress}
            />
          )}
          {snapshot.typing && !showDraft && own === "customer" && (
            <Typing avatar={typingHead.avatar} name={typingHead.name} />
          )}
          {outro}
        </div>
      </div>
      {behind && (
        <button type="button" className="to-end" onClick={toEnd}>
          <DownIcon size={16} /> {t("chat.newMessages")}
        </button>
      )}
      <Announcer
        messages={snapshot.messages}
        after={snapshot.liveFromSeq}
        own={own}
        nameOf={(message) => head(message.role, message.agent).name}
      />
    </div>
  );
}

function Rows({
  snapshot,
  own,
  alsoEnd = [],
  head,
  outboxStatus,
  onCite,
  onJudge,
  progress,
}: MessageListProps & { progress: Progress }) {
  const { messages, outbox } = snapshot;
  const isEnd = (role: Role) => role === own || alsoEnd.includes(role);
  return (
    <>
      {messages.map((message, index) => {
        const previous = messages[index - 1];
        const last = index === messages.length - 1;
        const fresh = message.seq > snapshot.liveFromSeq;
        return (
          <Fragment key={message.seq}>
            {differentDay(previous?.at, message.at) && <DayLine at={message.at} />}
            {message.role === "system" ? (
              <p className="system-line" data-testid="message" data-role="system" data-seq={message.seq}>
                {message.text}
              </p>
            ) : (
              <Bubble
                message={message}
                side={isEnd(message.role) ? "end" : "start"}
                head={continues(previous, message) ? null : head(message.role, message.agent)}
                // Our own message was on show in the outbox already.
                fresh={fresh && message.role !== own}
                shownBefore={last ? shownOf(progress, message) : 0}
                foot={
                  <>
                    {onCite && message.citations && <Citations citations={message.citations} onOpen={onCite} />}
                    {onJudge && message.helpful !== undefined && (
                      <Feedback helpful={message.helpful} onJudge={(helpful) => onJudge(message.seq, helpful)} />
                    )}
                  </>
                }
              />
            )}
          </Fragment>
        );
      })}
      {outbox.map((item, index) => {
        const previous = index > 0 ? { role: own, at: outbox[index - 1]?.at ?? item.at } : messages.at(-1);
        const message = { role: own, text: item.text, at: item.at };
        return (
          <Fragment key={item.messageId}>
            {index === 0 && differentDay(previous?.at, item.at) && <DayLine at={item.at} />}
            <Bubble
              message={message}
              side="end"
              head={continues(previous, message) ? null : head(own)}
              fresh
              status={outboxStatus(item)}
            />
          </Fragment>
        );
      })}
    </>
  );
}

function shownOf(progress: Progress, message: Message): number {
  const head = progress.text.slice(0, progress.shown);
  return head && message.role === "assistant" && message.text.startsWith(head) ? head.length : 0;
}

function DayLine({ at }: { at: string }) {
  const { t, locale } = useI18n();
  const relative = relativeDay(at);
  return (
    <div className="day-line">
      <span>{relative ? t(`chat.${relative}`) : day(at, locale)}</span>
    </div>
  );
}

export function Typing({ avatar, name }: { avatar: ReactNode; name: string }) {
  const { t } = useI18n();
  return (
    <div className="row row-start row-head role-assistant" data-testid="typing">
      <div className="row-avatar">{avatar}</div>
      <div className="row-body">
        <div className="bubble typing" role="status">
          <span className="visually-hidden">
            {name} {t("chat.typing")}
          </span>
          <i />
          <i />
          <i />
        </div>
      </div>
    </div>
  );
}

/** Reads each message that arrives once and whole; the visible text grows and would be read in pieces. */
function Announcer({
  messages,
  after,
  own,
  nameOf,
}: {
  messages: Message[];
  after: number;
  own: Role;
  nameOf: (message: Message) => string;
}) {
  const heard = messages.filter((message) => message.seq > after && message.role !== own).slice(-3);
  return (
    <div className="visually-hidden" aria-live="polite">
      {heard.map((message) => (
        <p key={message.seq}>
          {nameOf(message)}: {message.text.replaceAll("**", "")}
        </p>
      ))}
    </div>
  );
}

/** Stays at the end while the reader is near it; otherwise says that something new is below. */
function useStickToEnd(snapshot: Snapshot) {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const [behind, setBehind] = useState(false);
  const toEnd = () => {
    stuck.current = true;
    setBehind(false);
    box.current?.scrollTo({ top: box.current.scrollHeight });
  };
  useEffect(() => {
    const [frame, inner] = [box.current, content.current];
    if (!frame || !inner) return;
    const settle = () => {
      if (stuck.current) frame.scrollTop = frame.scrollHeight;
    };
    let top = frame.scrollTop;
    const onScroll = () => {
      const near = frame.scrollHeight - frame.scrollTop - frame.clientHeight < nearBottomPx;
      // Only the reader scrolls up. Far from the end without that means: the list grew since we scrolled to its end.
      if (near) setBehind(false);
      if (near || frame.scrollTop < top) stuck.current = near;
      top = frame.scrollTop;
    };
    const observer = new ResizeObserver(settle);
    observer.observe(inner);
    observer.observe(frame);
    frame.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      frame.removeEventListener("scroll", onScroll);
    };
  }, []);
  const count = snapshot.messages.length;
  const typed = snapshot.outbox.length;
  useEffect(() => {
    if (count > 0 && !stuck.current) setBehind(true);
  }, [count]);
  useEffect(() => {
    // What one has just typed is always shown.
    if (typed > 0) stuck.current = true;
    if (typed > 0 && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [typed]);
  return { box, content, behind, toEnd };
}
