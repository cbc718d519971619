import { styleText } from "node:util";
import type { SessionView } from "../dialogue/view.ts";
import { displayWidth, pad, wrap } from "./columns.ts";
import type { ActivityReport, ReplayReport, RunReport, Step } from "./types.ts";

export interface PrintOptions {
  colour: boolean;
  /** Columns of the terminal. */
  width: number;
}

type Style = Parameters<typeof styleText>[0];
const LABEL_WIDTH = 15;
const TEXT_WIDTH_MIN = 40;

/** A report as a person reads it in a terminal. */
export function printReport(report: ReplayReport, { colour, width }: PrintOptions): string {
  const paint = (style: Style, text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const page = new Page(paint, Math.max(TEXT_WIDTH_MIN, width - LABEL_WIDTH));
  for (const [index, run] of report.runs.entries()) page.run(run, `Run ${index + 1} of ${report.runs.length}`);
  for (const handoff of report.handoffs) page.run(handoff, `Handoff ${handoff.workflowId}`);
  page.table(report);
  page.summary(report);
  return page.lines.join("\n");
}

class Page {
  readonly lines: string[] = [];
  readonly #paint: (style: Style, text: string) => string;
  readonly #width: number;

  constructor(paint: (style: Style, text: string) => string, width: number) {
    this.#paint = paint;
    this.#width = width;
  }

  run(run: RunReport, title: string): void {
    const verdict = run.divergence ? this.#paint("red", "DIVERGES") : this.#paint("green", "replays");
    this.lines.push(
      `${this.#paint("bold", title)}  ${run.runId}  ${run.outcome}  ${run.events} events, ${kilobytes(run.bytes)}  ${verdict}`,
      "",
    );
    for (const step of run.steps) this.#step(step);
    if (!run.divergence) return;
    const { turn, event, message } = run.divergence;
    this.lines.push(
      this.#paint(
        "red",
        `Today's code goes another way in ${turn}${event ? `, at event ${event.id} (${event.name})` : ""}:`,
      ),
      ...wrap(message, this.#width).map((line) => `  ${line}`),
      "",
    );
  }

  #step(step: Step): void {
    const moved = step.before === step.after ? step.after : `${step.before} → ${step.after}`;
    const took = step.latencyMs === null ? "" : `, replied after ${step.latencyMs} ms`;
    this.lines.push(
      `${this.#paint("cyan", pad(step.label, LABEL_WIDTH - 1))} ${this.#paint("bold", moved)}${step.view ? `  ${step.view.why}` : ""}`,
    );
    this.#row(
      "",
      this.#paint(
        "dim",
        `${clock(step.at)}  events ${step.firstEvent} to ${step.lastEvent} (${step.events}, ${step.bytes} bytes)${took}`,
      ),
    );
    for (const { role, text, says } of step.messages)
      this.#row(role, [text, says ? `[${says.join(", ")}]` : ""].filter(Boolean).join(" "));
    if (step.received.length > 0) this.#row("received", step.received.join(", "));
    if (step.understood) this.#row("understood", understoodText(step.understood));
    if (step.view) this.#row("slots", slotsText(step.view));
    if (step.activities.length > 0) this.#row("activities", step.activities.map(activityText).join("  ·  "));
    for (const child of step.children) this.#row("started", child);
    this.lines.push("");
  }

  #row(label: string, text: string): void {
    for (const [index, line] of wrap(text, this.#width).entries())
      this.lines.push(`  ${pad(index === 0 ? label : "", LABEL_WIDTH - 2)}${line}`);
  }

  /** One line a turn, to see at a glance where the conversation went and what it cost. */
  table({ runs }: ReplayReport): void {
    const rows = runs.flatMap((run) => run.steps.map(tableRow));
    const widths = HEAD.map((head, column) =>
      Math.min(
        WIDEST[column] ?? head.length,
        Math.max(head.length, ...rows.map((row) => displayWidth(row[column] ?? ""))),
      ),
    );
    const line = (cells: string[]): string =>
      cells
        .map((cell, column) => pad(cell, widths[column] ?? 0, RIGHT.has(column) ? "right" : "left"))
        .join("  ")
        .trimEnd();
    this.lines.push(this.#paint("bold", line(HEAD)), ...rows.map(line), "");
  }

  summary({ totals, diverged, handoffs, runs }: ReplayReport): void {
    this.lines.push(
      `${totals.turns} turns in ${plural(totals.runs, "run")}, ${totals.events} events, ${kilobytes(totals.bytes)}; ${plural(handoffs.length, "handoff")}.`,
    );
    const all = runs.length + handoffs.length;
    this.lines.push(
      diverged === 0
        ? this.#paint("green", `All ${all} histories replay on today's code.`)
        : this.#paint("red", `${diverged} of ${all} histories diverge on today's code.`),
    );
  }
}

const HEAD = ["step", "state", "message", "intent", "tier", "sure", "activities", "events", "bytes", "ms"];
const WIDEST = [18, 18, 30, 14, 12, 4, 10, 6, 7, 6];
const RIGHT = new Set([5, 6, 7, 8, 9]);

function tableRow(step: Step): string[] {
  const said = step.messages.find(({ role }) => role === "customer") ?? step.messages[0];
  const text = said?.text ?? "";
  const { understood } = step;
  return [
    step.label,
    step.before === step.after ? step.after : `${step.before} → ${step.after}`,
    text.replaceAll("\n", " "),
    understood ? intentsText(understood.intents, understood.answer) : "",
    understood?.tier ?? "",
    understood ? understood.confidence.toFixed(2) : "",
    String(step.activities.length),
    String(step.events),
    String(step.bytes),
    step.latencyMs === null ? "" : String(step.latencyMs),
  ];
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;
const kilobytes = (bytes: number): string => `${(bytes / 1_024).toFixed(1)} KB`;
const clock = (iso: string): string => iso.replace("T", " ").slice(0, 23);

const intentsText = (intents: string[], answer: string | null): string =>
  [...intents, ...(answer === null ? [] : [answer])].join(" + ") || "(values only)";

const understoodText = ({ intents, answer, tier, confidence }: NonNullable<Step["understood"]>): string =>
  `${intentsText(intents, answer)}, by ${tier}, confidence ${confidence.toFixed(2)}`;

function slotsText({ requests, intent, missing }: SessionView): string {
  const open = requests.map(({ kind, items, reason, missing: lacks }) => {
    const lines = items.map(
      ({ order_id, line, quantity }) => `${order_id}#${line}${quantity === undefined ? "" : ` ×${quantity}`}`,
    );
    return [
      kind,
      lines.join(" ") || "no item yet",
      reason === null ? "" : `reason "${reason}"`,
      lacks.length > 0 ? `missing ${lacks.join(", ")}` : "complete",
    ]
      .filter(Boolean)
      .join(", ");
  });
  return open.length > 0
    ? open.join("; ")
    : `none${intent === null ? "" : ` (last intent ${intent})`}${missing.length > 0 ? `, missing ${missing.join(", ")}` : ""}`;
}

function activityText({ name, local, attempts, durationMs, error }: ActivityReport): string {
  const tries = attempts === 1 ? "" : `, ${attempts} tries`;
  return `${name} ${durationMs === null ? "unfinished" : `${durationMs} ms`}${local ? " local" : ""}${tries}${error ? `, failed: ${error}` : ""}`;
}
