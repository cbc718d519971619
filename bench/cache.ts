/**
 * A day of customer service (data/traffic/day.jsonl) through the caches: real embedder, examples, knowledge and dialogue
 * machine; the model is a server that speaks OpenAI's protocol over HTTP and takes a fixed time. The caches' clock is the
 * file's, the latencies are this machine's.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { loadConfig } from "../src/config.ts";
import type { WindowEntry } from "../src/dialogue/hot-window.ts";
import { remember } from "../src/dialogue/hot-window.ts";
import { newDialogue, transition } from "../src/dialogue/transition.ts";
import type { Dialogue } from "../src/dialogue/types.ts";
import { ensureEmbedder } from "../src/embedded/weights.ts";
import { createMemoryShop } from "../src/evaluation/memory-shop.ts";
import { createAnswerWriter } from "../src/knowledge/answer.ts";
import { createAnswerCache } from "../src/knowledge/answer-cache.ts";
import { createEmbedder } from "../src/models/local/embedder.ts";
import { createOpenAITier } from "../src/models/openai/tier.ts";
import type { Router } from "../src/models/router.ts";
import { createRouter } from "../src/models/router.ts";
import type { Embedder } from "../src/models/types.ts";
import { loadMind } from "../src/understanding/load.ts";
import { cachedRouter, createPredictionCache } from "../src/understanding/prediction-cache.ts";
import { calibrate } from "./cache-calibration.ts";
import type { Passed } from "./cache-report.ts";
import { section } from "./cache-report.ts";
import { writeSection } from "./page.ts";
import { MODEL_LATENCY_MS, startPlayedModel } from "./played-model.ts";
import type { TrafficMessage } from "./traffic.ts";
import { generate, traffic, trafficShop, wordings } from "./traffic.ts";

/** Messages under way at once; a customer's own follow each other. */
const AT_ONCE = 4;
const TIMEOUT_MS = 30_000;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** How long answers are kept, for what could have been reused at best. */
const ANSWER_TTL_MS = 60 * 60 * 1_000;
const TENANT = "bench";

/** What one message cost, filled in while it is worked on. */
type Cost = Pick<Passed, "modelCalls" | "embedded" | "known">;
const costs = new AsyncLocalStorage<Cost & { texts: Set<string> }>();

export async function benchCache(args: string[]): Promise<void> {
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({ args, options: { generate: flag, write: flag } });
  if (values.generate) console.error(`${await generate()} messages written`);
  const loadBefore = loadavg()[0] ?? 0;
  const bench = await open();
  try {
    const calibration = await calibrate(bench.embedder, bench.mean, await wordings());
    const { messages } = bench;
    const passed = await replay(bench);
    const text = section({ messages, passed, calibration, latencyMs: MODEL_LATENCY_MS, loadBefore, ...bench.stats() });
    console.log(`\n${text}\n`);
    if (values.write) await writeSection("cache", text);
  } finally {
    await bench.close();
  }
}

/** Everything a message passes, and the clock of the caches. */
async function open() {
  const { cacheDir } = loadConfig();
  const messages = await traffic();
  // A cache takes 0 for "no time"; what is embedded before the day has expired when it begins.
  const clock = { nowMs: Date.parse(messages[0]?.at ?? "") - DAY_MS };
  const now = () => clock.nowMs;
  const cached = await createEmbedder(await ensureEmbedder({ cacheDir, onProgress: () => undefined }), { now });
  const embedder = counting(cached, () => cached.stats().misses);
  const { KNOWLEDGE_DIR, HIGH_VALUE_AMOUNT, HANDOFF_CONFIDENCE } = loadConfig({});
  const mind = await loadMind({ embedder, cacheDir, knowledgeDir: KNOWLEDGE_DIR });
  const { classifier, knowledge } = mind;
  const shop = await trafficShop();
  const { commerce } = createMemoryShop(shop, new Date(shop.datesRelativeTo));
  const vendor = await startPlayedModel(messages);
  const tier = createOpenAITier({
    id: "played",
    where: "cloud",
    baseURL: vendor.openaiBaseURL,
    model: "played",
    timeoutMs: TIMEOUT_MS,
  });
  const predictions = createPredictionCache({ now });
  const answers = createAnswerCache({ knowledge, embedder, mean: classifier.mean, now });
  const router = cachedRouter(countedCalls(createRouter({ tiers: [tier], log: () => undefined })), predictions);
  return {
    messages,
    clock,
    embedder,
    mean: classifier.mean,
    knowledge,
    customers: new Set(shop.customers.map(({ id }) => id)),
    understander: mind.understander({
      commerce,
      router: () => router,
      limits: { highValue: HIGH_VALUE_AMOUNT, handoffConfidence: HANDOFF_CONFIDENCE },
    }),
    writer: createAnswerWriter(knowledge, () => router, fail, answers),
    stats: () => ({ answers: answers.stats(), predictions: predictions.stats() }),
    close: () => vendor.close(),
  };
}
type Opened = Awaited<ReturnType<typeof open>>;

/** A model that failed would be measured as a fast one. */
const fail = (error: unknown): void => {
  throw error;
};

/** Notes for the message under way which of its texts were known. */
function counting(embedder: Embedder, misses: () => number): Embedder {
  return {
    ...embedder,
    embed: (texts) =>
      Promise.all(
        texts.map(async (text) => {
          const cost = costs.getStore();
          const before = misses();
          const vectors = embedder.embed([text]);
          // What one message asks for twice counts once: the second time is always known.
          if (cost && !cost.texts.has(text)) {
            cost.texts.add(text);
            cost[misses() > before ? "embedded" : "known"]++;
          }
          return (await vectors)[0] as Float32Array;
        }),
      ),
  };
}

function countedCalls(router: Router): Router {
  const count = (): void => {
    const cost = costs.getStore();
    if (cost) cost.modelCalls++;
  };
  return {
    ...router,
    predict: (...call) => {
      count();
      return router.predict(...call);
    },
    phrase: (...call) => {
      count();
      return router.phrase(...call);
    },
  };
}

interface Conversation {
  visit: number;
  dialogue: Dialogue;
  window: WindowEntry[];
  done: Promise<void>;
}

async function replay(bench: Opened): Promise<Passed[]> {
  const { messages } = bench;
  const passed: Passed[] = [];
  const conversations = new Map<string, Conversation>();
  /** Which question an answer was worded for. */
  const wordedFor = new Map<string, string>();
  /** When a question was last worded anew, in which language. */
  const wordedAt = new Map<string, number>();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let message = messages[next++]; message !== undefined; message = messages[next++]) {
      const talk = conversationOf(conversations, message);
      const before = talk.done;
      talk.done = before.then(async () => {
        bench.clock.nowMs = Math.max(bench.clock.nowMs, Date.parse(message.at));
        passed.push(await pass(message, talk, bench, { wordedFor, wordedAt }));
      });
      await talk.done;
      if (passed.length % 200 === 0) console.error(`${passed.length} of ${messages.length} messages`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return passed;
}

function conversationOf(conversations: Map<string, Conversation>, { customer, visit }: TrafficMessage): Conversation {
  const known = conversations.get(customer);
  if (known?.visit === visit) return known;
  const fresh = { visit, dialogue: newDialogue(), window: [], done: known?.done ?? Promise.resolve() };
  conversations.set(customer, fresh);
  return fresh;
}

/** One turn: understood by patterns and examples, else by the model; moved; a question answered. */
async function pass(
  message: TrafficMessage,
  talk: Conversation,
  { customers, understander, writer }: Opened,
  { wordedFor, wordedAt }: { wordedFor: Map<string, string>; wordedAt: Map<string, number> },
): Promise<Passed> {
  const { customer, locale, text, kind, meaning } = message;
  const identity = {
    tenant: TENANT,
    sessionId: customer,
    customerId: customers.has(customer) ? customer : null,
    locale,
    channel: "bench",
  };
  const input = {
    identity,
    texts: [text],
    dialogue: talk.dialogue,
    window: talk.window,
    turn: 0,
    recall: false,
    now: Date.parse(message.at),
    quietMs: 0,
  };
  const cost = { modelCalls: 0, embedded: 0, known: 0, texts: new Set<string>() };
  const startedMs = performance.now();
  const { settled, reply } = await costs.run(cost, async () => {
    const quick = await understander.quick(input);
    const understanding = quick.settled
      ? quick.understanding
      : await understander.byModel(input, new AbortController().signal, TIMEOUT_MS);
    const moved = transition(talk.dialogue, { type: "understood", understanding });
    // What is executed or handed to a person is another benchmark's.
    const over = moved.next.state === "HANDOFF" || moved.effects.some(({ type }) => type === "execute");
    talk.dialogue = over ? newDialogue() : moved.next;
    const question = moved.effects.flatMap((effect) =>
      effect.type === "say" && effect.say.key === "answer" ? [effect.say] : [],
    )[0];
    const answer = question
      ? await writer.write(
          {
            ...{ tenant: TENANT, locale, sessionId: customer, turn: 1 },
            question: question.question,
            ids: question.answers,
          },
          { signal: new AbortController().signal, onDelta: () => undefined },
        )
      : null;
    return { settled: quick.settled, reply: answer?.text ?? null };
  });
  const ms = performance.now() - startedMs;
  talk.window = remember(talk.window, [
    { role: "customer", text },
    { role: "assistant", text: reply ?? talk.dialogue.state },
  ]);
  const { modelCalls, embedded, known } = cost;
  const first = reply === null || !wordedFor.has(reply);
  const mixedUp = !first && wordedFor.get(reply) !== meaning;
  if (mixedUp) console.error(`mixed up: ${text} got the answer to ${wordedFor.get(reply)}`);
  const asked = `${locale} ${meaning}`;
  const reusable = reply !== null && input.now - (wordedAt.get(asked) ?? 0) < ANSWER_TTL_MS;
  if (reply !== null && first) wordedFor.set(reply, meaning);
  if (reply !== null && !reusable) wordedAt.set(asked, input.now);
  return {
    kind,
    ms,
    modelCalls,
    embedded,
    known,
    settled,
    reused: reply !== null && !first,
    answered: reply !== null,
    mixedUp,
    reusable,
  };
}
