/** What is measured: the floor, our session workflow driven by signals, and the same over HTTP. */
import { randomUUID } from "node:crypto";
import type { Talker } from "./conversations.ts";
import { message } from "./conversations.ts";
import type { Speaker } from "./measure.ts";
import type { Bench } from "./servers.ts";
import { FLOOR_QUEUE } from "./servers.ts";

export interface Subject {
  name: "floor" | "signals" | "http";
  what: string;
  /** Opens one conversation. */
  open(bench: Bench, talker: Talker): Promise<{ workflowId: string; say: Speaker }>;
}

const REPLY_TIMEOUT_MS = 30_000;
let lastNumber = 0;

/** Resolves when the worker has published a message newer than `after`; call before what causes it. */
function replyAfter(bench: Bench, sessionId: string, after: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      unsubscribe();
      reject(new Error(`no reply in ${sessionId} after ${REPLY_TIMEOUT_MS} ms`));
    }, REPLY_TIMEOUT_MS);
    const unsubscribe = bench.bus.subscribe(sessionId, (event) => {
      if (event.type !== "message" || event.seq <= after) return;
      clearTimeout(timer);
      unsubscribe();
      resolve(event.seq);
    });
  });
}

const floor: Subject = {
  name: "floor",
  what: "bare workflow: one signal, one normal activity",
  async open(bench) {
    const workflowId = `floor-${randomUUID()}`;
    const handle = await bench.plainClient.workflow.start("floorWorkflow", {
      workflowId,
      taskQueue: FLOOR_QUEUE,
      args: [workflowId],
    });
    let turns = 0;
    return {
      workflowId,
      async say() {
        turns += 1;
        const reply = replyAfter(bench, workflowId, turns - 1);
        await Promise.all([handle.signal("turn", turns), reply]);
      },
    };
  },
};

const signals: Subject = {
  name: "signals",
  what: "session workflow, driven by signals",
  async open(bench, talker) {
    const { customerId, locale } = talker;
    const sessionId = randomUUID();
    const tenant = bench.config.TENANT;
    await bench.store.sessions.insertOne({
      _id: sessionId,
      tenant,
      customerId,
      locale,
      channel: "bench",
      createdAt: new Date(),
      ownerEpoch: 0,
    });
    const identity = { tenant, sessionId, customerId, locale, channel: "bench" };
    let seq = 0;
    let said = 0;
    return {
      workflowId: sessionId,
      async say() {
        const reply = replyAfter(bench, sessionId, seq);
        const text = message(talker, said++, ++lastNumber);
        const [, newest] = await Promise.all([
          bench.gateway.send(identity, { messageId: randomUUID(), text, at: Date.now() }),
          reply,
        ]);
        seq = newest;
      },
    };
  },
};

const http: Subject = {
  name: "http",
  what: "session workflow, through the HTTP API",
  async open(bench, talker) {
    const { customerId, locale } = talker;
    const { token } = await bench.tokens.sign(
      { role: "customer", sub: customerId, tenant: bench.config.TENANT },
      bench.config.TOKEN_TTL_S,
    );
    const post = async <T>(path: string, body: object): Promise<T> => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const response = await fetch(bench.apiUrl + path, { method: "POST", headers, body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    };
    const { sessionId } = await post<{ sessionId: string }>("/v1/sessions", { locale });
    let said = 0;
    return {
      workflowId: sessionId,
      async say() {
        const text = message(talker, said++, ++lastNumber);
        const path = `/v1/sessions/${sessionId}/messages?waitMs=${REPLY_TIMEOUT_MS}`;
        const { replies } = await post<{ replies: unknown[] }>(path, { messageId: randomUUID(), text });
        if (replies.length === 0) throw new Error(`no reply in ${sessionId} to: ${text}`);
      },
    };
  },
};

export const subjects: Subject[] = [floor, signals, http];
