import type {
  OutboundMessage,
  RespondInput,
  RespondOutput,
  SessionInput,
  SessionState,
  UnderstandOutput,
} from "../dialogue/session.ts";
import type { Understanding } from "../dialogue/types.ts";
import type { ActivityReport, Observation, Step, UnderstoodReport } from "./types.ts";

/** A step as the observations alone give it; times, events and bytes come from the history. */
export type ObservedStep = Pick<
  Step,
  "kind" | "label" | "messages" | "before" | "after" | "view" | "understood" | "received" | "activities" | "children"
> & {
  seqs: number[];
  /** Ids of the customer's messages it answered. */
  messageIds: string[];
  /** When the reply was stored, ms. */
  repliedAt: number | null;
};

interface Call {
  seq: number;
  name: string;
  input: unknown;
  at: number;
  report: ActivityReport;
}

/** The activity that ends each kind of step, once it has succeeded. */
const CLOSES: Readonly<Record<string, Step["kind"]>> = {
  respond: "turn",
  saveWarm: "memory",
  projectHandoff: "desk",
  openSession: "start",
};
const START = "INIT";

/** Folds what the code did into steps: turns of a session, changes at the desk of a handoff. */
export class StepFold {
  readonly steps: ObservedStep[] = [];
  readonly #calls = new Map<number, Call>();
  #current: ObservedStep;
  #state: string;
  #turn: number;

  constructor(carried: SessionState | undefined) {
    this.#state = carried?.dialogue.state ?? START;
    this.#turn = carried?.turn ?? 0;
    this.#current = this.#fresh();
  }

  #fresh(): ObservedStep {
    return {
      kind: "open",
      label: "",
      messages: [],
      before: this.#state,
      after: this.#state,
      view: null,
      understood: null,
      activities: [],
      children: [],
      received: [],
      seqs: [],
      messageIds: [],
      repliedAt: null,
    };
  }

  add(observation: Observation): void {
    switch (observation.type) {
      case "child":
        this.#current.children.push(observation.workflowId);
        break;
      case "scheduled":
        this.#scheduled(observation);
        break;
      case "settled":
        this.#settled(observation);
        break;
      case "message":
        if (observation.name !== "customerMessage") this.#current.received.push(heading(observation));
        break;
      case "started":
    }
  }

  /** The steps, with what is still going on as the last one. */
  finish(): ObservedStep[] {
    const { seqs, children } = this.#current;
    if (seqs.length > 0 || children.length > 0) this.steps.push({ ...this.#current, label: `turn ${this.#turn + 1}` });
    return this.steps;
  }

  #scheduled({ seq, activity, local, args, at }: Extract<Observation, { type: "scheduled" }>): void {
    const report: ActivityReport = { name: activity, local, attempts: 1, durationMs: null };
    this.#calls.set(seq, { seq, name: activity, input: args[0], at, report });
    this.#current.seqs.push(seq);
    this.#current.activities.push(report);
  }

  #settled({ seq, ok, result, error, at }: Extract<Observation, { type: "settled" }>): void {
    const call = this.#calls.get(seq);
    if (!call) return;
    call.report.durationMs = at - call.at;
    if (!ok) {
      call.report.error = error ?? "failed";
      return;
    }
    if (call.name === "understand" || call.name === "understandByModel")
      this.#current.understood = understood(result) ?? this.#current.understood;
    const kind = CLOSES[call.name];
    if (kind === "start") this.#turn = (result as { turn: number }).turn;
    if (kind === "turn") this.#answered(call.input as RespondInput, result as RespondOutput);
    if (kind) this.#close(kind === "turn" ? this.#kindOf(call.input as RespondInput) : kind);
  }

  #answered({ view, messages }: RespondInput, output: RespondOutput): void {
    const step = this.#current;
    step.view = view;
    step.after = view.state;
    step.repliedAt = output.at;
    step.messages = messages.map((message) => ({
      seq: message.seq,
      role: message.role,
      text: textOf(message, output),
      ...(message.says ? { says: message.says.map((say) => say.key) } : {}),
    }));
    step.messageIds = messages.flatMap((message) =>
      message.role === "customer" && message.messageId !== undefined ? [message.messageId] : [],
    );
  }

  #kindOf({ view }: RespondInput): Step["kind"] {
    return view.turn > this.#turn ? "turn" : "note";
  }

  #close(kind: Step["kind"]): void {
    if (kind === "turn") this.#turn = this.#current.view?.turn ?? this.#turn;
    const label = {
      turn: `turn ${this.#turn}`,
      note: `turn ${this.#turn} note`,
      start: "start",
      memory: "memory",
      desk: "desk",
      open: "open",
    }[kind];
    this.#state = this.#current.after;
    this.steps.push({ ...this.#current, kind, label });
    this.#current = this.#fresh();
  }
}

/** Folds a whole run. */
export function foldSteps(observations: Observation[]): ObservedStep[] {
  const started = observations.find((observation) => observation.type === "started");
  const fold = new StepFold((started?.args[0] as SessionInput | undefined)?.carried);
  for (const observation of observations) fold.add(observation);
  return fold.finish();
}

/** "handoffEvent claimed", "control end", "claim Mia". */
function heading({ name, args: [argument] }: Extract<Observation, { type: "message" }>): string {
  if (typeof argument === "string") return `${name} ${argument}`;
  const { type, name: who } = (argument ?? {}) as { type?: unknown; name?: unknown };
  const detail = typeof type === "string" ? type : who;
  return typeof detail === "string" ? `${name} ${detail}` : name;
}

/** The assistant's words are worded by the activity: its answer holds their beginning. */
const textOf = (message: OutboundMessage, output: RespondOutput): string =>
  message.text ?? (message.role === "assistant" ? output.shown : "");

function understood(result: unknown): UnderstoodReport | null {
  const output = result as UnderstandOutput | Understanding;
  const understanding = "settled" in output ? (output.settled ? output.understanding : null) : output;
  if (!understanding) return null;
  const { acts, answer, tier, confidence } = understanding;
  return { intents: acts.map((act) => act.intent), answer, tier, confidence };
}
