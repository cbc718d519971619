/** The little formatting a reply may carry: paragraphs, "- " lists and **bold**. All else is text, never markup. */

export interface Span {
  text: string;
  bold: boolean;
  /** The text is a placeholder of personal data: which of those alike in the message, from 0. */
  nth?: number;
}
export type Block = { kind: "paragraph"; lines: Span[][] } | { kind: "list"; items: Span[][] };

/** "[mobile]", "[national-id]": what personal data is replaced by. */
const placeholderPattern = /(\[[a-z]+(?:-[a-z]+)*\])/;
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
  return numbered(blocks.filter((block) => block.kind === "list" || block.lines.length > 0));
}

/** Placeholders apart from the text around them, counted by kind through the whole message. */
function numbered(blocks: Block[]): Block[] {
  const seen = new Map<string, number>();
  const split = ({ text, bold }: Span): Span[] =>
    text
      .split(placeholderPattern)
      .map((piece, index) => {
        if (index % 2 === 0) return { text: piece, bold };
        const nth = seen.get(piece) ?? 0;
        seen.set(piece, nth + 1);
        return { text: piece, bold, nth };
      })
      .filter((span) => span.text);
  const all = (lines: Span[][]): Span[][] => lines.map((line) => line.flatMap(split));
  return blocks.map((block) =>
    block.kind === "list" ? { kind: "list", items: all(block.items) } : { kind: "paragraph", lines: all(block.lines) },
  );
}

function spans(line: string): Span[] {
  const parts = line.split("**");
  // An odd number of marks: the last one is an ordinary pair of asterisks.
  if (parts.length % 2 === 0) parts.splice(-2, 2, `${parts.at(-2)}**${parts.at(-1)}`);
  return parts.map((text, index) => ({ text, bold: index % 2 === 1 })).filter((span) => span.text);
}
