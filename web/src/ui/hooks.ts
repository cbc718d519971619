import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { ConversationOptions } from "../core/conversation.ts";
import { Conversation } from "../core/conversation.ts";
import type { Snapshot } from "../core/snapshot.ts";

/** Runs a conversation for as long as the component shows it. `key` names it: another key is another conversation. */
export function useConversation(
  key: string,
  create: () => ConversationOptions,
): { conversation: Conversation; snapshot: Snapshot } {
  const createRef = useRef(create);
  createRef.current = create;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is what decides, by the contract above
  const conversation = useMemo(() => new Conversation(createRef.current()), [key]);
  useEffect(() => {
    conversation.start();
    return () => conversation.stop();
  }, [conversation]);
  const snapshot = useSyncExternalStore(conversation.subscribe, conversation.snapshot);
  return { conversation, snapshot };
}

/** The time, again every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** True once `value` has been true for `forMs`: short interruptions are not worth a word. */
export function useLasting(value: boolean, forMs: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!value) {
      setLasting(false);
      return;
    }
    const timer = setTimeout(() => setLasting(true), forMs);
    return () => clearTimeout(timer);
  }, [value, forMs]);
  return lasting;
}

const slowestCharsPerSecond = 90;
const longestRevealSeconds = 0.9;

/**
 * How many characters of a text to show now: it grows smoothly to the whole text, also while the text itself grows.
 * @param from what is shown at once
 */
export function useReveal(text: string, from: number, animate: boolean): number {
  const moving = animate && !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const [shown, setShown] = useState(moving ? Math.min(from, text.length) : text.length);
  const shownRef = useRef(shown);
  useEffect(() => {
    if (!moving) return;
    let frame = 0;
    let last = performance.now();
    const rate = Math.max(slowestCharsPerSecond, (text.length - shownRef.current) / longestRevealSeconds);
    const step = (now: number) => {
      shownRef.current = Math.min(text.length, shownRef.current + ((now - last) / 1000) * rate);
      last = now;
      setShown(Math.floor(shownRef.current));
      if (shownRef.current < text.length) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [text, moving]);
  return moving ? Math.min(shown, text.length) : text.length;
}

/** Whether a media query matches, kept up to date. */
export function useMedia(query: string): boolean {
  const media = useMemo(() => window.matchMedia(query), [query]);
  return useSyncExternalStore(
    (changed) => {
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => media.matches,
  );
}
