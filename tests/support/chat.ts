/** A client of the public HTTP contract, as a customer or an agent uses it. */
import { randomUUID } from "node:crypto";
import { createParser } from "eventsource-parser";
import type { Claims, Tokens } from "../../src/api/auth.ts";
import type { Message, SessionViewBody } from "../../src/api/schemas.ts";
import { eventually } from "./eventually.ts";

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export interface Accepted {
  messageId: string;
  duplicate: boolean;
  replies?: Message[];
}

export interface StreamEvent {
  id?: string;
  event: string;
  data: unknown;
}

export interface EventStream {
  /** Everything so far. */
  events: StreamEvent[];
  /** Sequence numbers of the messages so far, in the order they came. */
  seqs(): number[];
  /** Resolves when the connection is gone, whoever ended it. */
  ended: Promise<void>;
  close(): void;
}

export interface Chat {
  sessionId: string;
  token: string;
  /** Posts and returns the raw answer. */
  post(text: string, more?: { messageId?: string; waitMs?: number }): Promise<Answer<Accepted>>;
  /** Posts, waits, and gives the reply's text. @throws Error when it is not taken or nothing is said in time */
  say(text: string): Promise<string>;
  messages(after?: number): Promise<Message[]>;
  view(): Promise<SessionViewBody>;
  end(): Promise<number>;
  /** Server-sent events; `lastEventId` resumes. */
  events(lastEventId?: number): Promise<EventStream>;
  /** All messages, once the wanted condition holds. */
  until(what: string, holds: (messages: Message[]) => boolean, timeoutMs?: number): Promise<Message[]>;
}

export interface Chats {
  url: string;
  /** Any request; JSON in and out. */
  call<T = unknown>(
    method: string,
    path: string,
    options?: { token?: string | undefined; body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer<T>>;
  token(claims: Partial<Claims>, ttlS?: number): Promise<string>;
  /** A new session of this customer; null is an anonymous visitor. */
  open(customerId: string | null, locale?: "zh" | "en"): Promise<Chat>;
  /** A session that exists, e.g. after a restart of the API at another address. */
  attach(sessionId: string, token: string): Chat;
}

const REPLY_WAIT_MS = 20_000;

export function createChats({ url, tokens, tenant }: { url: string; tokens: Tokens; tenant: string }): Chats {
  const call: Chats["call"] = async <T>(
    method: string,
    path: string,
    {
      token,
      body,
      headers = {},
    }: { token?: string | undefined; body?: unknown; headers?: Record<string, string> } = {},
  ) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === "" ? undefined : JSON.parse(text)) as T,
    };
  };
  const token: Chats["token"] = async (claims, ttlS = 3_600) =>
    (await tokens.sign({ role: "customer", sub: "somebody", tenant, ...claims }, ttlS)).token;

  const attach = (sessionId: string, sessionToken: string): Chat => {
    const path = `/v1/sessions/${sessionId}`;
    const get = async <T>(part: string): Promise<T> => {
      const answer = await call<T>("GET", path + part, { token: sessionToken });
      if (answer.status !== 200) throw new Error(`GET ${part}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    };
    const chat: Chat = {
      sessionId,
      token: sessionToken,
      post: (text, { messageId = randomUUID(), waitMs } = {}) =>
        call("POST", `${path}/messages${waitMs === undefined ? "" : `?waitMs=${waitMs}`}`, {
          token: sessionToken,
          body: { messageId, text },
        }),
      async say(text) {
        const { status, body } = await chat.post(text, { waitMs: REPLY_WAIT_MS });
        if (status !== 202 || !body.replies?.length)
          throw new Error(`no reply to “${text}”: ${status} ${JSON.stringify(body)}`);
        return body.replies.map((reply) => reply.text).join("\n\n");
      },
      async messages(after = 0) {
        const found: Message[] = [];
        for (let last = after; ; ) {
          const page = await get<{ messages: Message[]; last: number }>(`/messages?after=${last}`);
          if (page.messages.length === 0) return found;
          found.push(...page.messages);
          last = page.last;
        }
      },
      view: () => get(""),
      end: async () => (await call("POST", `${path}/end`, { token: sessionToken })).status,
      events: (lastEventId) => openStream(`${url}${path}/events`, sessionToken, lastEventId),
      async until(what, holds, timeoutMs) {
        return eventually(
          what,
          async () => {
            const found = await chat.messages();
            return holds(found) ? found : null;
          },
          timeoutMs,
        );
      },
    };
    return chat;
  };

  return {
    url,
    call,
    token,
    attach,
    async open(customerId, locale = "zh") {
      const bearer = customerId === null ? undefined : await token({ sub: customerId });
      const { status, body } = await call<{ sessionId: string; token: string }>("POST", "/v1/sessions", {
        token: bearer,
        body: { locale },
      });
      if (status !== 201) throw new Error(`no session: ${status} ${JSON.stringify(body)}`);
      return attach(body.sessionId, body.token);
    },
  };
}

async function openStream(url: string, token: string, lastEventId: number | undefined): Promise<EventStream> {
  const aborted = new AbortController();
  const headers = {
    authorization: `Bearer ${token}`,
    ...(lastEventId === undefined ? {} : { "last-event-id": String(lastEventId) }),
  };
  const response = await fetch(url, { headers, signal: aborted.signal });
  if (response.status !== 200 || !response.body) throw new Error(`no event stream: ${response.status}`);
  const events: StreamEvent[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) =>
      void events.push({
        ...(id === undefined ? {} : { id }),
        event: event ?? "message",
        data: JSON.parse(data) as unknown,
      }),
  });
  const body = response.body;
  const ended = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of body) parser.feed(decoder.decode(chunk, { stream: true }));
  })().catch(() => undefined);
  return {
    events,
    seqs: () => events.filter(({ event }) => event === "message").map(({ data }) => (data as Message).seq),
    ended,
    close: () => aborted.abort(),
  };
}
