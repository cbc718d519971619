/** Cells and tables in Markdown. */
/** Below it a digit more tells something. */
const SHORT_MS = 10;

export const percent = (value: number | null): string => (value === null ? "–" : `${(value * 100).toFixed(1)} %`);
export const ms = (value: number | null): string =>
  value === null ? "–" : `${value < SHORT_MS ? value.toFixed(1) : Math.round(value)} ms`;
export const row = (cells: string[]): string => `| ${cells.join(" | ")} |`;
export const table = (head: string[], rows: string[][]): string =>
  [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
