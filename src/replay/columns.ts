/** Text in terminal columns: Chinese characters take two. */

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

const characterWidth = (character: string): number => (NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1);

/** Columns that a text takes on a terminal. */
export const displayWidth = (text: string): number =>
  [...text].reduce((sum, character) => sum + characterWidth(character), 0);

/** The text with spaces to `width` columns; a longer one ends in "…". Never more than `width` columns. */
export function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  let kept = text;
  if (displayWidth(text) > width) {
    let columns = 1;
    kept = "";
    for (const character of text) {
      columns += characterWidth(character);
      if (columns > width) break;
      kept += character;
    }
    kept += "…";
  }
  const space = " ".repeat(Math.max(0, width - displayWidth(kept)));
  return align === "left" ? kept + space : space + kept;
}

/** Breaks a text into lines of at most `width` columns, at spaces where there are any near the end. */
export function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.match(/[^\s]+\s*|\s+/g) ?? [""]) {
      for (const part of displayWidth(word) > width ? [...word] : [word]) {
        if (line !== "" && displayWidth(line) + displayWidth(part.trimEnd()) > width) {
          lines.push(line.trimEnd());
          line = "";
        }
        line += part;
      }
    }
    return [...lines, line.trimEnd()];
  });
}
