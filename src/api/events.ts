import type { FastifyReply, FastifyRequest } from "fastify";
import type { LiveBus, LiveEvent } from "../live/bus.ts";
import type { Identity, Transcripts } from "./conversations.ts";
import { currentView, messagesAfter, toMessages } from "./conversations.ts";

const HEARTBEAT_MS = 15_000;
/** Catches what the bus lost: another host without Redis, a dropped event. */
const POLL_MS = 1_000;
const RETRY_MS = 1_000;
/** The longest that a timer can wait. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

interface Stream {
  from: Transcripts;
  bus: LiveBus;
  session: Identity;
  after: number;
  /** When the caller's token ends, and the stream with it; ms since the epoch. */
  until: number;
  request: FastifyRequest;
  reply: FastifyReply;
}

/**
 * Server-sent events of one session: everything after `after` from the store, then what happens. `id` is the sequence
 * number, so a client that reconnects with Last-Event-ID misses nothing and gets nothing twice (beyond-list 5).
 */
export function streamEvents({ from, bus, session, after, until, request, reply }: Stream): void {
  reply.hijack();
  const out = reply.raw;
  const cors = Object.fromEntries(
    Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined),
  ) as Record<string, string>;
  out.writeHead(200, {
    ...cors,
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    connection: "keep-alive",
    "x-accel-buffering": "no",
  });
  out.write(`retry: ${RETRY_MS}\n\n`);
  const send = (event: string, data: object, id?: number): void =>
    void out.write(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

  let last = after;
  let running = false;
  let again = false;
  const catchUp = async (): Promise<void> => {
    const docs = await messagesAfter(from, session._id, last);
    for (const message of await toMessages(from.store, docs)) {
      send("message", message, message.seq);
      last = message.seq;
    }
    if (docs.some((doc) => doc.view !== undefined)) send("state", await currentView(from, session));
  };
  // One reader at a time, so that nothing is sent twice; whoever comes meanwhile makes it read once more.
  const wake = (): void => {
    again = true;
    if (running) return;
    running = true;
    void (async () => {
      while (again && !out.destroyed) {
        again = false;
        await catchUp();
      }
    })()
      .catch((error: unknown) => request.log.warn({ err: error }, "event stream"))
      .finally(() => {
        running = false;
      });
  };
  const onEvent = (event: LiveEvent): void => {
    if (event.type === "message") wake();
    else if (event.type === "typing")
      void currentView(from, session).then(
        (view) => send("state", { ...view, typing: true }),
        () => undefined,
      );
    else if (event.type === "delta") send("delta", { turn: event.turn, text: event.text });
    else send("handoff", { id: event.id, status: event.status, agent: event.agent });
  };

  const unsubscribe = bus.subscribe(session._id, onEvent);
  const poll = setInterval(wake, POLL_MS);
  const end = setTimeout(() => out.end(), Math.min(until - Date.now(), TIMEOUT_MAX_MS));
  const heartbeat = setInterval(() => out.write(": still here\n\n"), HEARTBEAT_MS);
  request.raw.once("close", () => {
    clearInterval(poll);
    clearTimeout(end);
    clearInterval(heartbeat);
    unsubscribe();
    out.end();
  });
  void currentView(from, session).then(
    (view) => send("state", view),
    () => undefined,
  );
  wake();
}
