/** A small real HTTP server that speaks the session part of the public contract, and can be told to misbehave. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Message } from "../../web/src/api.ts";

export interface ChatServer {
  url: string;
  messages: Message[];
  /** Ids of all messages posted, in order of arrival, repeats included. */
  posted: string[];
  /** Last-Event-ID of each event stream opened. */
  resumedFrom: string[];
  /** What the next posts are answered with instead of 202; "cut" takes the message in and drops the connection. */
  nextPosts: Array<{ status: number; retryAfter?: string } | "cut">;
  /** The status of everything about sessions, when they are gone. */
  gone: number | null;
  /** Whether a posted message appears in the conversation at once. */
  projects: boolean;
  /** Messages an answer holds at most. */
  pageMax: number;
  add: (role: Message["role"], text: string, more?: Partial<Message>) => Message;
  /** Sends an event to all open streams. */
  emit: (type: string, data: unknown, id?: number) => void;
  cutStreams: () => void;
  close: () => Promise<void>;
}

export async function startChatServer(): Promise<ChatServer> {
  const streams = new Set<ServerResponse>();
  const http: Server = createServer((request, response) => void handle(request, response));
  const state: ChatServer = {
    url: "",
    messages: [],
    posted: [],
    resumedFrom: [],
    nextPosts: [],
    gone: null,
    projects: true,
    pageMax: 500,
    add(role, text, more = {}) {
      const message: Message = {
        seq: (state.messages.at(-1)?.seq ?? 0) + 1,
        role,
        text,
        at: new Date().toISOString(),
        ...more,
      };
      state.messages.push(message);
      return message;
    },
    emit(type, data, id) {
      const idLine = id === undefined ? "" : `id: ${id}\n`;
      for (const stream of streams) stream.write(`event: ${type}\n${idLine}data: ${JSON.stringify(data)}\n\n`);
    },
    cutStreams() {
      for (const stream of streams) stream.destroy();
    },
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };

  const answer = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
    const type = status >= 400 ? "application/problem+json" : "application/json";
    response.writeHead(status, { "content-type": type, ...headers }).end(JSON.stringify(body));
  };

  async function post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { messageId, text } = JSON.parse(body) as { messageId: string; text: string };
    state.posted.push(messageId);
    const next = state.nextPosts.shift();
    if (next && next !== "cut") {
      const headers = next.retryAfter ? { "retry-after": next.retryAfter } : {};
      return answer(
        response,
        next.status,
        { title: "No", status: next.status, detail: `refused ${next.status}` },
        headers,
      );
    }
    const duplicate = state.messages.some((message) => message.messageId === messageId);
    if (!duplicate && state.projects) {
      const message = state.add("customer", text, { messageId });
      state.emit("message", message, message.seq);
    }
    if (next === "cut") return void request.socket.destroy();
    answer(response, 202, { messageId, duplicate });
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (state.gone) return answer(response, state.gone, { title: "Gone", status: state.gone });
    if (request.method === "POST") return post(request, response);
    if (url.pathname.endsWith("/messages")) {
      const after = Number(url.searchParams.get("after"));
      return answer(response, 200, {
        messages: state.messages.filter(({ seq }) => seq > after).slice(0, state.pageMax),
        last: state.messages.length,
      });
    }
    if (url.pathname.endsWith("/events")) {
      state.resumedFrom.push(String(request.headers["last-event-id"]));
      response.writeHead(200, { "content-type": "text/event-stream" }).write(": open\n\n");
      streams.add(response);
      response.on("close", () => streams.delete(response));
      return;
    }
    answer(response, 200, { state: "INIT" });
  }

  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  state.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return state;
}
