import type { Api, Message, SessionView } from "../api.ts";
import { ApiError } from "../api.ts";
import type { WakeSource } from "./backoff.ts";
import { backoffMs, pause } from "./backoff.ts";
import type { LiveEvent } from "./live.ts";
import { follow } from "./live.ts";
import type { OutboxItem, SavedConversation, SessionKey } from "./outbox.ts";
import type { Snapshot } from "./snapshot.ts";
import { isOpen, nothingYet } from "./snapshot.ts";
import { lastSeq, merge, resumeSeq } from "./thread.ts";

/** How long typing is shown on our own guess, and how long on the server's word: whatever happens, it ends. */
export const typingGuessMs = 20_000;
export const typingSaidMs = 60_000;

export interface ConversationOptions {
  api: Api;
  saved: SavedConversation;
  onWake: WakeSource;
  /** Opens a session when the first message is sent and none is stored. */
  open: () => Promise<SessionKey>;
  post: (session: SessionKey, message: { messageId: string; text: string }) => Promise<unknown>;
  newId: () => string;
  now: () => Date;
}

/**
 * One conversation as a page sees it: messages by seq, what is still being sent, and the live connection. Holds these
 * promises: a message typed is kept until it stands in the conversation; nothing is shown twice; a gap is closed.
 */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #listeners = new Set<() => void>();
  readonly #nudges = new Set<() => void>();
  readonly #stopped = new AbortController();
  #snapshot: Snapshot = nothingYet;
  #session: SessionKey | null = null;
  #unfollow: (() => void) | null = null;
  #pumping = false;
  /** The turn whose draft is or was shown, and the last one that was answered: its late deltas are void. */
  #draftTurn = -1;
  #answeredTurn = -1;
  #typingEnd: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { session, outbox } = options.saved.load();
    this.#session = session;
    // What was under way when the page closed may or may not have arrived: sending it again is safe, the id is the same.
    const resumed = outbox.map(
      (item): OutboxItem => (item.state === "sent" || item.state === "failed" ? item : { ...item, state: "queued" }),
    );
    this.#snapshot = {
      ...nothingYet,
      outbox: resumed,
      loaded: !session?.started,
      sessionId: session?.sessionId ?? null,
    };
  }

  start(): void {
    if (this.#session?.started) this.#follow(this.#session);
    void this.#pump();
  }

  stop(): void {
    this.#stopped.abort();
    this.#unfollow?.();
    clearTimeout(this.#typingEnd);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  snapshot = (): Snapshot => this.#snapshot;

  send(text: string): void {
    const item: OutboxItem = {
      messageId: this.#options.newId(),
      text,
      at: this.#options.now().toISOString(),
      state: "queued",
    };
    this.#put(item);
    void this.#pump();
  }

  /** Tries now what waits or was refused. */
  retry(messageId: string): void {
    const item = this.#snapshot.outbox.find((other) => other.messageId === messageId);
    if (item?.state === "failed") this.#put({ messageId, text: item.text, at: item.at, state: "queued" });
    for (const nudge of [...this.#nudges]) nudge();
    void this.#pump();
  }

  discard(messageId: string): void {
    this.#options.saved.drop(messageId);
    this.#change({ outbox: this.#snapshot.outbox.filter((item) => item.messageId !== messageId) });
  }

  #change(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }

  #put(item: OutboxItem): void {
    this.#options.saved.put(item);
    const at = this.#snapshot.outbox.findIndex((other) => other.messageId === item.messageId);
    this.#change({ outbox: at < 0 ? [...this.#snapshot.outbox, item] : this.#snapshot.outbox.with(at, item) });
  }

  /** Sends the outbox one by one, in order, for as long as something is to be sent. */
  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    let attempt = 0;
    while (!this.#stopped.signal.aborted && this.#snapshot.connection !== "gone") {
      const item = this.#snapshot.outbox.find((other) => other.state === "queued");
      if (!item) break;
      const waitMs = await this.#sendOne(item, attempt);
      attempt = waitMs === null ? 0 : attempt + 1;
      if (waitMs === null) continue;
      await pause(waitMs, this.#wakeOrNudge, this.#stopped.signal);
      this.#patch(item.messageId, "queued");
    }
    this.#pumping = false;
  }

  /** @returns how long to wait before trying this one again, or null when it is settled. */
  async #sendOne(item: OutboxItem, attempt: number): Promise<number | null> {
    this.#patch(item.messageId, "sending");
    try {
      const session = await this.#ensureSession();
      await this.#options.post(session, { messageId: item.messageId, text: item.text });
      this.#patch(item.messageId, "sent");
      this.#guessTyping();
      this.#started(session);
      return null;
    } catch (error) {
      if (this.#stopped.signal.aborted) return null;
      const problem = error instanceof ApiError ? error : new ApiError(0, String(error));
      if (problem.transient) {
        this.#patch(item.messageId, "waiting", { why: problem.status === 429 ? "rate" : "network" });
        return problem.retryAfterMs ?? backoffMs(attempt);
      }
      this.#patch(item.messageId, "failed", { detail: problem.fields[0]?.message ?? problem.detail });
      if (problem.status === 401 || problem.status === 404) this.#gone();
      return null;
    }
  }

  async #ensureSession(): Promise<SessionKey> {
    // Another tab may have opened one since this page was loaded: then both show the same conversation.
    this.#session ??= this.#options.saved.load().session;
    if (this.#session) return this.#session;
    this.#session = await this.#options.open();
    this.#options.saved.setSession(this.#session);
    this.#change({ sessionId: this.#session.sessionId });
    return this.#session;
  }

  /** The session that is on show and its token; null before its first message. */
  session(): SessionKey | null {
    return this.#session;
  }

  #started(session: SessionKey): void {
    if (!session.started) {
      this.#session = { ...session, started: true };
      this.#options.saved.setSession(this.#session);
    }
    if (!this.#unfollow) this.#follow(session);
  }

  /** Changes an item that is still in the outbox; it may have been shown, and thereby dropped, meanwhile. */
  #patch(messageId: string, state: OutboxItem["state"], more: Pick<OutboxItem, "why" | "detail"> = {}): void {
    const item = this.#snapshot.outbox.find((other) => other.messageId === messageId);
    if (item) this.#put({ messageId, text: item.text, at: item.at, state, ...more });
  }

  #wakeOrNudge: WakeSource = (wake) => {
    const stopListening = this.#options.onWake(wake);
    this.#nudges.add(wake);
    return () => {
      stopListening();
      this.#nudges.delete(wake);
    };
  };

  #follow(session: SessionKey): void {
    this.#unfollow = follow({
      api: this.#options.api,
      token: session.token,
      sessionId: session.sessionId,
      lastSeq: () => lastSeq(this.#snapshot.messages),
      catchUp: () => this.#catchUp(session),
      onEvent: (event) => this.#receive(session, event),
      onStatus: (connection) => this.#change({ connection }),
      onGone: () => this.#gone(),
      onWake: this.#options.onWake,
    });
  }

  #gone(): void {
    this.#unfollow?.();
    this.#change({ connection: "gone", loaded: true, typing: false, draft: null });
  }

  /** Fetches all that is missing, page by page, and where the dialogue stands. */
  async #catchUp(session: SessionKey): Promise<void> {
    const { api } = this.#options;
    const history = !this.#snapshot.loaded;
    let page: Message[];
    let after = resumeSeq(this.#snapshot.messages);
    do {
      page = (await api.messages(session.token, session.sessionId, after)).messages;
      this.#take(page, history);
      after = page.at(-1)?.seq ?? after;
    } while (page.length > 0);
    this.#change({ loaded: true });
    // Only the banner and the engineer's eye need it: the conversation goes on without.
    const view = await api.session(session.token, session.sessionId).catch(() => null);
    if (view) this.#look(view);
  }

  #receive(session: SessionKey, event: LiveEvent): void {
    if (event.type === "message") {
      const gap = event.data.seq > lastSeq(this.#snapshot.messages) + 1;
      this.#take([event.data], false);
      if (gap) this.#catchUp(session).catch(() => undefined); // the next reconnect tries again
    } else if (event.type === "delta") {
      if (event.data.turn <= this.#answeredTurn) return;
      this.#draftTurn = event.data.turn;
      this.#showTyping(typingSaidMs);
      this.#change({ draft: event.data.text });
    } else if (event.type === "state") this.#look(event.data);
    else this.#change({ handoff: event.data });
  }

  #take(incoming: Message[], history: boolean): void {
    const messages = merge(this.#snapshot.messages, incoming);
    if (messages === this.#snapshot.messages) return;
    const arrived = new Set(incoming.map((message) => message.messageId));
    for (const item of this.#snapshot.outbox) if (arrived.has(item.messageId)) this.#options.saved.drop(item.messageId);
    const answered = incoming.some((message) => message.role !== "customer");
    if (answered) {
      clearTimeout(this.#typingEnd);
      this.#answeredTurn = this.#draftTurn;
    }
    this.#change({
      messages,
      outbox: this.#snapshot.outbox.filter((item) => !arrived.has(item.messageId)),
      ...(history ? { liveFromSeq: lastSeq(messages) } : {}),
      ...(answered ? { draft: null, typing: false } : {}),
    });
  }

  #look(view: SessionView): void {
    const { handoff: before, view: last } = this.#snapshot;
    const known =
      view.handoff && view.handoff.id === before?.id ? { ...before, ...view.handoff } : (view.handoff ?? null);
    // A state event may leave the handoff out while the dialogue is still in it.
    const handoff = known ?? (view.state === "HANDOFF" ? before : null);
    this.#change({ view: { ...last, ...view }, handoff });
    // It may arrive after the reply that it announced.
    if (view.typing && !this.#answered()) this.#showTyping(typingSaidMs);
    else if (view.typing === false && last?.typing) this.#change({ typing: false });
  }

  /** After our message was accepted: a reply is on its way, unless it was faster than the answer to the post. */
  #guessTyping(): void {
    // While a person is looked for, or is here, the assistant is silent.
    if (!this.#answered() && !isOpen(this.#snapshot.handoff)) this.#showTyping(typingGuessMs);
  }

  #answered(): boolean {
    return this.#snapshot.outbox.length === 0 && this.#snapshot.messages.at(-1)?.role !== "customer";
  }

  #showTyping(forMs: number): void {
    clearTimeout(this.#typingEnd);
    this.#typingEnd = setTimeout(() => this.#change({ typing: false, draft: null }), forMs);
    this.#change({ typing: true });
  }
}
