/** Asks a running system as a customer does, over the public HTTP API: a new customer and a new session for each question. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Tokens } from "../api/auth.ts";
import type { Ask } from "./knowledge.ts";
import { isPerhaps } from "./knowledge.ts";

export interface HttpTarget {
  apiUrl: string;
  tokens: Tokens;
  tenant: string;
}

const WAIT_MS = 30_000;
const TOKEN_TTL_S = 3_600;
/** Of being told to come back later, or of an interim message only. */
const TRIES = 4;

/** Questions offered beside an answer to what was perhaps meant; the last choice fetches a person. */
const OFFERED_MAX = 2;

interface Message {
  role: string;
  text: string;
  data?: { choices?: Array<{ text: string }> };
}

export function askOverHttp({ apiUrl, tokens, tenant }: HttpTarget): Ask {
  return async ({ question, locale }) => {
    // Nobody's orders: what is known about a customer must not answer for the knowledge.
    const sub = `evaluation-${randomUUID()}`;
    const { token } = await tokens.sign({ role: "customer", sub, tenant }, TOKEN_TTL_S);
    const opened = await call<{ sessionId: string; token: string }>(`${apiUrl}/v1/sessions`, token, { locale });
    const session = `${apiUrl}/v1/sessions/${opened.sessionId}`;
    try {
      const say = async (words: string): Promise<Message[]> => {
        const message = { messageId: randomUUID(), text: words };
        const said = `${session}/messages?waitMs=${WAIT_MS}`;
        const { replies = [] } = await call<{ replies?: Message[] }>(said, opened.token, message);
        if (wordsOf(replies) === "") throw new Error(`No reply within ${WAIT_MS} ms.`);
        return replies;
      };
      const replies = await say(question);
      const text = wordsOf(replies);
      const { state } = await call<{ state: string }>(session, opened.token);
      const choices = isPerhaps(locale, text) ? (replies.at(-1)?.data?.choices ?? []) : [];
      const offered: string[] = [];
      for (const choice of choices.slice(0, -1).slice(0, OFFERED_MAX)) offered.push(wordsOf(await say(choice.text)));
      return { text, state, offered };
    } finally {
      // Or handoffs of nobody would wait at the desk; the answer stands, whether this succeeds or not.
      await call(`${session}/end`, opened.token, {}).catch(() => undefined);
    }
  };
}

const wordsOf = (replies: Message[]): string =>
  replies
    .filter(({ role }) => role === "assistant")
    .map(({ text }) => text)
    .join("\n\n");

/** @throws Error with the answer when it isn't a 2xx */
async function call<T>(url: string, token: string, body?: object): Promise<T> {
  for (let tried = 1; ; tried++) {
    const response = await fetch(url, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${token}`, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (response.ok) return (await response.json()) as T;
    const text = await response.text();
    const later = response.status === 429 || response.status === 503;
    if (!later || tried === TRIES) throw new Error(`${new URL(url).pathname}: ${response.status} ${text}`);
    await sleep(1_000 * Number(response.headers.get("retry-after") ?? 1));
  }
}
