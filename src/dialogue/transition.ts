import { answers, say } from "./answers.ts";
import { isRequest, mergeTurn } from "./merge.ts";
import { isComplete, missingSlots } from "./slots.ts";
import type {
  Action,
  Dialogue,
  DialogueEvent,
  DialogueState,
  Effect,
  HandoffReason,
  Mention,
  OpenRequest,
  Say,
  Transition,
  Understanding,
} from "./types.ts";

/** Turns in a row that nobody understood before a person is offered, and before one is fetched. */
export const MISSES_BEFORE_OFFER = 2;
export const MISSES_BEFORE_HANDOFF = 3;
/** Turns in a row away from the open task before the customer is pulled back to it (D8). */
export const DRIFT_BEFORE_PULL_BACK = 2;

/** The edges that exist (D1); `transition` never takes another. Tests hold the code against it, docs draw it. */
export const EDGES: Readonly<Record<DialogueState, readonly DialogueState[]>> = {
  INIT: ["INIT", "COLLECT", "CONFIRM", "HANDOFF", "END"],
  COLLECT: ["COLLECT", "CONFIRM", "INIT", "HANDOFF", "END"],
  CONFIRM: ["CONFIRM", "COLLECT", "INIT", "HANDOFF", "END"],
  HANDOFF: ["HANDOFF", "INIT", "END"],
  END: ["END", "INIT", "COLLECT", "CONFIRM", "HANDOFF"],
};

export const newDialogue = (): Dialogue => ({
  state: "INIT",
  open: [],
  proposal: null,
  nextRequest: 1,
  nextProposal: 1,
  nextAction: 1,
  misses: 0,
  focus: [],
  about: [],
});

/** Items remembered as "it". */
const FOCUS_MAX = 5;

const atRest = ({ drift: _, ...dialogue }: Dialogue): Dialogue => ({
  ...dialogue,
  state: "INIT",
  open: [],
  proposal: null,
});

/** HANDOFF is reached with these words: the holding message says why without saying what broke. */
const HANDOFF_SAYS: Partial<Record<HandoffReason, "holding" | "unsure" | "selfHarm">> = {
  failure: "holding",
  unsure: "unsure",
  "self-harm": "selfHarm",
};

/**
 * The dialogue machine (D1, D3): the next state and what to do, as data; executes nothing and is total over every
 * state and event. Nothing is executed without a yes to the current proposal, and nothing is proposed incomplete.
 */
export function transition(dialogue: Dialogue, event: DialogueEvent): Transition {
  switch (event.type) {
    case "understood":
      return dialogue.state === "HANDOFF"
        ? stay(dialogue, "a person has the conversation")
        : understood(dialogue, event.understanding, event.early === true);
    case "executed":
      return executed(dialogue, event);
    case "failed":
      return dialogue.state === "HANDOFF" ? stay(dialogue, "already handed off") : toHandoff(dialogue, "failure");
    case "forceHandoff":
      return dialogue.state === "HANDOFF" ? stay(dialogue, "already handed off") : toHandoff(dialogue, "forced");
    case "idle":
      return idle(dialogue);
    case "agentReturned":
      return {
        next: atRest({ ...dialogue, misses: 0 }),
        effects: [say({ key: "returnedToBot", summary: event.summary })],
        why: "a person gave the conversation back",
      };
    case "agentResolved":
      return { next: { ...atRest(dialogue), state: "END", misses: 0 }, effects: [], why: "a person resolved it" };
    case "end":
      return {
        next: { ...atRest(dialogue), state: "END" },
        effects: [say({ key: "ended" }), { type: "end" }],
        why: "ended on request",
      };
  }
}

const stay = (dialogue: Dialogue, why: string): Transition => ({ next: dialogue, effects: [], why });

function toHandoff(dialogue: Dialogue, reason: HandoffReason): Transition {
  return {
    next: { ...dialogue, state: "HANDOFF", proposal: null, misses: 0 },
    effects: [say({ key: HANDOFF_SAYS[reason] ?? "handedOff" }), { type: "handoff", reason }],
    why: `handoff: ${reason}`,
  };
}

function idle(dialogue: Dialogue): Transition {
  if (dialogue.state === "HANDOFF" || dialogue.state === "END") return stay(dialogue, "idle");
  const paused = dialogue.open.length > 0;
  return { next: { ...atRest(dialogue), misses: 0 }, effects: paused ? [say({ key: "paused" })] : [], why: "idle" };
}

function understood(before: Dialogue, understanding: Understanding, early: boolean): Transition {
  const dialogue = { ...(before.state === "END" ? atRest(before) : before), about: [] };
  if (understanding.selfHarm) return toHandoff(dialogue, "self-harm");
  if (understanding.acts.some((act) => act.intent === "human")) return toHandoff(dialogue, "asked");
  // M6: money and medicine aren't guessed at.
  if (understanding.unsure) return toHandoff(dialogue, "unsure");
  if (!understanding.understood) return missed(dialogue);
  if (understanding.acts.some((act) => act.intent === "abandon") && !understanding.acts.some(isRequest))
    return abandon(dialogue, understanding);

  if (dialogue.open.length === 0 && understanding.acts.length === 0 && understanding.mention !== null)
    return askWhatFor(dialogue, understanding.mention);
  const { drift: _, ...steady } = dialogue;
  const merged = mergeTurn({ ...steady, misses: 0 }, understanding);
  const talk = answers(understanding);
  if (understanding.offTopic && !merged.changed && merged.dialogue.open.length > 0)
    return drifted({ ...merged.dialogue, drift: (dialogue.drift ?? 0) + 1 }, talk);
  // Not while it is being executed already (no proposal), nor when something else that the words asked for can't be had.
  const confirmed =
    dialogue.proposal !== null &&
    understanding.answer === "yes" &&
    !understanding.hedged &&
    !early &&
    merged.says.length === 0;
  // A yes that also adds something nobody disputes ("yes, it's broken") still stands for what was proposed.
  if (confirmed && onlyReasonChanged(dialogue.open, merged.dialogue.open)) return execute(merged.dialogue, talk);
  if (
    dialogue.state === "CONFIRM" &&
    !merged.changed &&
    understanding.answer === "no" &&
    !understanding.acts.some(isRequest) &&
    understanding.mention === null
  )
    return { next: atRest(merged.dialogue), effects: [...talk, say({ key: "denied" })], why: "denied" };
  return proceed(merged.dialogue, [...merged.says.map(say), ...talk], understanding.answer);
}

/** Away from the open task (D8): answered, and resumed; the second time running the customer is told what is open. */
function drifted(dialogue: Dialogue, talk: Effect[]): Transition {
  if ((dialogue.drift ?? 0) < DRIFT_BEFORE_PULL_BACK) return proceed(dialogue, talk, null);
  const { drift: _, ...back } = dialogue;
  const resumed = proceed(back, [...talk, say({ key: "pullBack" })], null);
  return { ...resumed, why: `drifted, pulled back: ${resumed.why}` };
}

function onlyReasonChanged(before: OpenRequest[], after: OpenRequest[]): boolean {
  const withoutReason = (open: OpenRequest[]): string =>
    JSON.stringify(open.map(({ kind, items, exchangeFor }) => [kind, items, exchangeFor]));
  return withoutReason(before) === withoutReason(after);
}

/** A thing was named without a verb: it is remembered, so that "return it" will mean it. */
function askWhatFor(dialogue: Dialogue, mention: Mention): Transition {
  const focus = mention.items.slice(0, FOCUS_MAX);
  return {
    next: { ...atRest(dialogue), focus, about: focus, misses: 0 },
    effects: [say({ key: "whatAbout", items: focus })],
    why: "something was named, but not what to do with it",
  };
}

/** What comes next with the requests as they now stand: ask, propose, or rest. */
function proceed(dialogue: Dialogue, said: Effect[], answer: Understanding["answer"]): Transition {
  const focus = dialogue.open.flatMap((request) => request.items).slice(0, FOCUS_MAX);
  const next = focus.length > 0 ? { ...dialogue, focus } : dialogue;
  if (next.open.length === 0) {
    if (said.length > 0) return { next: atRest(next), effects: said, why: "nothing open" };
    if (dialogue.state !== "INIT")
      return { next: atRest(next), effects: [say({ key: "denied" })], why: "nothing left of the request" };
    return {
      next: atRest(next),
      effects: [say({ key: answer === null ? "clarify" : "nothingToConfirm" })],
      why: "nothing open",
    };
  }
  if (!next.open.every(isComplete)) {
    const missing = next.open.map((request) => ({ request: request.id, slots: missingSlots(request) }));
    const asked: Dialogue = { ...next, state: "COLLECT", proposal: null, open: next.open.map(markAsked) };
    return {
      next: asked,
      effects: [...said, say({ key: "ask", requests: next.open, missing })],
      why: `missing: ${[...new Set(missing.flatMap(({ slots }) => slots))].join(", ")}`,
    };
  }
  const proposal = { id: next.nextProposal };
  return {
    next: { ...next, state: "CONFIRM", proposal, nextProposal: proposal.id + 1 },
    effects: [...said, say({ key: "propose", requests: next.open, proposal: proposal.id })],
    why: "slots complete",
  };
}

const markAsked = (request: OpenRequest): OpenRequest => ({
  ...request,
  asked: [...new Set([...request.asked, ...missingSlots(request)])],
});

function abandon(dialogue: Dialogue, understanding: Understanding): Transition {
  const talk = answers(understanding);
  if (dialogue.open.length === 0)
    return {
      next: atRest({ ...dialogue, misses: 0 }),
      effects: [...talk, say({ key: "abandoned" })],
      why: "nothing to abandon",
    };
  return {
    next: atRest({ ...dialogue, misses: 0 }),
    effects: [...talk, say({ key: "abandoned" })],
    why: "abandoned by the customer",
  };
}

function missed(dialogue: Dialogue): Transition {
  const misses = dialogue.misses + 1;
  if (misses >= MISSES_BEFORE_HANDOFF) return toHandoff(dialogue, "not-understood");
  const first: Say = { key: misses >= MISSES_BEFORE_OFFER ? "offerPerson" : "clarify" };
  const counted = { ...dialogue, misses };
  if (dialogue.open.length === 0) return { next: counted, effects: [say(first)], why: "not understood" };
  const resumed = proceed(counted, [say(first)], null);
  return { ...resumed, why: "not understood" };
}

function execute(dialogue: Dialogue, talk: Effect[]): Transition {
  const actions = toActions(dialogue);
  return {
    next: { ...dialogue, proposal: null, nextAction: dialogue.nextAction + actions.length },
    effects: [...talk, { type: "execute", actions }],
    why: "the customer said yes to the proposal",
  };
}

/** One action for each request and order: an order changes as a whole or not at all. */
function toActions(dialogue: Dialogue): Action[] {
  const actions: Action[] = [];
  for (const request of dialogue.open) {
    const byOrder = new Map<string, Action>();
    request.items.forEach((item, index) => {
      const action = byOrder.get(item.orderId) ?? {
        number: dialogue.nextAction + actions.length + byOrder.size,
        kind: request.kind,
        orderId: item.orderId,
        items: [],
        reason: request.reason,
      };
      const exchangeFor = request.exchangeFor[index];
      action.items.push({
        line: item.line,
        ...(item.quantity === undefined ? {} : { quantity: item.quantity }),
        ...(exchangeFor ? { exchangeFor } : {}),
      });
      byOrder.set(item.orderId, action);
    });
    actions.push(...byOrder.values());
  }
  return actions;
}

function executed(dialogue: Dialogue, event: Extract<DialogueEvent, { type: "executed" }>): Transition {
  if (dialogue.state === "HANDOFF") return stay(dialogue, "executed after the handoff");
  return {
    next: { ...atRest(dialogue), misses: 0 },
    effects: [say({ key: "done", results: event.results })],
    why: "executed",
  };
}
