/** What the chat and the desk promise about messages, against a real HTTP server that fails in every way we know of. */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createApi } from "../web/src/api.ts";
import { Conversation } from "../web/src/core/conversation.ts";
import { SavedConversation } from "../web/src/core/outbox.ts";
import type { Snapshot } from "../web/src/core/snapshot.ts";
import { createStorage } from "../web/src/core/storage.ts";
import type { ChatServer } from "./support/chat-server.ts";
import { startChatServer } from "./support/chat-server.ts";

let server: ChatServer;
let stored: Map<string, string>;
let open: Conversation[];
let networkChanged: Set<() => void>;
const deadlineMs = 15_000;

beforeEach(async () => {
  server = await startChatServer();
  stored = new Map();
  open = [];
  networkChanged = new Set();
});
afterEach(async () => {
  for (const conversation of open) conversation.stop();
  await server.close();
});

/** A page on the conversation: a second call is what a refresh does, with the same storage. */
function openPage(): Conversation {
  const area = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  };
  const conversation = new Conversation({
    api: createApi(server.url),
    saved: new SavedConversation(
      createStorage(() => area),
      "slot",
    ),
    onWake: (wake) => {
      networkChanged.add(wake);
      return () => networkChanged.delete(wake);
    },
    newId: () => crypto.randomUUID(),
    now: () => new Date(),
    open: async () => ({ sessionId: "s1", token: "token", started: false }),
    post: (session, message) => createApi(server.url).postMessage(session.token, session.sessionId, message),
  });
  open.push(conversation);
  conversation.start();
  return conversation;
}

/** Resolves with the first snapshot that fulfils the condition; never looks at the clock otherwise. */
function until(conversation: Conversation, condition: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`never came: ${JSON.stringify(conversation.snapshot())}`)),
      deadlineMs,
    );
    const look = () => {
      if (!condition(conversation.snapshot())) return;
      clearTimeout(late);
      stop();
      resolve(conversation.snapshot());
    };
    const stop = conversation.subscribe(look);
    look();
  });
}

const texts = (snapshot: Snapshot) => snapshot.messages.map(({ text }) => text);
const live = (snapshot: Snapshot) => snapshot.connection === "live";

describe("a message typed", () => {
  test("leaves the outbox when it stands in the conversation", async () => {
    const page = openPage();
    page.send("hello");
    expect(page.snapshot().outbox).toMatchObject([{ text: "hello" }]);
    const done = await until(page, ({ messages, outbox }) => messages.length === 1 && outbox.length === 0);
    expect(texts(done)).toEqual(["hello"]);
  });

  test("stays shown as sent until it does, also over a refresh", async () => {
    server.projects = false;
    const page = openPage();
    page.send("hello");
    await until(page, ({ outbox }) => outbox[0]?.state === "sent");
    page.stop();
    const again = openPage();
    expect(again.snapshot().outbox).toMatchObject([{ text: "hello", state: "sent" }]);
    const [messageId = ""] = server.posted;
    const message = server.add("customer", "hello", { messageId });
    await until(again, live);
    server.emit("message", message, message.seq);
    const done = await until(again, ({ outbox }) => outbox.length === 0);
    expect(texts(done)).toEqual(["hello"]);
    expect(server.posted).toHaveLength(1);
  });

  test("is sent again with the same id when the page closed before the answer", async () => {
    server.nextPosts = ["cut"];
    const page = openPage();
    page.send("hello");
    await until(page, ({ outbox, messages }) => outbox[0]?.state === "waiting" || messages.length > 0);
    page.stop();
    const again = openPage();
    const done = await until(again, ({ messages, outbox }) => messages.length === 1 && outbox.length === 0);
    expect(texts(done)).toEqual(["hello"]);
    expect(new Set(server.posted).size).toBe(1);
    expect(server.posted.length).toBeGreaterThan(1);
  });

  test("waits as long as a 429 says, is then sent, and the order is kept", async () => {
    server.nextPosts = [{ status: 429, retryAfter: "1" }];
    const page = openPage();
    page.send("first");
    page.send("second");
    const waiting = await until(page, ({ outbox }) => outbox[0]?.state === "waiting");
    expect(waiting.outbox[0]?.why).toBe("rate");
    const done = await until(page, ({ messages }) => messages.length === 2);
    expect(texts(done)).toEqual(["first", "second"]);
    expect(server.posted).toHaveLength(3);
  });

  test("is tried at once when the network comes back", async () => {
    server.nextPosts = [{ status: 503, retryAfter: "3600" }];
    const page = openPage();
    page.send("hello");
    await until(page, ({ outbox }) => outbox[0]?.why === "network");
    // The page listens from the next turn of the event loop on.
    while (networkChanged.size === 0) await new Promise(setImmediate);
    for (const wake of [...networkChanged]) wake();
    await until(page, ({ messages }) => messages.length === 1);
  });

  test("that is refused is kept, says why, holds up nothing and can be retried or deleted", async () => {
    server.nextPosts = [{ status: 400 }];
    const page = openPage();
    page.send("bad");
    page.send("good");
    const after = await until(page, ({ messages }) => messages.length === 1);
    expect(texts(after)).toEqual(["good"]);
    expect(after.outbox).toMatchObject([{ text: "bad", state: "failed", detail: "refused 400" }]);
    const id = after.outbox[0]?.messageId ?? "";
    page.retry(id);
    const done = await until(page, ({ messages }) => messages.length === 2);
    expect(done.outbox).toEqual([]);
    server.nextPosts = [{ status: 400 }];
    page.send("bad again");
    const refused = await until(page, ({ outbox }) => outbox[0]?.state === "failed");
    page.discard(refused.outbox[0]?.messageId ?? "");
    expect(page.snapshot().outbox).toEqual([]);
    expect(JSON.parse(stored.get("slot") ?? "{}").outbox).toEqual([]);
  });
});

describe("what arrives", () => {
  /** A page that is live after a first exchange. */
  async function livePage(): Promise<Conversation> {
    const page = openPage();
    page.send("hello");
    await until(page, (snapshot) => live(snapshot) && snapshot.messages.length === 1);
    return page;
  }

  test("after a cut connection nothing is missing and nothing doubled", async () => {
    const page = await livePage();
    server.add("assistant", "said while nobody listened");
    server.cutStreams();
    await until(page, ({ messages }) => messages.length === 2);
    const third = server.add("assistant", "said live");
    await until(page, live);
    server.emit("message", third, third.seq);
    server.emit("message", third, third.seq);
    const done = await until(page, ({ messages }) => messages.length === 3);
    expect(texts(done)).toEqual(["hello", "said while nobody listened", "said live"]);
    expect(server.resumedFrom.at(-1)).toBe("1");
  });

  test("an event that was lost shows as a gap, which is fetched", async () => {
    const page = await livePage();
    server.add("assistant", "lost on the way");
    const third = server.add("assistant", "third");
    server.emit("message", third, third.seq);
    const done = await until(page, ({ messages }) => messages.length === 3);
    expect(texts(done)).toEqual(["hello", "lost on the way", "third"]);
  });

  test("a damaged event harms nothing", async () => {
    const page = await livePage();
    server.emit("message", undefined);
    const next = server.add("assistant", "still here");
    server.emit("message", next, next.seq);
    expect(texts(await until(page, ({ messages }) => messages.length === 2))).toEqual(["hello", "still here"]);
  });

  test("a reply grows as a draft and is replaced by the message", async () => {
    const page = await livePage();
    server.emit("delta", { turn: 1, text: "Your or" });
    server.emit("delta", { turn: 1, text: "Your order is" });
    expect((await until(page, ({ draft }) => draft === "Your order is")).typing).toBe(true);
    const reply = server.add("assistant", "Your order is on its way.");
    server.emit("message", reply, reply.seq);
    const done = await until(page, ({ messages }) => messages.length === 2);
    expect(done).toMatchObject({ draft: null, typing: false });
    server.emit("delta", { turn: 1, text: "Your order is on" });
    server.emit("delta", { turn: 2, text: "And" });
    const drafts: unknown[] = [];
    page.subscribe(() => drafts.push(page.snapshot().draft));
    await until(page, ({ draft }) => draft !== null);
    expect(drafts.filter(Boolean)).toEqual(["And"]);
  });

  test("typing is guessed after a message, but not while a person has the conversation", async () => {
    const page = await livePage();
    expect(page.snapshot().typing).toBe(true);
    server.emit("handoff", { id: "h1", status: "active", agent: { id: "a", name: "Lin" } });
    await until(page, ({ handoff }) => handoff?.agent?.name === "Lin");
    server.emit("message", server.add("agent", "Hi, this is Lin"), 2);
    await until(page, ({ typing }) => !typing);
    page.send("thanks");
    const done = await until(page, ({ messages }) => messages.length === 3);
    expect(done.typing).toBe(false);
  });

  test("a long history comes page by page, and numbers that were never sent do not stop it", async () => {
    const page = await livePage();
    page.stop();
    server.pageMax = 3;
    server.add("assistant", "after a number that was given out for nothing", { seq: 3 });
    for (let count = 0; count < 10; count += 1) server.add("assistant", `more ${count}`);
    const loaded = await until(openPage(), (snapshot) => snapshot.loaded);
    expect(loaded.messages.map(({ seq }) => seq)).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(loaded.liveFromSeq).toBe(13);
  });

  test("history is there after a refresh and is not shown as new", async () => {
    const page = await livePage();
    server.add("assistant", "welcome");
    page.stop();
    const again = openPage();
    expect(again.snapshot().loaded).toBe(false);
    const loaded = await until(again, (snapshot) => snapshot.loaded);
    expect(loaded.liveFromSeq).toBe(2);
    expect(texts(loaded)).toEqual(["hello", "welcome"]);
  });
});

describe("a session that is no longer ours", () => {
  test.each([401, 404])("%i ends the attempts and says so", async (status) => {
    const page = openPage();
    page.send("hello");
    await until(page, (snapshot) => live(snapshot) && snapshot.messages.length === 1);
    page.stop();
    server.gone = status;
    const again = openPage();
    const done = await until(again, ({ connection }) => connection === "gone");
    expect(done).toMatchObject({ loaded: true, typing: false });
  });
});
