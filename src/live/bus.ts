/** The live bus: tells the API's open event streams what the workers just did. Losing an event loses nothing, because clients resume from the messages collection. */
import { EventEmitter } from "node:events";
import { Redis } from "ioredis";

export type LiveEvent =
  /** New messages up to `seq` are in the store. */
  | { type: "message"; sessionId: string; seq: number }
  | { type: "typing"; sessionId: string }
  /** The whole draft so far, so that a lost event costs nothing. */
  | { type: "delta"; sessionId: string; turn: number; text: string }
  | {
      type: "handoff";
      tenant: string;
      sessionId: string;
      id: string;
      status: string;
      agent: { id: string; name: string } | null;
    };

export interface LiveBus {
  publish(event: LiveEvent): void;
  /** Hears of one session's events until the returned function is called. */
  subscribe(sessionId: string, listener: (event: LiveEvent) => void): () => void;
  close(): Promise<void>;
}

/** In one process. */
export function createLocalBus(): LiveBus {
  const emitter = new EventEmitter().setMaxListeners(0);
  return {
    publish: (event) => void emitter.emit(event.sessionId, event),
    subscribe(sessionId, listener) {
      emitter.on(sessionId, listener);
      return () => emitter.off(sessionId, listener);
    },
    close: async () => void emitter.removeAllListeners(),
  };
}

/** What both ends of a pipe between parent and child processes have in common. */
export interface Pipe {
  send?: ((message: object) => unknown) | undefined;
  on(event: "message", listener: (message: unknown) => void): unknown;
  off(event: "message", listener: (message: unknown) => void): unknown;
}

const isLiveMessage = (message: unknown): message is { live: LiveEvent } =>
  typeof message === "object" && message !== null && "live" in message;

/** Between the processes of one `npm start`: every child sends to the starter, which passes events on to the others. */
export function createPipeBus(pipe: Pipe): LiveBus {
  const inner = createLocalBus();
  const onMessage = (message: unknown): void => {
    if (isLiveMessage(message)) inner.publish(message.live);
  };
  pipe.on("message", onMessage);
  return {
    publish: (event) => {
      inner.publish(event);
      pipe.send?.({ live: event });
    },
    subscribe: inner.subscribe,
    close: async () => {
      pipe.off("message", onMessage);
      await inner.close();
    },
  };
}

const CHANNEL = "colloquy:live";

/** Between hosts. */
export function createRedisBus(url: string, onError: (error: Error) => void): LiveBus {
  const inner = createLocalBus();
  const publisher = new Redis(url, { lazyConnect: false, maxRetriesPerRequest: null, enableOfflineQueue: true });
  const subscriber = publisher.duplicate();
  for (const connection of [publisher, subscriber]) connection.on("error", onError);
  subscriber.on("message", (_channel, text) => inner.publish(JSON.parse(text) as LiveEvent));
  subscriber.subscribe(CHANNEL).catch(onError);
  return {
    publish: (event) => void publisher.publish(CHANNEL, JSON.stringify(event)).catch(onError),
    subscribe: inner.subscribe,
    close: async () => {
      publisher.disconnect();
      subscriber.disconnect();
      await inner.close();
    },
  };
}
