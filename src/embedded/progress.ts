import type { WriteStream } from "node:tty";
import type { OnProgress, Progress } from "./types.ts";

const barChars = 24;
const redrawEveryMs = 100;
const plainStepPercent = 10;
/** Without a known total, a plain line each time this much more has come. */
const plainStepBytes = 20e6;
const rateWindowMs = 3_000;
const bytesPerMb = 1e6;

export interface ProgressDisplay {
  onProgress: OnProgress;
  /** Draws the last state and leaves it on the screen. */
  done(): void;
}

/** A terminal gets one line a part with bar, MB and MB/s, redrawn; anything else a plain line at a part's start, every 10 % and at its end. */
export function createProgressDisplay(
  stream: NodeJS.WritableStream & Partial<Pick<WriteStream, "isTTY" | "columns">>,
): ProgressDisplay {
  return stream.isTTY ? createTerminalDisplay(stream) : createPlainDisplay(stream);
}

function createTerminalDisplay(stream: NodeJS.WritableStream & { columns?: number }): ProgressDisplay {
  const latest = new Map<string, { progress: Progress; rate: Rate }>();
  let drawnLines = 0;
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    timer = undefined;
    const width = (stream.columns ?? 80) - 1;
    const lines = [...latest.values()].map(({ progress, rate }) => clip(terminalLine(progress, rate), width));
    const up = drawnLines > 0 ? `\x1b[${drawnLines}A` : "";
    stream.write(up + lines.map((line) => `\x1b[2K${line}\n`).join(""));
    drawnLines = lines.length;
  };
  return {
    onProgress: (progress) => {
      const entry = latest.get(progress.part);
      const rate = entry?.progress.source === progress.source && entry !== undefined ? entry.rate : new Rate();
      rate.add(progress.doneBytes ?? 0);
      latest.set(progress.part, { progress, rate });
      timer ??= setTimeout(draw, redrawEveryMs);
    },
    done: () => {
      if (timer === undefined) return;
      clearTimeout(timer);
      draw();
    },
  };
}

function createPlainDisplay(stream: NodeJS.WritableStream): ProgressDisplay {
  const shown = new Map<string, string>();
  return {
    onProgress: (progress) => {
      const key = `${progress.message}\0${progress.source ?? ""}\0${step(progress)}`;
      if (shown.get(progress.part) === key) return;
      shown.set(progress.part, key);
      stream.write(
        `${[progress.message, amount(progress), from(progress)].filter((piece) => piece !== "").join("  ")}\n`,
      );
    },
    done: () => {},
  };
}

function step({ doneBytes, totalBytes }: Progress): number {
  if (doneBytes === undefined) return 0;
  if (totalBytes === undefined || totalBytes === 0) return Math.floor(doneBytes / plainStepBytes);
  return Math.floor((100 * doneBytes) / totalBytes / plainStepPercent);
}

function terminalLine(progress: Progress, rate: Rate): string {
  const { doneBytes, totalBytes } = progress;
  if (doneBytes === undefined) return [progress.message, from(progress)].filter((piece) => piece !== "").join("  ");
  const share = totalBytes === undefined || totalBytes === 0 ? 0 : Math.min(1, doneBytes / totalBytes);
  const full = Math.round(share * barChars);
  const bar = totalBytes === undefined ? "" : `[${"=".repeat(full)}${" ".repeat(barChars - full)}] `;
  const speed = share < 1 && rate.bytesPerSecond > 0 ? `  ${(rate.bytesPerSecond / bytesPerMb).toFixed(1)} MB/s` : "";
  return `${progress.message}  ${bar}${amount(progress)}${speed}  ${from(progress)}`;
}

function amount({ doneBytes, totalBytes }: Progress): string {
  if (doneBytes === undefined) return "";
  const done = (doneBytes / bytesPerMb).toFixed(1);
  if (totalBytes === undefined || totalBytes === 0) return `${done} MB`;
  return `${done} of ${(totalBytes / bytesPerMb).toFixed(1)} MB, ${Math.floor((100 * doneBytes) / totalBytes)} %`;
}

function from({ source }: Progress): string {
  return source === undefined ? "" : `from ${source}`;
}

/** All our texts are narrow characters, so characters are columns. */
function clip(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}

/** Bytes per second over the last seconds. */
class Rate {
  #samples: { atMs: number; bytes: number }[] = [];

  add(bytes: number): void {
    const atMs = Date.now();
    this.#samples.push({ atMs, bytes });
    while (this.#samples.length > 2 && atMs - (this.#samples[0]?.atMs ?? atMs) > rateWindowMs) this.#samples.shift();
  }

  get bytesPerSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs === first.atMs) return 0;
    return Math.max(0, ((last.bytes - first.bytes) * 1_000) / (last.atMs - first.atMs));
  }
}
