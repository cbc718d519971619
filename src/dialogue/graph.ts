import type { ItemRef } from "../commerce/types.ts";
import { EDGES, newDialogue, transition } from "./transition.ts";
import type { Act, Dialogue, DialogueEvent, DialogueState, Transition, Understanding } from "./types.ts";

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
  const silent: Understanding = {
    acts: [],
    answer: null,
    hedged: false,
    mention: null,
    relation: "plain",
    reason: null,
    declined: false,
    wanted: null,
    eligible: { return: ITEMS },
    facts: [],
    refusal: null,
    understood: true,
    tier: "",
    confidence: 1,
  };
  return { type: "understood", understanding: { ...silent, ...rest } };
}

const mention = { items: ITEMS.slice(0, 1), all: true, refused: [], unknown: null };
const request = (complete: boolean): Act => ({
  intent: "return",
  mention: complete ? mention : null,
  reason: complete ? "broken" : null,
  wanted: null,
  relation: "plain",
});
const collecting = ({ dialogue }: Position): boolean => dialogue.state === "COLLECT";
const withPerson = ({ dialogue }: Position): boolean => dialogue.state === "HANDOFF";

/** One event of every sort that the machine tells apart. */
const PROBES: readonly Probe[] = [
  {
    label: "request, slots missing",
    event: heard({ acts: [request(false)] }),
    when: ({ dialogue }) => dialogue.open.length === 0,
  },
  {
    label: "request, slots complete",
    event: heard({ acts: [request(true)] }),
    when: ({ dialogue }) => dialogue.open.length === 0,
  },
  { label: "some slots filled", event: heard({ mention }), when: collecting },
  { label: "slots complete", event: heard({ mention, reason: "broken" }), when: collecting },
  {
    label: "change of the request",
    event: heard({ acts: [{ ...request(false), intent: "exchange", relation: "correct" }] }),
    when: ({ dialogue }) => dialogue.state === "CONFIRM",
  },
  {
    label: "order_status, question, smalltalk",
    event: heard({ acts: [{ intent: "question", question: "", answers: [] }] }),
  },
  { label: "yes", event: heard({ answer: "yes" }) },
  { label: "no", event: heard({ answer: "no" }), when: ({ dialogue }) => dialogue.state === "CONFIRM" },
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

/** Nothing happens: not worth an arrow. */
const isSilent = (before: Dialogue, { next, effects }: Transition): boolean =>
  next === before || (effects.length === 0 && next.state === before.state);

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
      if (isSilent(at.dialogue, step)) continue;
      const [from, to] = [at.dialogue.state, step.next.state];
      const edge = edges.get(`${from} ${to}`) ?? { from, to, causes: [] };
      if (!edge.causes.includes(probe.label)) edge.causes.push(probe.label);
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
