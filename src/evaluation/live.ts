/** Plays dialogues over the public HTTP API of a running system: what a customer waits for, and what really happens to orders. */
import { randomUUID } from "node:crypto";
import type { Tokens } from "../api/auth.ts";
import { importShop } from "../commerce/import.ts";
import type { DialogueState, Locale, Slot } from "../dialogue/types.ts";
import type { Store } from "../store/mongo.ts";
import type { ShopDialogue } from "./data.ts";
import { shopFile } from "./data.ts";
import type { Talk } from "./script.ts";
import { follow } from "./script.ts";
import type { DialogueResult } from "./types.ts";
import { judgeEnding } from "./verdict.ts";

export interface LiveSystem {
  apiUrl: string;
  store: Store;
  tokens: Tokens;
}

const WAIT_MS = 30_000;
const TOKEN_TTL_S = 3_600;

interface View {
  state: DialogueState;
  requests: Array<{ missing: Slot[] }>;
}

/** Dialogues that hold on any day: weekdays depend on when the shop's dates were written, and the system's clock is real. */
export function liveSample(dialogues: ShopDialogue[], perLanguage: number): ShopDialogue[] {
  return (["zh", "en"] as const).flatMap((locale) => {
    const able = dialogues.filter(({ dialogue }) => dialogue.locale === locale && !dialogue.tags?.includes("weekday"));
    const step = Math.max(1, able.length / perLanguage);
    return able.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step)).slice(0, perLanguage);
  });
}

export async function playLive(entry: ShopDialogue, system: LiveSystem): Promise<DialogueResult> {
  // A tenant of its own is a freshly imported shop of its own.
  const tenant = `evaluation-${randomUUID().slice(0, 8)}`;
  const file = await shopFile(entry.shop);
  await importShop(system.store, tenant, entry.shop, JSON.stringify(file), new Date());
  const { dialogue } = entry;
  const talk = await LiveTalk.open(system, tenant, dialogue.customer, dialogue.locale);
  await follow(dialogue, talk);
  const { state } = await talk.standing();
  const orders = await system.store.orders.find({ tenant }, { projection: { _id: 0, tenant: 0 } }).toArray();
  const { right, wrongAction, outcome } = judgeEnding(dialogue, {
    orders,
    state,
    replies: talk.replies.join("\n"),
    // Seen from outside, only the orders tell.
    unconfirmed: false,
  });
  return {
    id: dialogue.id,
    locale: dialogue.locale,
    tags: dialogue.tags ?? [],
    right,
    wrongAction,
    finished: orders.reduce((sum, { requests }) => sum + requests.length, 0),
    turns: await talk.timedTurns(),
    transcript: `${dialogue.id}: ${outcome}`,
  };
}

class LiveTalk implements Talk {
  readonly replies: string[] = [];
  readonly #system: LiveSystem;
  readonly #session: string;
  readonly #token: string;
  readonly #ms: number[] = [];

  private constructor(system: LiveSystem, session: string, token: string) {
    this.#system = system;
    this.#session = session;
    this.#token = token;
  }

  static async open(system: LiveSystem, tenant: string, customer: string, locale: Locale): Promise<LiveTalk> {
    const { token } = await system.tokens.sign({ role: "customer", sub: customer, tenant }, TOKEN_TTL_S);
    const opened = await call<{ sessionId: string; token: string }>(`${system.apiUrl}/v1/sessions`, token, { locale });
    return new LiveTalk(system, opened.sessionId, opened.token);
  }

  async say(text: string): Promise<void> {
    const startedMs = performance.now();
    const { replies } = await call<{ replies?: Array<{ text: string }> }>(
      `${this.#url}/messages?waitMs=${WAIT_MS}`,
      this.#token,
      { messageId: randomUUID(), text },
    );
    this.#ms.push(performance.now() - startedMs);
    this.replies.push(...(replies ?? []).map((reply) => reply.text));
  }

  async standing(): Promise<{ state: DialogueState; missing: Slot[] }> {
    const { state, requests } = await call<View>(this.#url, this.#token);
    return { state, missing: requests.flatMap(({ missing }) => missing) };
  }

  /** Which tier settled a turn is kept with its reply. */
  async timedTurns(): Promise<DialogueResult["turns"]> {
    const traced = await this.#system.store.messages
      .find({ sessionId: this.#session, trace: { $exists: true } })
      .sort({ seq: 1 })
      .toArray();
    return this.#ms.map((ms, turn) => ({ ms, quick: traced[turn]?.trace?.tier === "examples" }));
  }

  get #url(): string {
    return `${this.#system.apiUrl}/v1/sessions/${this.#session}`;
  }
}

/** @throws Error with the answer when it isn't a 2xx */
async function call<T>(url: string, token: string, body?: object): Promise<T> {
  const response = await fetch(url, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${token}`, ...(body ? { "content-type": "application/json" } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
