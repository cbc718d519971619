import type { ItemRef } from "../commerce/types.ts";
import { SILENCE } from "./silence.ts";
import { EDGES, MISSES_BEFORE_HANDOFF, newDialogue, transition } from "./transition.ts";
import type { Act, Dialogue, DialogueEvent, DialogueState, RequestAct, Transition, Understanding } from "./types.ts";

/** One edge of the machine, with what makes it go that way. */
export interface Edge {
  from: DialogueState;
  to: DialogueState;
  causes: string[];
}

interface Probe {
  label: string;
  event: DialogueEvent;
  /** Where it can happen; everywhere when absent. */
  when?: (at: Position) => boolean;
}

/** A dialogue, and whether its actions are being executed just now. */
interface Position {
  dialogue: Dialogue;
  executing: boolean;
}

const ITEMS: ItemRef[] = [
  { orderId: "1", line: 0 },
  { orderId: "1", line: 1 },
];

function heard(rest: Partial<Understanding>): DialogueEvent {
  const eligible = { return: ITEMS, exchange: ITEMS };
  return { type: "understood", understanding: { ...SILENCE, eligible, ...rest } };
}

const clear = { items: ITEMS.slice(0, 1), all: true, refused: [], unknown: null };
const unclear = { items: ITEMS, all: false, refused: [], unknown: null };
const request = (rest: Partial<RequestAct>): Act => ({
  intent: "return",
  mention: null,
  reason: null,
  wanted: null,
  relation: "plain",
  ...rest,
});
const resting = ({ dialogue }: Position): boolean => dialogue.open.length === 0;
const returning = ({ dialogue }: Position): boolean => dialogue.open[0]?.kind === "return";
const unchosen = (at: Position): boolean => returning(at) && at.dialogue.open[0]?.items.length === 0;
const reasonLeft = ({ dialogue }: Position): boolean =>
  dialogue.state === "COLLECT" && dialogue.open.every((open) => open.items.length > 0);
const proposed = ({ dialogue }: Position): boolean => dialogue.state === "CONFIRM";
const withPerson = ({ dialogue }: Position): boolean => dialogue.state === "HANDOFF";

/** One event of every sort that the machine tells apart. */
const PROBES: readonly Probe[] = [
  { label: "request, slots missing", event: heard({ acts: [request({})] }), when: resting },
  {
    label: "request, slots complete",
    event: heard({ acts: [request({ mention: clear, reason: "broken" })] }),
    when: resting,
  },
  { label: "item named, no request", event: heard({ mention: clear }), when: resting },
  { label: "slots still missing", event: heard({ mention: unclear }), when: unchosen },
  { label: "slots complete", event: heard({ mention: clear, reason: "broken" }), when: unchosen },
  { label: "optional slot declined", event: heard({ declined: true }), when: reasonLeft },
  {
    label: "change that needs another slot",
    event: heard({ acts: [request({ intent: "exchange", relation: "correct" })] }),
    when: (at) => proposed(at) && returning(at),
  },
  {
    label: "change of an item",
    event: heard({ mention: { ...clear, items: ITEMS.slice(1) }, relation: "correct" }),
    when: (at) => proposed(at) && returning(at),
  },
  {
    label: "order_status, question, smalltalk",
    event: heard({ acts: [{ intent: "question", question: "", answers: [] }] }),
  },
  { label: "yes", event: heard({ answer: "yes" }), when: (at) => !reasonLeft(at) },
  { label: "no", event: heard({ answer: "no" }), when: proposed },
  { label: "abandon", event: heard({ acts: [{ intent: "abandon" }] }) },
  { label: "human", event: heard({ acts: [{ intent: "human" }] }) },
  { label: "not understood", event: heard({ understood: false }) },
  { label: "executed", event: { type: "executed", results: [] }, when: ({ executing }) => executing },
  { label: "failed", event: { type: "failed" } },
  { label: "forced", event: { type: "forceHandoff" } },
  { label: "30 min idle", event: { type: "idle" } },
  { label: "agent returns it", event: { type: "agentReturned", summary: "" }, when: withPerson },
  { label: "agent resolves it", event: { type: "agentResolved", summary: "" }, when: withPerson },
  { label: "end", event: { type: "end" } },
];

/** While actions are being executed, only their outcome can come. */
const possible = (probe: Probe, at: Position): boolean =>
  at.executing ? probe.event.type === "executed" || probe.event.type === "failed" : (probe.when?.(at) ?? true);

/** Words of the system that change nothing are not worth an arrow; words of the customer are. */
const isSilent = (probe: Probe, before: Dialogue, { next, effects }: Transition): boolean =>
  probe.event.type !== "understood" && effects.length === 0 && next.state === before.state;

function causeOf({ label, event }: Probe, from: DialogueState, to: DialogueState): string {
  if (event.type !== "understood") return label;
  if (from === "HANDOFF") return "any message";
  return !event.understanding.understood && to === "HANDOFF"
    ? `${label}, ${MISSES_BEFORE_HANDOFF} times running`
    : label;
}

/** Positions that differ only in running numbers are one. */
const keyOf = ({ dialogue, executing }: Position): string =>
  JSON.stringify([dialogue.state, dialogue.open.map((open) => ({ ...open, id: 0 })), dialogue.misses, executing]);

/** Every edge that `transition` takes, by walking it from INIT with one event of every sort until nothing new comes up (D1). */
export function exploreEdges(): Edge[] {
  const edges = new Map<string, Edge>();
  const first: Position = { dialogue: newDialogue(), executing: false };
  const queue = [first];
  const seen = new Set([keyOf(first)]);
  for (let at = queue.shift(); at; at = queue.shift()) {
    for (const probe of PROBES) {
      if (!possible(probe, at)) continue;
      const step = transition(at.dialogue, probe.event);
      if (isSilent(probe, at.dialogue, step)) continue;
      const [from, to] = [at.dialogue.state, step.next.state];
      const edge = edges.get(`${from} ${to}`) ?? { from, to, causes: [] };
      const cause = causeOf(probe, from, to);
      if (!edge.causes.includes(cause)) edge.causes.push(cause);
      edges.set(`${from} ${to}`, edge);
      const next = { dialogue: step.next, executing: step.effects.some((effect) => effect.type === "execute") };
      if (seen.has(keyOf(next))) continue;
      seen.add(keyOf(next));
      queue.push(next);
    }
  }
  return [...edges.values()];
}

/** The machine as a Mermaid state diagram, drawn from EDGES and labelled with what makes `transition` take each. */
export function toMermaid(): string {
  const explored = exploreEdges();
  const arrows = Object.entries(EDGES).flatMap(([from, targets]) =>
    targets.map((to) => {
      const causes = explored.find((edge) => edge.from === from && edge.to === to)?.causes ?? [];
      return `  ${from} --> ${to}${causes.length > 0 ? `: ${causes.join("<br/>")}` : ""}`;
    }),
  );
  return ["stateDiagram-v2", "  [*] --> INIT", ...arrows].join("\n");
}
