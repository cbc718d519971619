/** The little formatting a reply may carry: paragraphs, "- " lists and **bold**. All else is text, never markup. */

export interface Span {
  text: string;
  bold: boolean;
}
export type Block = { kind: "paragraph"; lines: Span[][] } | { kind: "list"; items: Span[][] };

const bulletPattern = /^\s*[-•]\s+(.*)$/;

/** @param partial the text is still growing: a bold part that is not closed yet is bold already. */
export function parseRichText(text: string, partial = false): Block[] {
  const open = partial && text.split("**").length % 2 === 0;
  const blocks: Block[] = [];
  for (const line of (open ? `${text}**` : text).split(/\r?\n/)) {
    const bullet = bulletPattern.exec(line);
    const last = blocks.at(-1);
    if (bullet) {
      if (last?.kind === "list") last.items.push(spans(bullet[1] ?? ""));
      else blocks.push({ kind: "list", items: [spans(bullet[1] ?? "")] });
    } else if (last?.kind === "paragraph" && line.trim() && last.lines.length > 0) last.lines.push(spans(line));
    else blocks.push({ kind: "paragraph", lines: line.trim() ? [spans(line)] : [] });
  }
  return blocks.filter((block) => block.kind === "list" || block.lines.length > 0);
}

function spans(line: string): Span[] {
  const parts = line.split("**");
  // An odd number of marks: the last one is an ordinary pair of asterisks.
  if (parts.length % 2 === 0) parts.splice(-2, 2, `${parts.at(-2)}**${parts.at(-1)}`);
  return parts.map((text, index) => ({ text, bold: index % 2 === 1 })).filter((span) => span.text);
}
