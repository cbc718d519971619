/** Plays a test dialogue through understanding and machine, without Temporal, and judges it. */
import type { CommerceBackend, Order } from "../commerce/types.ts";
import type { WindowEntry } from "../dialogue/hot-window.ts";
import { remember } from "../dialogue/hot-window.ts";
import { localeOf } from "../dialogue/locale.ts";
import type { UnderstandInput } from "../dialogue/session.ts";
import { missingSlots } from "../dialogue/slots.ts";
import { newDialogue, transition } from "../dialogue/transition.ts";
import type {
  Action,
  ActionResult,
  Dialogue,
  DialogueEvent,
  DialogueState,
  Effect,
  Locale,
  Say,
  Slot,
  Transition,
} from "../dialogue/types.ts";
import type { Facts } from "../intents/wording.ts";
import { word } from "../intents/wording.ts";
import { ModelError } from "../models/types.ts";
import type { Understander } from "../understanding/index.ts";
import type { Brain } from "./brain.ts";
import type { ShopFile } from "./memory-shop.ts";
import { createMemoryShop } from "./memory-shop.ts";
import type { Talk } from "./script.ts";
import { follow } from "./script.ts";
import { intentFirst, oneAtATime } from "./two-step.ts";
import type { TestDialogue } from "./verdict.ts";
import { judgeEnding } from "./verdict.ts";

export interface Verdict {
  id: string;
  right: boolean;
  /** An order was changed that should not have been, in another way, or without a yes. */
  wrongAction: boolean;
  transcript: string;
  /** Requests that were carried out. */
  finished: number;
  turns: Turn[];
}

export interface Turn {
  customer: string;
  reply: string;
  ms: number;
  /** Patterns and examples settled it. */
  quick: boolean;
}

export interface PlayOptions {
  /** Intent first, then entities one at a time: the comparison of D2. */
  twoStep?: boolean;
  /** Told of everything that is put to the understander. */
  onInput?: (input: UnderstandInput, commerce: CommerceBackend) => void;
}

const TENANT = "test";
const MODEL_TIMEOUT_MS = 15_000;

export async function play(
  dialogue: TestDialogue,
  file: ShopFile,
  brain: Brain,
  now: Date,
  options: PlayOptions = {},
): Promise<Verdict> {
  const talk = new Conversation(dialogue, file, brain, now, options);
  await follow(dialogue, talk);
  return talk.verdict();
}

/** Patterns and examples, then the models when those don't settle it: as the session workflow does. */
export async function understand(
  understander: Understander,
  input: UnderstandInput,
): Promise<{ event: DialogueEvent; quick: boolean }> {
  const { understanding, settled } = await understander.quick(input);
  if (settled) return { event: { type: "understood", understanding }, quick: true };
  const signal = AbortSignal.timeout(MODEL_TIMEOUT_MS);
  try {
    const byModel = await understander.byModel(input, signal, MODEL_TIMEOUT_MS);
    return { event: { type: "understood", understanding: byModel }, quick: false };
  } catch (error) {
    if (!(error instanceof ModelError) && !signal.aborted) throw error;
    return { event: { type: "failed" }, quick: false };
  }
}

class Conversation implements Talk {
  readonly #test: TestDialogue;
  readonly #brain: Brain;
  readonly #file: ShopFile;
  readonly #now: Date;
  readonly #options: PlayOptions;
  readonly #commerce: CommerceBackend;
  readonly #orders: Order[];
  readonly #understander: Understander;
  readonly #log: string[] = [];
  readonly #turns: Turn[] = [];
  #dialogue: Dialogue = newDialogue();
  #window: WindowEntry[] = [];
  #locale: Locale;
  #replies = "";
  #unconfirmed = false;

  constructor(test: TestDialogue, file: ShopFile, brain: Brain, now: Date, options: PlayOptions) {
    const { commerce, orders } = createMemoryShop(file, now);
    this.#test = test;
    this.#brain = brain;
    this.#file = file;
    this.#now = now;
    this.#options = options;
    this.#commerce = commerce;
    this.#orders = orders;
    this.#understander = brain.understanderFor(commerce);
    this.#locale = test.locale;
  }

  /** One turn: understood, moved, carried out, worded. */
  async say(text: string): Promise<void> {
    this.#locale = localeOf(text, this.#locale);
    const input = this.#input(text);
    this.#options.onInput?.(input, this.#commerce);
    const startedMs = performance.now();
    const { event, quick } = await understand(this.#understander, input);
    const taken =
      this.#options.twoStep && event.type === "understood"
        ? { ...event, understanding: intentFirst(event.understanding, this.#dialogue) }
        : event;
    const { says, why } = await this.#carryOut(transition(this.#dialogue, taken));
    if (this.#options.twoStep) this.#dialogue = oneAtATime(this.#dialogue);
    const reply = await this.#worded(says);
    this.#turns.push({ customer: text, reply, ms: performance.now() - startedMs, quick });
    this.#window = remember(this.#window, [
      { role: "customer", text },
      { role: "assistant", text: reply },
    ]);
    this.#replies += `${reply}\n`;
    this.#log.push(`customer: ${text}`, `${this.#dialogue.state} (${why}): ${reply.replaceAll("\n", " / ")}`);
  }

  async standing(): Promise<{ state: DialogueState; missing: Slot[] }> {
    return { state: this.#dialogue.state, missing: this.#dialogue.open.flatMap(missingSlots) };
  }

  verdict(): Verdict {
    const { right, wrongAction, outcome } = judgeEnding(this.#test, {
      orders: this.#orders,
      state: this.#dialogue.state,
      replies: this.#replies,
      unconfirmed: this.#unconfirmed,
    });
    const { id } = this.#test;
    return {
      id,
      right,
      wrongAction,
      transcript: [`${id}: ${outcome}`, ...this.#log].join("\n  "),
      finished: this.#orders.reduce((sum, { requests }) => sum + requests.length, 0),
      turns: this.#turns,
    };
  }

  #input(text: string): UnderstandInput {
    return {
      identity: {
        tenant: TENANT,
        sessionId: this.#test.id,
        customerId: this.#test.customer,
        locale: this.#locale,
        channel: "test",
      },
      texts: [text],
      dialogue: this.#dialogue,
      turn: this.#turns.length + 1,
      window: this.#window,
      recall: false,
      now: this.#now.getTime(),
      quietMs: 0,
    };
  }

  async #carryOut(first: Transition): Promise<{ says: Say[]; why: string }> {
    const says: Say[] = [];
    let step: Transition | null = first;
    let { why } = first;
    while (step) {
      const before = this.#dialogue;
      this.#dialogue = step.next;
      why = step.why;
      const effects: Effect[] = step.effects;
      step = null;
      for (const effect of effects) {
        if (effect.type === "say") says.push(effect.say);
        if (effect.type !== "execute") continue;
        if (before.proposal === null) this.#unconfirmed = true;
        step = transition(this.#dialogue, { type: "executed", results: await this.#execute(effect.actions) });
      }
    }
    return { says, why };
  }

  #execute(actions: Action[]): Promise<ActionResult[]> {
    return Promise.all(
      actions.map(async (action) => {
        const idempotencyKey = `${this.#test.id}/${action.number}`;
        const outcome = await this.#commerce.execute(TENANT, {
          ...action,
          customerId: this.#test.customer,
          idempotencyKey,
        });
        return outcome.ok ? { action, ok: true } : { action, ok: false, why: outcome.why };
      }),
    );
  }

  async #worded(says: Say[]): Promise<string> {
    const locale = this.#locale;
    const facts: Facts = {
      locale,
      now: this.#now,
      orders: new Map((await this.#commerce.orders(TENANT, this.#test.customer)).map((order) => [order.id, order])),
      products: new Map(this.#file.products.map((product) => [product.id, product])),
      told: new Map(),
      promised: new Map(),
      answers: new Map<string, { text: string }>(),
    };
    for (const say of says) {
      const answer = say.key === "answer" ? await this.#brain.answers.verbatim(TENANT, say.answers) : null;
      if (say.key === "answer" && answer) facts.answers.set(say.question, answer);
    }
    return says.map((say) => word(say, facts)).join("\n\n");
  }
}
