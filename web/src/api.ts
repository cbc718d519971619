/**
 * The one client of the public HTTP contract. Every call takes the token it acts with; every failure is an `ApiError`.
 * No browser global is used but `fetch`, so tests run this file against a real server.
 */

export type Role = "customer" | "assistant" | "agent" | "system";
export type Locale = "zh" | "en";

export interface Choice {
  label: string;
  /** What is sent when the customer picks it. */
  text: string;
}

export interface Message {
  /** Position in the conversation, from 1, unique. */
  seq: number;
  role: Role;
  text: string;
  /** ISO 8601 */
  at: string;
  messageId?: string;
  /** Who wrote it, when the role is agent. */
  agent?: Person | null;
  data?: { choices?: Choice[] };
  /** On answers to questions: whether they helped; null while the customer hasn't said. */
  helpful?: boolean | null;
  /** What the text rests on. */
  citations?: Citation[];
}

/** A knowledge entry that a reply rests on. */
export interface Citation {
  id: string;
  title: string;
}

/** The entry as it answers now. */
export interface Passage {
  id: string;
  question: string;
  answer: string;
  source: string | null;
  /** ISO 8601 */
  updatedAt: string;
}

export type HandoffStatus = "waiting" | "active" | "callback" | "resolved" | "returned";
export type Slots = Record<string, unknown>;

/** One line of an order, by its place in `items`. */
export interface ItemRef {
  order_id: string;
  line: number;
  quantity?: number;
}

export interface SessionView {
  sessionId?: string;
  state: string;
  intent?: string | null;
  slots?: Slots;
  missing?: string[];
  /** Every open request with its own slots. */
  requests?: Array<{ kind: string; items: ItemRef[]; reason: string | null; missing: string[] }>;
  turn?: number;
  /** The assistant is at work on a reply. */
  typing?: boolean;
  handoff?: { id: string; status: HandoffStatus; agent?: Person | null } | null;
  lastActivityAt?: string;
}

export interface Person {
  id: string;
  name: string;
}

export interface Handoff {
  id: string;
  sessionId: string;
  status: HandoffStatus;
  reason: string | null;
  customer: Person | null;
  agent?: Person | null;
  createdAt: string;
  claimedAt?: string | null;
  state?: string;
  intent?: string | null;
  slots?: Slots;
  summary?: string | null;
  /** How it ended, in the agent's words. */
  resolution?: string | null;
  unread?: number;
  lastMessage?: string | { text: string; role?: Role; at?: string } | null;
}

export interface OrderItem {
  name: string;
  quantity: number;
  price: number;
  options?: Record<string, string>;
  /** The product's names by language. */
  names?: Record<string, string>;
  /** Words of `options` in other languages: `{ en: { 白色: "White" } }`. */
  optionNames?: Record<string, Record<string, string>>;
}

export interface Order {
  id: string;
  status: string;
  placedAt: string;
  currency?: string;
  items: OrderItem[];
  requests?: Array<{ kind: string; items: Array<{ line?: number; name: string; quantity: number }>; at: string }>;
}

export interface DemoCustomer extends Person {
  locale?: string;
  orders: Order[];
}

export interface Token {
  token: string;
  /** ISO 8601 */
  expiresAt: string;
}

export interface NewSession extends Token {
  sessionId: string;
}

export interface FieldError {
  field: string;
  message: string;
}

/** A problem+json answer, or `status` 0 when the server could not be reached at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly detail: string;
  readonly fields: FieldError[];
  /** From Retry-After, when the server named a time. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, detail: string, fields: FieldError[] = [], retryAfterMs?: number) {
    super(detail);
    this.name = "ApiError";
    this.status = status;
    this.detail = detail;
    this.fields = fields;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same request may succeed later unchanged. */
  get transient(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** Retry-After in milliseconds; it is either seconds or an HTTP date (RFC 9110). */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

async function toError(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => ({}))) as {
    title?: string;
    detail?: string;
    errors?: FieldError[];
  };
  const detail = problem.detail ?? problem.title ?? `HTTP ${response.status}`;
  const waitMs = retryAfterMs(response.headers.get("retry-after"), Date.now());
  return new ApiError(response.status, detail, problem.errors ?? [], waitMs);
}

/** Requests with a token; @param baseUrl "" in the browser (same origin), a server's URL in tests. */
export function createClient(baseUrl: string) {
  async function send(
    method: string,
    path: string,
    token: string | null,
    body?: unknown,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ) {
    let response: Response;
    try {
      response = await fetch(baseUrl + path, {
        method,
        headers: {
          ...headers,
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError(0, error instanceof Error ? error.message : "The server could not be reached");
    }
    if (!response.ok) throw await toError(response);
    return response;
  }

  async function json<T>(method: string, path: string, token: string | null, body?: unknown): Promise<T> {
    const response = await send(method, path, token, body);
    const text = await response.text();
    // Actions without an answer may come back as 204 or with an empty body.
    return (text ? JSON.parse(text) : {}) as T;
  }

  return { send, json };
}

export type Api = ReturnType<typeof createApi>;

/** @param baseUrl as `createClient` has it */
export function createApi(baseUrl = "") {
  const { send, json } = createClient(baseUrl);
  const session = (id: string) => `/v1/sessions/${encodeURIComponent(id)}`;
  const handoff = (id: string) => `/v1/handoffs/${encodeURIComponent(id)}`;
  const demo = (kind: "customers" | "agents", id: string) => `/v1/demo/${kind}/${encodeURIComponent(id)}/token`;

  return {
    openSession: (token: string | null, locale: Locale) =>
      json<NewSession>("POST", "/v1/sessions", token, { locale, channel: "web" }),
    session: (token: string, id: string) => json<SessionView>("GET", session(id), token),
    messages: (token: string, id: string, after: number) =>
      json<{ messages: Message[]; last: number }>("GET", `${session(id)}/messages?after=${after}`, token),
    passage: (token: string, id: string) =>
      json<Passage>("GET", `/v1/knowledge/entries/${encodeURIComponent(id)}`, token),
    postMessage: (token: string, id: string, message: { messageId: string; text: string }) =>
      json<{ messageId: string; duplicate: boolean }>("POST", `${session(id)}/messages`, token, message),
    feedback: (token: string, id: string, seq: number, helpful: boolean) =>
      json<unknown>("POST", `${session(id)}/messages/${seq}/feedback`, token, { helpful }),
    /** The open SSE response; `lastSeq` is sent as Last-Event-ID. Aborting `signal` closes it. */
    events: (token: string, id: string, lastSeq: number, signal: AbortSignal) =>
      send(
        "GET",
        `${session(id)}/events`,
        token,
        undefined,
        { accept: "text/event-stream", "last-event-id": String(lastSeq) },
        signal,
      ),

    handoffs: (token: string, status: HandoffStatus) =>
      json<{ handoffs: Handoff[] }>("GET", `/v1/handoffs?status=${status}`, token).then((answer) => answer.handoffs),
    claim: (token: string, id: string) => json<Handoff>("POST", `${handoff(id)}/claim`, token, {}),
    release: (token: string, id: string) => json<unknown>("POST", `${handoff(id)}/release`, token, {}),
    close: (token: string, id: string, how: "return" | "resolve", summary: string) =>
      json<unknown>("POST", `${handoff(id)}/${how}`, token, { summary }),
    postAgentMessage: (token: string, id: string, message: { messageId: string; text: string }) =>
      json<unknown>("POST", `${handoff(id)}/messages`, token, message),

    /** What a placeholder of personal data stands for; written to the audit log with the reason. */
    reveal: (token: string, id: string, request: { seq: number; placeholder: string; nth: number; reason: string }) =>
      json<{ original: string }>("POST", `${handoff(id)}/reveal`, token, request),

    /** Ends the token before its time. */
    revoke: (token: string) => json<unknown>("POST", "/v1/tokens/revoke", token, {}),

    demoCustomers: () =>
      json<{ customers: DemoCustomer[] }>("GET", "/v1/demo/customers", null).then((answer) => answer.customers),
    demoCustomerToken: (id: string) => json<Token>("POST", demo("customers", id), null),
    /** Whether there is an identity provider to sign in at. */
    hasLogin: () =>
      json<{ issuer: string | null }>("GET", "/v1/login/provider", null).then(
        ({ issuer }) => issuer !== null,
        () => false,
      ),
    demoAgents: () => json<{ agents: Person[] }>("GET", "/v1/demo/agents", null).then((answer) => answer.agents),
    demoAgentToken: (id: string) => json<Token>("POST", demo("agents", id), null),
  };
}
