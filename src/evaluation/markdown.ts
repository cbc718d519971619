/** Cells and tables in Markdown. */
export const percent = (value: number | null): string => (value === null ? "–" : `${(value * 100).toFixed(1)} %`);
export const ms = (value: number | null): string => (value === null ? "–" : `${Math.round(value)} ms`);
export const row = (cells: string[]): string => `| ${cells.join(" | ")} |`;
export const table = (head: string[], rows: string[][]): string =>
  [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
