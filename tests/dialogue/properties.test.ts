/** What must hold after any sequence of turns, however odd: the machine trusts no understanding. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { ItemRef, Options } from "../../src/commerce/types.ts";
import { missingSlots } from "../../src/dialogue/slots.ts";
import { EDGES, newDialogue, transition } from "../../src/dialogue/transition.ts";
import type { Action, Dialogue, DialogueEvent, Effect, OpenRequest, Understanding } from "../../src/dialogue/types.ts";
import { KINDS, kettle, lamp, mentionOf, request, said, shirt, stove, tent } from "../support/dialogue-fixtures.ts";

/** Sequences tried by each property, and turns in each: some five thousand turns each, in seconds. */
const RUNS = 400;
const TURNS_MAX = 25;

const items = [lamp, kettle, shirt, tent, stove];
const item: fc.Arbitrary<ItemRef> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...items) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map((quantity) => ({ ...kettle, quantity })) },
);
const someItems = fc.uniqueArray(item, { maxLength: 4, selector: ({ orderId, line }) => `${orderId}/${line}` });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 3 });
const words = fc.constantFrom("broken", "too small", "blue", "red", "the same again", "green, or else blue");
const relation = fc.constantFrom("plain", "plain", "correct", "add", "only", "except");
const refusal = fc.record({ ref: maybe(item), why: fc.constantFrom("not-delivered", "already-requested") });
const mention = fc.record({
  items: someItems,
  all: fc.boolean(),
  refused: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.array(refusal, { maxLength: 2 })),
  unknown: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, fc.constant("bicycle")),
});
const act = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      intent: fc.constantFrom(...KINDS),
      mention: maybe(mention),
      reason: maybe(words),
      wanted: maybe(words),
      relation,
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom("smalltalk", "out_of_scope", "abandon").map((intent) => ({ intent })) },
  { weight: 1, arbitrary: fc.constant({ intent: "question", question: "?", answers: [] }) },
  { weight: 1, arbitrary: fc.constant({ intent: "order_status", orders: ["A-1"], unknown: null }) },
);
const facts: Understanding["facts"] = [
  { ref: lamp, available: 1 },
  { ref: kettle, available: 2 },
  {
    ref: shirt,
    available: 1,
    options: { colour: "white" },
    variants: [
      { options: { colour: "white" }, inStock: true, words: ["white"] },
      { options: { colour: "blue" }, inStock: true, words: ["blue"] },
      { options: { colour: "red" }, inStock: false, words: ["red"] },
    ],
  },
];
const eligible = fc.record(
  { return: someItems, exchange: someItems, cancel: someItems },
  { requiredKeys: [] },
) as fc.Arbitrary<Understanding["eligible"]>;
const spoken = fc.record({
  acts: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(act, { maxLength: 3 })),
  answer: fc.constantFrom(null, "yes", "yes", "no"),
  hedged: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  mention: maybe(mention),
  relation,
  reason: maybe(words),
  declined: fc.boolean(),
  wanted: maybe(words),
  eligible,
  facts: fc.constantFrom(facts, []),
  refusal: fc.constantFrom(null, "no-orders", "sign-in"),
  understood: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
}) as fc.Arbitrary<Partial<Understanding>>;
/** What real customers say gets a dialogue to CONFIRM and beyond, where most of what could go wrong is. */
const short = fc.oneof(
  fc.constantFrom<Partial<Understanding>>({ answer: "yes" }, { answer: "yes" }, { declined: true }, { facts }),
  fc.record({ mention: item.map((one) => mentionOf([one])), facts: fc.constant(facts) }),
  fc.record({
    answer: fc.constant("yes" as const),
    wanted: maybe(words),
    mention: maybe(item.map((one) => mentionOf([one]))),
    facts: fc.constant(facts),
  }),
  fc.tuple(fc.constantFrom(...KINDS), someItems, maybe(words), maybe(words)).map(([kind, named, reason, wanted]) => ({
    acts: [request(kind, { mention: mentionOf(named, { all: true }), reason, wanted })],
    facts,
  })),
);
const turn = fc
  .tuple(fc.oneof({ weight: 2, arbitrary: spoken }, { weight: 3, arbitrary: short }), fc.integer({ min: 0, max: 9 }))
  .map(([rest, tenth]) => said(rest, tenth === 0));
const system = fc.constantFrom<DialogueEvent>(
  { type: "failed" },
  { type: "idle" },
  { type: "forceHandoff" },
  { type: "agentReturned", summary: "" },
  { type: "agentReturned", summary: "" },
  said({ acts: [{ intent: "human" }] }),
  { type: "agentResolved", summary: "" },
  { type: "end" },
);
const event = fc.oneof({ weight: 9, arbitrary: turn }, { weight: 1, arbitrary: system });
const events = fc.array(event, { maxLength: TURNS_MAX, size: "max" });

/** One transition of a run, as the session workflow makes them: an execution is always followed by its outcome. */
interface Step {
  before: Dialogue;
  event: DialogueEvent;
  next: Dialogue;
  effects: Effect[];
  /** What the last `propose` named. */
  proposed: OpenRequest[];
}

function* run(sequence: DialogueEvent[]): Generator<Step> {
  let dialogue = newDialogue();
  let proposed: OpenRequest[] = [];
  const queue = [...sequence];
  for (let following = queue.shift(); following; following = queue.shift()) {
    const { next, effects } = transition(dialogue, following);
    yield { before: dialogue, event: following, next, effects, proposed };
    dialogue = next;
    for (const effect of effects) {
      if (effect.type === "say" && effect.say.key === "propose") proposed = effect.say.requests;
      if (effect.type === "execute") queue.unshift(outcomeOf(effect.actions));
    }
  }
}

/** Every third execution fails for good, so that both branches are walked. */
const outcomeOf = (actions: Action[]): DialogueEvent =>
  (actions[0]?.number ?? 0) % 3 === 0
    ? { type: "failed" }
    : { type: "executed", results: actions.map((action) => ({ action, ok: true })) };

const holds = (check: (step: Step) => void): void =>
  fc.assert(
    fc.property(events, (sequence) => {
      for (const step of run(sequence)) check(step);
    }),
    { numRuns: RUNS },
  );

type Named = [kind: string, orderId: string, line: number, quantity: number | null, exchangeFor: Options | null];
const namedIn = (requests: OpenRequest[]): Named[] =>
  requests.flatMap((request) =>
    request.items.map(({ orderId, line, quantity }, index): Named => {
      return [request.kind, orderId, line, quantity ?? null, request.exchangeFor[index] ?? null];
    }),
  );
const changedBy = (actions: Action[]): Named[] =>
  actions.flatMap(({ kind, orderId, items: lines }) =>
    lines.map(({ line, quantity, exchangeFor }): Named => [kind, orderId, line, quantity ?? null, exchangeFor ?? null]),
  );
const inOrder = (named: Named[]): string[] => named.map((entry) => JSON.stringify(entry)).sort();

describe("after any sequence of turns", () => {
  test("only edges that exist are taken (D1)", () => {
    holds(({ before, next }) => expect(EDGES[before.state]).toContain(next.state));
  });

  test("CONFIRM is never there with a slot missing (D3)", () => {
    let confirmed = 0;
    holds(({ next }) => {
      if (next.state !== "CONFIRM") return;
      confirmed++;
      expect(next.open.length).toBeGreaterThan(0);
      expect(next.open.flatMap(missingSlots)).toEqual([]);
    });
    expect(confirmed).toBeGreaterThan(RUNS);
  });

  test("COLLECT misses something and asked for it; INIT and END hold nothing open", () => {
    holds(({ next }) => {
      if (next.state === "COLLECT")
        for (const request of next.open) expect(request.asked).toEqual(expect.arrayContaining(missingSlots(request)));
      if (next.state === "COLLECT") expect(next.open.flatMap(missingSlots)).not.toEqual([]);
      if (next.state === "INIT" || next.state === "END") expect(next.open).toEqual([]);
      if (next.state !== "CONFIRM") expect(next.proposal).toBeNull();
    });
  });

  test("nothing is executed but what the last proposal named, on a plain yes to it (D3)", () => {
    let executions = 0;
    holds(({ before, event: cause, effects, proposed }) => {
      for (const effect of effects) {
        if (effect.type !== "execute") continue;
        executions++;
        expect(before.state).toBe("CONFIRM");
        expect(before.proposal).not.toBeNull();
        if (cause.type !== "understood") throw new Error(`executed on ${cause.type}`);
        expect(cause.understanding).toMatchObject({ answer: "yes", hedged: false, understood: true });
        expect(cause.early ?? false).toBe(false);
        expect(inOrder(changedBy(effect.actions))).toEqual(inOrder(namedIn(proposed)));
        expect(effect.actions).not.toEqual([]);
      }
    });
    expect(executions).toBeGreaterThan(RUNS / 5);
  });

  test("a proposal on the table is the one that was said last", () => {
    holds(({ next, effects, proposed }) => {
      const said = effects.flatMap((effect) =>
        effect.type === "say" && effect.say.key === "propose" ? [effect.say] : [],
      );
      expect(said.length).toBeLessThanOrEqual(1);
      if (next.proposal === null) return;
      if (said[0]) expect(said[0].proposal).toBe(next.proposal.id);
      expect(inOrder(namedIn(next.open))).toEqual(inOrder(namedIn(said[0]?.requests ?? proposed)));
    });
  });

  test("action numbers only grow and none is used twice (beyond-list 4)", () => {
    fc.assert(
      fc.property(events, (sequence) => {
        const used: number[] = [];
        for (const { before, next, effects } of run(sequence)) {
          expect(next.nextAction).toBeGreaterThanOrEqual(before.nextAction);
          for (const effect of effects)
            if (effect.type === "execute") used.push(...effect.actions.map(({ number }) => number));
          expect(next.nextAction).toBe(used.length + 1);
        }
        expect(used).toEqual(used.map((_, index) => index + 1));
      }),
      { numRuns: RUNS },
    );
  });

  test("requests and proposals are numbered once; an order line is held once by a request", () => {
    holds(({ before, next }) => {
      expect(next.nextProposal).toBeGreaterThanOrEqual(before.nextProposal);
      expect(next.nextRequest).toBeGreaterThanOrEqual(before.nextRequest);
      const ids = next.open.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toBeLessThan(next.nextRequest);
      for (const request of next.open) {
        const lines = request.items.map(({ orderId, line }) => `${orderId}/${line}`);
        expect(new Set(lines).size).toBe(lines.length);
        expect([0, request.items.length]).toContain(request.exchangeFor.length);
      }
    });
  });

  test("a customer's turn is always answered, unless a person has the conversation", () => {
    holds(({ before, event: cause, effects }) => {
      if (cause.type === "understood" && before.state !== "HANDOFF") expect(effects).not.toEqual([]);
    });
  });

  test("a person can be had from wherever it is (D5, D7)", () => {
    const ways: DialogueEvent[] = [said({ acts: [{ intent: "human" }] }), { type: "failed" }, { type: "forceHandoff" }];
    holds(({ next }) => {
      for (const way of ways) expect(transition(next, way).next.state).toBe("HANDOFF");
    });
  });

  test("no order line is asked back as a whole by two requests of one kind", () => {
    holds(({ next }) => {
      for (const kind of KINDS) {
        const whole = namedIn(next.open).filter(([of, , , quantity]) => of === kind && quantity === null);
        expect(new Set(whole.map(([, orderId, line]) => `${orderId}/${line}`)).size).toBe(whole.length);
      }
    });
  });
});
