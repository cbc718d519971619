/** Plays a test dialogue (tests/dialogues/README.md) through understanding and machine, without Temporal, and judges it. */
import type { CommerceBackend, Order } from "../../src/commerce/types.ts";
import { localeOf } from "../../src/dialogue/locale.ts";
import { missingSlots } from "../../src/dialogue/slots.ts";
import { newDialogue, transition } from "../../src/dialogue/transition.ts";
import type { Action, ActionResult, Dialogue, Effect, Locale, Say, Transition } from "../../src/dialogue/types.ts";
import type { Facts } from "../../src/intents/wording.ts";
import { word } from "../../src/intents/wording.ts";
import type { AnswerWriter } from "../../src/knowledge/answer.ts";
import type { Understander } from "../../src/understanding/index.ts";
import type { ShopFile } from "./memory-shop.ts";
import { createMemoryShop } from "./memory-shop.ts";

export interface TestDialogue {
  id: string;
  customer: string;
  locale: Locale;
  turns: Array<string | null>;
  simulate: Record<"reason" | "items" | "variant" | "confirm", string | null>;
  expect: {
    requests: Array<{
      order: string;
      kind: string;
      products: string[];
      quantities?: Record<string, number>;
      exchangeFor?: Record<string, string>;
    }>;
    handoff?: true;
    answered?: string;
  };
}

/** What a conversation needs besides its shop; the understander is made anew for each. */
export interface Brain {
  understanderFor(commerce: CommerceBackend): Understander;
  answers: AnswerWriter;
}

export interface Verdict {
  id: string;
  right: boolean;
  /** An order was changed that should not have been, or in another way. */
  wrongAction: boolean;
  transcript: string;
}

const TENANT = "test";
const ANSWERS_MAX = 6;
const SKIP: Record<Locale, string> = { zh: "跳过", en: "skip" };
const NO: Record<Locale, string> = { zh: "不要", en: "no" };

export async function play(dialogue: TestDialogue, file: ShopFile, brain: Brain, now: Date): Promise<Verdict> {
  const talk = new Conversation(dialogue, file, brain, now);
  for (const turn of dialogue.turns) {
    if (turn === null) await talk.answer();
    else await talk.say(turn);
  }
  for (let tries = 0; tries < ANSWERS_MAX && (await talk.answer()); tries++);
  return talk.verdict();
}

class Conversation {
  readonly #test: TestDialogue;
  readonly #brain: Brain;
  readonly #file: ShopFile;
  readonly #now: Date;
  readonly #commerce: CommerceBackend;
  readonly #orders: Order[];
  readonly #understander: Understander;
  readonly #log: string[] = [];
  #dialogue: Dialogue = newDialogue();
  #locale: Locale;
  #replies = "";

  constructor(test: TestDialogue, file: ShopFile, brain: Brain, now: Date) {
    const { commerce, orders } = createMemoryShop(file, now);
    this.#test = test;
    this.#brain = brain;
    this.#file = file;
    this.#now = now;
    this.#commerce = commerce;
    this.#orders = orders;
    this.#understander = brain.understanderFor(commerce);
    this.#locale = test.locale;
  }

  /** One turn: understood, moved, carried out, worded. */
  async say(text: string): Promise<void> {
    this.#locale = localeOf(text, this.#locale);
    const { understanding } = await this.#understander.quick({
      identity: {
        tenant: TENANT,
        sessionId: this.#test.id,
        customerId: this.#test.customer,
        locale: this.#locale,
        channel: "test",
      },
      texts: [text],
      dialogue: this.#dialogue,
      turn: 1,
      window: [],
      recall: false,
      now: this.#now.getTime(),
      quietMs: 0,
    });
    const { says, why } = await this.#carryOut(transition(this.#dialogue, { type: "understood", understanding }));
    const reply = await this.#worded(says);
    this.#replies += `${reply}\n`;
    this.#log.push(`customer: ${text}`, `${this.#dialogue.state} (${why}): ${reply.replaceAll("\n", " / ")}`);
  }

  /** Answers from `simulate` what is asked now; false when nothing is, or there is no answer. */
  async answer(): Promise<boolean> {
    const { simulate } = this.#test;
    const { state, open } = this.#dialogue;
    if (state === "CONFIRM") {
      await this.say(simulate.confirm ?? NO[this.#locale]);
      return true;
    }
    if (state !== "COLLECT") return false;
    const missing = open.flatMap(missingSlots);
    const slot = (["items", "variant", "reason"] as const).find((each) => missing.includes(each) && simulate[each]);
    if (slot === undefined && missing[0] === "items") return false;
    await this.say((slot && simulate[slot]) ?? SKIP[this.#locale]);
    return true;
  }

  verdict(): Verdict {
    const { expect: wanted, id } = this.#test;
    const changed = this.#changes();
    const expected = wanted.requests.map((request) => this.#named(request));
    const variantWrong = wanted.requests.some((request) => !this.#hasVariants(request));
    const wrongAction = variantWrong || changed.some((change) => !expected.includes(change));
    const answered = wanted.answered?.toLowerCase().split("|") ?? [""];
    const right =
      !wrongAction &&
      changed.length === expected.length &&
      (this.#dialogue.state === "HANDOFF") === (wanted.handoff === true) &&
      answered.some((text) => this.#replies.toLowerCase().includes(text));
    const outcome = `changed ${changed.join("; ") || "nothing"}, expected ${expected.join("; ") || "nothing"}`;
    return { id, right, wrongAction, transcript: [`${id}: ${outcome}`, ...this.#log].join("\n  ") };
  }

  async #carryOut(first: Transition): Promise<{ says: Say[]; why: string }> {
    const says: Say[] = [];
    let step: Transition | null = first;
    let { why } = first;
    while (step) {
      this.#dialogue = step.next;
      why = step.why;
      const effects: Effect[] = step.effects;
      step = null;
      for (const effect of effects) {
        if (effect.type === "say") says.push(effect.say);
        if (effect.type === "execute")
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
      answers: new Map(
        says.flatMap((say) => {
          const answer = say.key === "answer" ? this.#brain.answers.verbatim(say.answers) : null;
          return say.key === "answer" && answer ? [[say.question, answer] as const] : [];
        }),
      ),
    };
    return says.map((say) => word(say, facts)).join("\n\n");
  }

  /** Every change to any order, in the words of `#named`. */
  #changes(): string[] {
    return this.#orders.flatMap(({ id, requests }) =>
      requests.map(({ kind, items }) =>
        change(
          id,
          kind,
          items.map(({ productId, quantity }) => [productId, quantity]),
        ),
      ),
    );
  }

  #named({ order, kind, products, quantities }: TestDialogue["expect"]["requests"][number]): string {
    const bought = this.#orders.find(({ id }) => id === order)?.items ?? [];
    const pieces = (productId: string): number =>
      quantities?.[productId] ?? bought.find((item) => item.productId === productId)?.quantity ?? 0;
    return change(
      order,
      kind,
      products.map((productId) => [productId, pieces(productId)]),
    );
  }

  /** Whether an exchange that was made is for what was wanted. */
  #hasVariants({ order, kind, exchangeFor }: TestDialogue["expect"]["requests"][number]): boolean {
    const made = this.#orders.find(({ id }) => id === order)?.requests.filter((request) => request.kind === kind) ?? [];
    return made
      .flatMap(({ items }) => items)
      .every((item) => Object.entries(exchangeFor ?? {}).every(([name, value]) => item.exchangeFor?.[name] === value));
  }
}

const change = (order: string, kind: string, items: Array<[productId: string, pieces: number]>): string =>
  `${kind} ${order}: ${items
    .map(([productId, pieces]) => `${pieces} ${productId}`)
    .sort()
    .join(", ")}`;
