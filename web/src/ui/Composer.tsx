import type { KeyboardEvent, Ref } from "react";
import { useImperativeHandle, useLayoutEffect, useRef, useState } from "react";
import { useI18n } from "../i18n/index.tsx";
import { SendIcon } from "./icons.tsx";

export const textLimitChars = 4000;
const counterFromChars = 3600;
const tallestPx = 168;

export interface ComposerHandle {
  focus: () => void;
  /** Puts text in front of what is typed, for the customer to finish. */
  insert: (text: string) => void;
}

interface ComposerProps {
  placeholder: string;
  /** Which keys send: Enter alone, or together with Ctrl (or Cmd). */
  sendWith: "enter" | "ctrl-enter";
  hint: string;
  testIds: { composer: string; send: string };
  onSend: (text: string) => void;
  autoFocus: boolean;
  ref?: Ref<ComposerHandle>;
}

export function Composer({ placeholder, sendWith, hint, testIds, onSend, autoFocus, ref }: ComposerProps) {
  const { t } = useI18n();
  const [text, setText] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  const left = textLimitChars - text.trim().length;
  const sendable = text.trim().length > 0 && left >= 0;

  useImperativeHandle(ref, () => ({
    focus: () => area.current?.focus(),
    insert: (start) => {
      setText((now) => (now.startsWith(start) ? now : start + now));
      area.current?.focus();
    },
  }));

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    if (!area.current) return;
    area.current.style.height = "auto";
    area.current.style.height = `${Math.min(area.current.scrollHeight, tallestPx)}px`;
  }, [text]);

  const send = () => {
    if (!sendable) return;
    onSend(text.trim());
    setText("");
    area.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that picks a candidate of an input method must not send; Safari reports it by key code 229 only.
    if (event.key !== "Enter" || event.nativeEvent.isComposing || event.keyCode === 229) return;
    const withCtrl = event.ctrlKey || event.metaKey;
    if (sendWith === "enter" ? event.shiftKey : !withCtrl) return;
    event.preventDefault();
    send();
  };
  const counted = left <= textLimitChars - counterFromChars;
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="composer-box">
        <textarea
          ref={area}
          rows={1}
          value={text}
          placeholder={placeholder}
          aria-label={t("composer.label")}
          aria-invalid={left < 0}
          data-testid={testIds.composer}
          // biome-ignore lint/a11y/noAutofocus: writing is what this page is for
          autoFocus={autoFocus}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <button
          type="submit"
          className="send"
          disabled={!sendable}
          aria-label={t("composer.send")}
          title={t("composer.send")}
          data-testid={testIds.send}
        >
          <SendIcon />
        </button>
      </div>
      <div className="composer-foot">
        <span className="composer-hint">{hint}</span>
        {counted && (
          <span className={left < 0 ? "counter counter-over" : "counter"} role="status">
            {left < 0 ? t("composer.over", { count: -left }) : t("composer.left", { count: left })}
          </span>
        )}
      </div>
    </form>
  );
}
