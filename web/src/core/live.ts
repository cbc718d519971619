import { createParser } from "eventsource-parser";
import type { Api, HandoffStatus, Message, Person, SessionView } from "../api.ts";
import { ApiError } from "../api.ts";
import type { WakeSource } from "./backoff.ts";
import { backoffMs, pause } from "./backoff.ts";

/** A stream that says nothing for this long, not even a comment, is taken for dead. */
export const silenceLimitMs = 45_000;

export type LiveEvent =
  | { type: "message"; data: Message }
  | { type: "delta"; data: { turn: number; text: string } }
  | { type: "state"; data: SessionView }
  | { type: "handoff"; data: { id: string; status: HandoffStatus; agent?: Person | null } };

export interface LiveOptions {
  api: Api;
  token: string;
  sessionId: string;
  /** The highest seq the client holds: sent as Last-Event-ID. */
  lastSeq: () => number;
  /** Closes the gap after each (re)connect. */
  catchUp: () => Promise<void>;
  onEvent: (event: LiveEvent) => void;
  onStatus: (status: "connecting" | "live") => void;
  /** The session is not this token's, no longer exists, or the token has expired. Nothing more is tried. */
  onGone: () => void;
  onWake: WakeSource;
}

const eventTypes = new Set(["message", "delta", "state", "handoff"]);

/** Follows a session's events for as long as it is not stopped, reconnecting as often as needed. Returns stop. */
export function follow(options: LiveOptions): () => void {
  const stopped = new AbortController();
  void run(options, stopped.signal);
  return () => stopped.abort();
}

async function run(options: LiveOptions, signal: AbortSignal): Promise<void> {
  let attempt = 0;
  while (!signal.aborted) {
    options.onStatus("connecting");
    try {
      await readOnce(options, signal, () => {
        attempt = 0;
        options.onStatus("live");
      });
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 403 || error.status === 404)) {
        if (!signal.aborted) options.onGone();
        return;
      }
    }
    if (signal.aborted) return;
    options.onStatus("connecting");
    await pause(backoffMs(attempt), options.onWake, signal);
    attempt += 1;
  }
}

/** One connection, from request to end of stream. */
async function readOnce(options: LiveOptions, signal: AbortSignal, onLive: () => void): Promise<void> {
  const connection = new AbortController();
  const abort = () => connection.abort();
  signal.addEventListener("abort", abort);
  let silence = setTimeout(abort, silenceLimitMs);
  // A network that came back often leaves the old connection hanging: start afresh.
  const stopListening = options.onWake(abort);
  try {
    const response = await options.api.events(options.token, options.sessionId, options.lastSeq(), connection.signal);
    if (!response.body) throw new ApiError(0, "The event stream has no body");
    await options.catchUp();
    onLive();
    const parser = createParser({ onEvent: (event) => deliver(options, event.event ?? "message", event.data) });
    const decoder = new TextDecoder();
    for await (const chunk of chunks(response.body)) {
      clearTimeout(silence);
      silence = setTimeout(abort, silenceLimitMs);
      parser.feed(decoder.decode(chunk, { stream: true }));
    }
  } finally {
    clearTimeout(silence);
    stopListening();
    signal.removeEventListener("abort", abort);
    connection.abort();
  }
}

/** Safari cannot iterate a stream with `for await`, so the reader is driven by hand. */
async function* chunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function deliver(options: LiveOptions, type: string, data: string): void {
  if (!eventTypes.has(type)) return;
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    // A damaged event is skipped: the gap in seq makes the client fetch what it missed.
    return;
  }
  options.onEvent({ type, data: parsed } as LiveEvent);
}
