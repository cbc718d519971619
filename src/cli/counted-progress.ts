import type { WriteStream } from "node:tty";

const BAR_CHARACTERS = 24;
const REDRAW_MS = 100;
const PLAIN_STEP_PERCENT = 10;
/** Without a known total, and for slow work: a plain line at least this often. */
const PLAIN_EVERY_MS = 15_000;

/** One kind of work after the other, each counted. */
export interface CountedProgress {
  /** `done` of `total` (null: unknown) of what the label says, e.g. "Importing", 120,000 of 1,000,000 rows. */
  show(label: string, done: number, total: number | null, unit: string): void;
  /** Leaves the last state on the screen. */
  done(): void;
  /** A line above the bar. */
  line(text: string): void;
}

const count = (value: number, unit: string): string =>
  unit === "bytes" ? `${(value / 1e6).toFixed(1)} MB` : value.toLocaleString("en-US");

function minutes(ms: number): string {
  const s = Math.round(ms / 1_000);
  return s < 90 ? `${s} s` : `${Math.round(s / 60)} min`;
}

function line(label: string, done: number, total: number | null, unit: string, since: number, tty: boolean): string {
  const name = unit === "bytes" ? "" : ` ${unit}`;
  if (total === null || total === 0) return `${label}  ${count(done, unit)}${name}`;
  const share = Math.min(1, done / total);
  const passed = Date.now() - since;
  const left = share > 0.02 && share < 1 && passed > 2_000 ? `, ${minutes((passed / share) * (1 - share))} left` : "";
  const full = Math.round(share * BAR_CHARACTERS);
  const bar = tty ? `[${"=".repeat(full)}${" ".repeat(BAR_CHARACTERS - full)}] ` : "";
  return `${label}  ${bar}${count(done, unit)} of ${count(total, unit)}${name}, ${Math.floor(share * 100)} %${left}`;
}

/** A terminal gets a bar, redrawn; anything else a plain line at the start, every 10 % and at the end. */
export function createCountedProgress(
  stream: NodeJS.WritableStream & Partial<Pick<WriteStream, "isTTY" | "columns">>,
): CountedProgress {
  const tty = stream.isTTY === true;
  let label = "";
  let since = 0;
  let drawn = "";
  let latest = "";
  let drawnAt = 0;
  let step = -1;
  const draw = (): void => {
    if (latest === drawn) return;
    stream.write(tty ? `\r\x1b[2K${latest.slice(0, (stream.columns ?? 80) - 1)}` : `${latest}\n`);
    drawn = latest;
    drawnAt = Date.now();
  };
  const finish = (): void => {
    draw();
    if (tty && drawn !== "") stream.write("\n");
    drawn = "";
    latest = "";
    label = "";
  };
  return {
    show(what, done, total, unit) {
      if (what !== label) {
        finish();
        label = what;
        since = Date.now();
        step = -1;
      }
      latest = line(what, done, total, unit, since, tty);
      const now = total ? Math.floor((100 * done) / total / PLAIN_STEP_PERCENT) : 0;
      if (tty ? Date.now() - drawnAt >= REDRAW_MS : now !== step || Date.now() - drawnAt >= PLAIN_EVERY_MS) draw();
      step = now;
    },
    done: finish,
    line(text) {
      stream.write(tty && drawn !== "" ? `\r\x1b[2K${text}\n` : `${text}\n`);
      drawn = "";
    },
  };
}
